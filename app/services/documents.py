"""Files people send: checked by content, images made anew, stored by SHA-256, always given out as attachments."""

import hashlib
import io
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from app.localisation import N_
from app.services import audit
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, LimitExceededError
from models.base import Base, db
from models.documents import Document, DocumentKind, StoredFile

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2400
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
OWNER_COLUMNS = {
    "applications": "application_id",
    "grants": "grant_id",
    "contributions": "contribution_id",
    "expenditures": "expenditure_id",
    "visits": "visit_id",
}


@dataclass(frozen=True)
class Upload:
    """What was sent: the name the browser gave and the bytes."""

    filename: str
    content: bytes


class UploadRefusedError(DomainError):
    """The file is not what it says, too large, or of a kind that is not taken."""


def attach(owner: Base, kind: DocumentKind, upload: Upload, *, storage: Path, actor: Actor, now: datetime) -> Document:
    """Check, store and attach a file to `owner` (application, grant, contribution, expenditure or visit).

    Raises `UploadRefusedError`; for the receipt of a contribution `AlreadyUsedError` when the same file has
    proved another contribution.
    """
    stored = store(upload, storage=storage, now=now)
    column = OWNER_COLUMNS[owner.__tablename__]
    if column == "contribution_id":
        used = db.select(Document.id).where(
            Document.file_id == stored.id, Document.contribution_id.is_not(None), Document.removed_at.is_(None)
        )
        if db.session.scalar(used) is not None:
            raise AlreadyUsedError(N_("This very file has proved another contribution already."), field="upload")
    document = Document(
        file=stored,
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


def remove(document: Document, owner: Base, *, actor: Actor, now: datetime) -> None:
    """Take a document off its owner; the bytes stay for the snapshots that name them."""
    document.removed_at = now
    db.session.flush()
    audit.record(actor, "document.remove", owner, now, document=document.id)


def store(upload: Upload, *, storage: Path, now: datetime) -> StoredFile:
    """Keep the bytes: temp file, fsync, rename, fsync of the folder, then the row."""
    source_hash = hashlib.sha256(upload.content).hexdigest()
    known: StoredFile | None = db.session.scalar(db.select(StoredFile).where(StoredFile.source_sha256 == source_hash))
    if known is not None and path_of(known, storage).exists():
        if media_type_of(upload) != known.media_type:
            raise UploadRefusedError(N_("The file's ending does not fit its content."), field="upload")
        return known
    media_type, content = cleaned(upload)
    digest = hashlib.sha256(content).hexdigest()
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


def media_type_of(upload: Upload) -> str:
    """The media type by content, when name and content agree.

    Raises `UploadRefusedError` for anything but pdf, jpg and png.
    """
    content = upload.content
    if content.startswith(b"%PDF-"):
        media_type = "application/pdf"
    elif content.startswith(b"\xff\xd8\xff"):
        media_type = "image/jpeg"
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        media_type = "image/png"
    else:
        raise UploadRefusedError(
            N_("Only PDF, JPG and PNG files are taken. Scan or photograph the paper."), field="upload"
        )
    if not upload.filename.lower().endswith(ENDINGS[media_type]):
        raise UploadRefusedError(N_("The file's ending does not fit its content."), field="upload")
    return media_type


def cleaned(upload: Upload) -> tuple[str, bytes]:
    """Media type and the bytes to keep: a PDF that opens and runs nothing, an image made anew without metadata."""
    if not upload.content:
        raise UploadRefusedError(N_("The file is empty."), field="upload")
    if len(upload.content) > LARGEST:
        raise LimitExceededError(
            N_("The file is larger than 10 MB. Photograph it with a lower quality."), field="upload"
        )
    media_type = media_type_of(upload)
    if media_type == "application/pdf":
        return media_type, _clean_pdf(upload.content)
    return _clean_image(media_type, upload.content)


def _clean_pdf(content: bytes) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) == 0:
                raise UploadRefusedError(N_("The PDF cannot be read. Scan it again."), field="upload")
            for active in ("/OpenAction", "/AA", "/AcroForm"):
                if active in pdf.Root:
                    del pdf.Root[active]
            names = pdf.Root.get("/Names")
            if names is not None:
                for active in ("/JavaScript", "/EmbeddedFiles"):
                    if active in names:
                        del names[active]
            target = io.BytesIO()
            pdf.save(target, deterministic_id=True)
            return target.getvalue()
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError) as error:
        raise UploadRefusedError(N_("The PDF cannot be read. Scan it again."), field="upload") from error


def _clean_image(media_type: str, content: bytes) -> tuple[str, bytes]:
    kind = "JPEG" if media_type == "image/jpeg" else "PNG"
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise LimitExceededError(
                    N_("The picture has too many points. Photograph it with a lower quality."), field="upload"
                )
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            target = io.BytesIO()
            if kind == "JPEG":
                upright.convert("RGB").save(target, "JPEG", quality=82, optimize=True)
            else:
                clean = upright.convert("RGBA" if "A" in upright.getbands() else "RGB")
                clean.info = {}
                clean.save(target, "PNG", optimize=True)
            return media_type, target.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UploadRefusedError(N_("The picture cannot be read. Photograph it again."), field="upload") from error


def clean_filename(name: str, media_type: str) -> str:
    """A name that is safe to show and to save: no path, no control or direction signs, the ending of its kind."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    stem = "".join(letter for letter in stem if letter.isprintable() and letter not in '<>:"|?*').strip(". ")
    return f"{(stem or 'document')[:120]}.{SUFFIX[media_type]}"
