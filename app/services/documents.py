"""Files people send: checked by content, images made anew, stored by SHA-256, always given out as attachments."""

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.localisation import N_
from app.services import audit
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError
from app.services.file_cleaning import cleaned, in_child, media_type_of
from models.base import Base, db, fingerprint
from models.documents import Document, DocumentKind, StoredFile

SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
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


def attach(owner: Base, kind: DocumentKind, upload: Upload, *, storage: Path, actor: Actor, now: datetime) -> Document:
    """Check, store and attach a file to `owner` (application, grant, contribution, expenditure or visit).

    Raises `UploadRefusedError`; for the proof of a contribution or an expenditure `AlreadyUsedError` when the same
    content proves one already.
    """
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
        **{column: owner.id},  # type: ignore[attr-defined]
    )
    db.session.add(document)
    db.session.flush()
    audit.record(actor, "document.attach", owner, now, document=document.id, sha256=stored.sha256)
    return document


def of(owner: Base) -> list[Document]:
    """The documents of `owner` that were not taken off, with their files, in the order they came."""
    column = getattr(Document, OWNER_COLUMNS[owner.__tablename__])
    query = db.select(Document).where(column == owner.id, Document.removed_at.is_(None))  # type: ignore[attr-defined]
    return list(db.session.scalars(query.options(db.joinedload(Document.file)).order_by(Document.id)))


def release(owner: Base, *, now: datetime) -> None:
    """What the owner's documents proved does not count any more: the same content may prove something else."""
    for document in of(owner):
        document.released_at = now
    db.session.flush()


def remove(document: Document, owner: Base, *, actor: Actor, now: datetime) -> None:
    """Take a document off its owner; the bytes stay for the snapshots that name them."""
    document.removed_at = now
    db.session.flush()
    audit.record(actor, "document.remove", owner, now, document=document.id)


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
