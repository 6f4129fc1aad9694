"""Files people send: checked by content, images made anew, stored by SHA-256, always given out as attachments."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, conflicts, notifications
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError
from app.services.file_cleaning import cleaned, in_child, media_type_of
from app.services.workflow import reason_given
from models.applications import WAITING, Application
from models.base import Base, db, fingerprint, lock
from models.documents import Document, DocumentKind, StoredFile

SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
PICTURES = ("image/jpeg", "image/png")
OWNER_COLUMNS = {
    "applications": "application_id",
    "grants": "grant_id",
    "contributions": "contribution_id",
    "expenditures": "expenditure_id",
    "visits": "visit_id",
}
PROOFS = {
    "contribution_id": N_("This very file has proved another contribution already."),
    "expenditure_id": N_("This very file has proved other spending already."),
}
"""Owners whose documents prove money: the same content counts once in the programme."""


@dataclass(frozen=True)
class Upload:
    """What was sent: the name the browser gave and the bytes; `clean` holds (media type, clean bytes) once made."""

    filename: str
    content: bytes
    clean: tuple[str, bytes] | None = None


def from_outside(filename: str, content: bytes) -> Upload:
    """A file from outside, cleaned in a limited child process. Raises `UploadRefusedError`."""
    return Upload(filename, content, in_child(filename, content))


def must_be_picture(upload: Upload) -> None:
    """Raises `DomainError` for a photo that is none."""
    if media_type_of(upload.filename, upload.content) not in PICTURES:
        raise DomainError(N_("A photo is a JPG or PNG picture."), field="upload")


def attach(
    owner: Base,
    kind: DocumentKind,
    upload: Upload,
    *,
    storage: Path,
    actor: Actor,
    now: datetime,
    dated_on: date | None = None,
    expires_on: date | None = None,
    page_of: Document | None = None,
    replaces: Document | None = None,
) -> Document:
    """Check, store and attach a file to `owner` (application, grant, contribution, expenditure or visit).

    It is a paper of its own, or the next page of `page_of`, or takes the place of `replaces`; both are first scans of
    the same owner. Raises `UploadRefusedError`, `DomainError` for a paper of tomorrow or of a day on which it is not
    valid any more, and for the proof of a contribution or an expenditure `AlreadyUsedError` when the same
    content proves one already.
    """
    if dated_on is not None and dated_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="dated_on")
    if expires_on is not None and expires_on < bishkek_day(now):
        raise DomainError(N_("The paper is not valid any more. Attach a newer one."), field="expires_on")
    is_closed = page_of is not None and not page_of.is_in_force
    if is_closed or (replaces is not None and replaces.replaced_by_id is not None):  # a refused one can be replaced
        raise DomainError(N_("That paper was refused or replaced already: look again."), field="goes_to")
    stored = store(upload, storage=storage, now=now)
    column = OWNER_COLUMNS[owner.__tablename__]
    if column in PROOFS:
        used = db.select(Document.id).where(
            Document.content_sha256 == stored.sha256,
            getattr(Document, column).is_not(None),
            Document.removed_at.is_(None),
            Document.released_at.is_(None),
        )
        if db.session.scalar(used) is not None:
            raise AlreadyUsedError(PROOFS[column], field="upload")
    document = Document(
        file=stored,
        content_sha256=stored.sha256,
        kind=kind,
        filename=clean_filename(upload.filename, stored.media_type),
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
        dated_on=None if page_of else dated_on,
        expires_on=None if page_of else expires_on,
        page_of_id=page_of.id if page_of else None,
        position=1 + len(pages_of(page_of)) if page_of else 1,
        **{column: owner.id},  # type: ignore[attr-defined]
    )
    db.session.add(document)
    db.session.flush()
    if replaces is not None:
        replaces.replaced_by_id = document.id
        db.session.flush()
    audit.record(actor, "document.attach", owner, now, document=document.id, sha256=stored.sha256)
    return document


def of(owner: Base) -> list[Document]:
    """The documents of `owner` that were not taken off, with their files, in the order they came, page after page."""
    owner_id: int = owner.id  # type: ignore[attr-defined]
    return list(db.session.scalars(_owned(OWNER_COLUMNS[owner.__tablename__]), {"owner_id": owner_id}))


def of_applications(application_ids: Sequence[int]) -> dict[int, list[Document]]:
    """What `of` says of each of the applications, in one query."""
    found: dict[int, list[Document]] = {application_id: [] for application_id in application_ids}
    query = _in_order(Document.application_id.in_(application_ids))
    for document in db.session.scalars(query.execution_options(populate_existing=True)):
        found[document.application_id].append(document)
    return found


@lru_cache
def _owned(column: str) -> Any:
    """The documents of one owner: a statement made once for each kind of owner."""
    return _in_order(getattr(Document, column) == db.bindparam("owner_id"))


def _in_order(condition: Any) -> Any:
    query = db.select(Document).where(condition, Document.removed_at.is_(None))
    order = (db.func.coalesce(Document.page_of_id, Document.id), Document.position, Document.id)
    return query.options(db.joinedload(Document.file)).order_by(*order)


def pages_of(first: Document) -> list[Document]:
    """The scans of a paper in their order."""
    query = db.select(Document).where(
        (Document.id == first.id) | (Document.page_of_id == first.id), Document.removed_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Document.position, Document.id)))


def release(owner: Base, *, now: datetime) -> None:
    """What the owner's documents proved does not count any more: the same content may prove something else."""
    for document in of(owner):
        document.released_at = now
    db.session.flush()


def remove(document: Document, owner: Base, *, actor: Actor, now: datetime) -> None:
    """Take a page, or a paper with all its pages, off its owner; what it had replaced counts again.

    The bytes stay for the snapshots that name them.
    """
    gone = [document] if document.page_of_id else pages_of(document)
    for one in gone:
        one.removed_at = now
    for place, page in enumerate(_siblings(document), start=1):
        page.position = place
    for replaced in db.session.scalars(db.select(Document).where(Document.replaced_by_id == document.id)):
        replaced.replaced_by_id = None
    db.session.flush()
    audit.record(actor, "document.remove", owner, now, document=document.id, pages=len(gone))


def _siblings(page: Document) -> list[Document]:
    """The pages that are left of the paper whose further page this is."""
    if page.page_of_id is None:
        return []
    db.session.flush()
    return pages_of(db.session.get_one(Document, page.page_of_id))


def move_up(page: Document, owner: Base, *, actor: Actor, now: datetime) -> None:
    """Let a further page change places with the one before it; the first scan stays the first."""
    pages = pages_of(db.session.get_one(Document, page.page_of_id)) if page.page_of_id else [page]
    place = next(number for number, one in enumerate(pages) if one.id == page.id)
    if place < 2:
        raise DomainError(N_("This page is the first that can be moved already."))
    before = pages[place - 1]
    before.position, page.position = page.position, before.position
    db.session.flush()
    audit.record(actor, "document.move", owner, now, document=page.id)


def refuse(document: Document, owner: Application, *, reason: str, actor: Actor, now: datetime) -> None:
    """The office does not take a paper: the association is told why.

    Raises `SeparationOfDutyError` for who has a tie to the applicant, `DomainError` when the paper does not count.
    """
    lock(document)
    text = reason_given(reason)
    _must_be_screened(owner, actor)
    if not document.is_in_force or document.page_of_id is not None:
        raise DomainError(N_("That paper was refused or replaced already: look again."))
    document.refused_at, document.refused_by_id, document.refusal_reason = now, actor.user_id, text
    db.session.flush()
    audit.record(actor, "document.refuse", owner, now, document=document.id, reason=text)
    notifications.tell_association(
        owner, N_("A paper of the application %(number)s was not taken: %(reason)s"), now, reason=text
    )


def _must_be_screened(owner: Application, actor: Actor) -> None:
    """What the papers are decides the screening: who may not do the one may not do the other."""
    if owner.status not in WAITING:
        raise DomainError(N_("A paper is refused, or taken after all, while the secretary screens the application."))
    conflicts.must_have_no_tie(owner, actor)


def take_again(document: Document, owner: Application, *, actor: Actor, now: datetime) -> None:
    """Take a refusal back. Raises what `refuse` raises."""
    lock(document)
    _must_be_screened(owner, actor)
    if document.refused_at is None:
        raise DomainError(N_("This paper was not refused."))
    document.refused_at = document.refused_by_id = document.refusal_reason = None
    db.session.flush()
    audit.record(actor, "document.take_again", owner, now, document=document.id)
    notifications.tell_association(owner, N_("A paper of the application %(number)s is taken after all."), now)


def store(upload: Upload, *, storage: Path, now: datetime) -> StoredFile:
    """Keep the bytes: temp file, fsync, rename, fsync of the folder, then the row."""
    source_hash = fingerprint(upload.content)
    media_type = media_type_of(upload.filename, upload.content)
    known: StoredFile | None = db.session.scalar(db.select(StoredFile).where(StoredFile.source_sha256 == source_hash))
    if known is not None and path_of(known, storage).exists():
        return known
    content = upload.clean[1] if upload.clean else cleaned(media_type, upload.content)
    digest = fingerprint(content)
    write_once(storage / digest[:2] / digest, content)
    if known is not None:
        return known
    stored = StoredFile(
        sha256=digest, source_sha256=source_hash, byte_size=len(content), media_type=media_type, stored_at=now
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def path_of(stored: StoredFile, storage: Path) -> Path:
    return storage / stored.sha256[:2] / stored.sha256


def write_once(path: Path, content: bytes) -> None:
    """Write a file so that after a power cut it is there whole or not at all."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def clean_filename(name: str, media_type: str) -> str:
    """A name that is safe to show and to save: no path, no control or direction signs, the ending of its kind."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    stem = "".join(letter for letter in stem if letter.isprintable() and letter not in '<>:"|?*').strip(". ")
    return f"{(stem or 'document')[:120]}.{SUFFIX[media_type]}"
