"""Files of the journal: asked for, written by a job while one looks on, kept for thirty days, then forgotten."""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Update

from app.localisation import LOCALE_CODES, N_
from app.queue import enqueue_after_commit
from app.services import audit, conflicts, grants, ledger, notifications
from app.services.actors import Actor
from app.services.errors import DomainError, WrongTransitionError
from app.services.ledger import JournalFilter
from models.base import db, lock
from models.journal_exports import ExportStatus, FileForm, JournalExport
from models.ledger import EventKind
from models.users import User

KEPT_FOR = timedelta(days=30)


class CancelledError(Exception):
    """Who asked for the file does not want it any more: it is not written further."""


def request(wanted: JournalFilter, form: FileForm, *, locale: str, actor: Actor, now: datetime) -> JournalExport:
    """Ask for a file of what `wanted` says; the job that writes it leaves after the commit."""
    if locale not in LOCALE_CODES:
        raise DomainError(N_("This language is not known."), field="locale")
    export = JournalExport(
        form=form,
        fund_id=wanted.fund_id,
        grant_id=wanted.grant_id,
        kind=wanted.kind.value if wanted.kind else None,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        locale=locale,
        requested_by_id=actor.user_id,
        requested_at=now,
    )
    db.session.add(export)
    db.session.flush()
    enqueue_after_commit("app.jobs.write_journal_export", export.id, now=now)
    audit.record(actor, "journal_export.request", export, now, form=form.value)
    return export


def wanted_by(export: JournalExport) -> JournalFilter:
    """What the file holds; nothing of grants whose applicants the reader has a tie to by now."""
    reader = db.session.get_one(User, export.requested_by_id)
    return JournalFilter(
        export.fund_id,
        export.grant_id,
        EventKind(export.kind) if export.kind else None,
        export.starts_on,
        export.ends_on,
        grants.tied(conflicts.kept_from(reader)),
    )


def start(export: JournalExport, *, now: datetime) -> bool:
    """Mark as being written; False when it is there already, or not wanted any more."""
    lock(export)
    if not export.is_under_way:
        return False
    export.status, export.progress = ExportStatus.RUNNING, 0
    db.session.flush()
    audit.record(None, "journal_export.start", export, now)
    return True


def progress_of(export_id: int, percent: int, rows: int) -> Update:
    """The statement that tells how far a file is; it finds no row once the file is not wanted any more."""
    running = (JournalExport.id == export_id) & (JournalExport.status == ExportStatus.RUNNING)
    return db.update(JournalExport).where(running).values(progress=percent, row_count=rows)


def finish(export: JournalExport, *, sha256: str, rows: int, now: datetime) -> None:
    """The file is written and has this hash. Raises `CancelledError` when nobody wants it any more."""
    lock(export)
    if export.status is not ExportStatus.RUNNING:
        raise CancelledError
    export.status, export.progress, export.row_count = ExportStatus.DONE, 100, rows
    export.sha256, export.finished_at = sha256, now
    db.session.flush()
    audit.record(None, "journal_export.finish", export, now, sha256=sha256, count=rows)
    notifications.tell([export.requested_by_id], N_("The file of the journal is ready."), export, now)


def fail(export: JournalExport, *, now: datetime) -> None:
    lock(export)
    export.status, export.finished_at = ExportStatus.FAILED, now
    db.session.flush()
    audit.record(None, "journal_export.fail", export, now)
    message = N_("The file of the journal could not be written. Try again.")
    notifications.tell([export.requested_by_id], message, export, now)


def cancel(export: JournalExport, *, actor: Actor, now: datetime) -> None:
    """Who asked does not want it any more. Raises `WrongTransitionError` once it is over."""
    lock(export)
    if not export.is_under_way:
        raise WrongTransitionError(N_("This file is not being written any more."))
    export.status, export.finished_at = ExportStatus.CANCELLED, now
    db.session.flush()
    audit.record(actor, "journal_export.cancel", export, now)


def path_of(export: JournalExport, folder: Path) -> Path:
    """Where the file lies while it is kept."""
    return folder / export.file_name


def put_in_place(beside: Path, path: Path) -> str:
    """Rename a file that was written beside its place, safe from a loss of power; its SHA-256."""
    digest = hashlib.sha256()
    with beside.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
        os.fsync(file.fileno())
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return digest.hexdigest()


def forget_old(folder: Path, *, now: datetime) -> int:
    """Delete files that are older than thirty days; how many."""
    query = db.select(JournalExport).where(
        JournalExport.status == ExportStatus.DONE, JournalExport.finished_at < now - KEPT_FOR
    )
    found = db.session.scalars(query.order_by(JournalExport.id).limit(100)).all()
    for export in found:
        path_of(export, folder).unlink(missing_ok=True)
        export.status = ExportStatus.EXPIRED
        db.session.flush()
        audit.record(None, "journal_export.expire", export, now)
    return len(found)


def of_reader(user: User, limit: int = 20) -> list[JournalExport]:
    """The newest files somebody has asked for."""
    query = db.select(JournalExport).where(JournalExport.requested_by_id == user.id)
    return list(db.session.scalars(query.order_by(JournalExport.id.desc()).limit(limit)))


def size(export: JournalExport) -> int:
    """How many transfers the file is to have."""
    return ledger.count(wanted_by(export))
