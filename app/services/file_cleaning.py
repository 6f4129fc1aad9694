"""Cleaning what people send: pure bytes in, clean bytes out; run in a child process with limits.

A picture or a PDF of some hundred kilobytes can unpack to gigabytes, so nothing is unpacked in the process
that serves pages: `in_child` starts this module as a program that limits its own memory and time.
"""

import io
import json
import resource
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import pikepdf
from PIL import Image, ImageOps

from app.localisation import N_
from app.services.errors import DomainError

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = {"image/jpeg": 120_000_000, "image/png": 25_000_000}  # a JPEG can be read at a lower scale
LONGEST_SIDE = 2400
"""Points: A4 at 200 to the inch, so that the small print of a receipt can still be read."""
QUALITY = 82
"""Of 100, of a JPEG: about a third of what phones send, without visible loss on paper."""
MEMORY = 700 * 1024 * 1024
SECONDS = 10
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
UNREADABLE = {
    "application/pdf": N_("The PDF cannot be read. Scan it again."),
    "image/jpeg": N_("The picture cannot be read. Photograph it again."),
    "image/png": N_("The picture cannot be read. Photograph it again."),
}
ACTIVE_KEYS = ("/AA", "/OpenAction", "/JS", "/JavaScript", "/AF", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent")
PASSIVE_ACTIONS = ("/GoTo", "/URI")
ACTION_KEYS = ("/A", "/PA", "/Next")
ACTIVE_ACTIONS = (
    *("/GoToR", "/GoToE", "/GoToDp", "/Launch", "/Thread", "/Sound", "/Movie", "/Hide", "/Named", "/SubmitForm"),
    *("/ResetForm", "/ImportData", "/JavaScript", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView"),
    "/RichMediaExecute",
)
"""The kinds of action of ISO 32000-2, table 201, but for the passive ones."""
ACTIVE_ANNOTATIONS = ("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")


class UploadRefusedError(DomainError):
    """The file is not what it says, too large, or of a kind that is not taken."""


def media_type_of(filename: str, content: bytes) -> str:
    """The media type by content, when name and content agree.

    Raises `UploadRefusedError` for an empty or too large file and for anything but pdf, jpg and png.
    """
    if not content:
        raise UploadRefusedError(N_("The file is empty."), field="upload")
    if len(content) > LARGEST:
        raise UploadRefusedError(
            N_("The file is larger than 10 MB. Photograph it with a lower quality."), field="upload"
        )
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
    if not filename.lower().endswith(ENDINGS[media_type]):
        raise UploadRefusedError(N_("The file's ending does not fit its content."), field="upload")
    return media_type


def cleaned(media_type: str, content: bytes) -> bytes:
    """A PDF that runs nothing and carries no files, or an image made anew without metadata.

    Raises `UploadRefusedError` when it cannot be read: whatever a parser of foreign bytes raises.
    """
    try:
        return _clean_pdf(content) if media_type == "application/pdf" else _clean_image(media_type, content)
    except UploadRefusedError:
        raise
    except Exception as error:
        raise UploadRefusedError(UNREADABLE[media_type], field="upload") from error


def in_child(filename: str, content: bytes) -> tuple[str, bytes]:
    """Media type and clean bytes, made by a child with limited memory and time.

    Raises `UploadRefusedError`, also when the child had to be stopped.
    """
    media_type = media_type_of(filename, content)
    command = [sys.executable, "-m", "app.services.file_cleaning", media_type]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=3 * SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise UploadRefusedError(UNREADABLE[media_type], field="upload") from error
    head, _line, clean = done.stdout.partition(b"\n")
    answer = json.loads(head) if done.returncode == 0 and head else {"refused": UNREADABLE[media_type]}
    if "refused" in answer:
        raise UploadRefusedError(answer["refused"], field="upload")
    return media_type, clean


def _clean_pdf(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if len(pdf.pages) == 0:
            raise UploadRefusedError(UNREADABLE["application/pdf"], field="upload")
        for thing in pdf.objects:
            _disarm(thing)
        for page in pdf.pages:
            _keep_quiet_annotations(page.obj)
        for key in ("/AcroForm", "/Metadata", "/Names"):
            if key in pdf.Root:
                del pdf.Root[key]
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True)
        return target.getvalue()


def _disarm(thing: Any) -> None:
    """Take what runs or carries files off one object and the dictionaries that stand in it."""
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key in list(thing.keys()):
            if (
                key in ACTIVE_KEYS
                or _acts(thing[key], key in ACTION_KEYS)
                or (key == "/A" and _has_no_kind(thing[key]))
            ):
                del thing[key]
            elif key in ACTION_KEYS and isinstance(thing[key], pikepdf.Array):
                _drop_actions(thing[key], is_action=True)
        values: Iterable[Any] = [thing[key] for key in list(thing.keys())]
    elif isinstance(thing, pikepdf.Array):
        _drop_actions(thing)
        values = list(thing)
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            _disarm(value)


def _drop_actions(things: Any, *, is_action: bool = False) -> None:
    for place in reversed(range(len(things))):
        if _acts(things[place], is_action):
            del things[place]


def _acts(thing: Any, is_action: bool) -> bool:
    """Whether it does more than turn to a page or open an address.

    /S means other things too (the kind of a transparency group, of a border): where no action must stand, only a
    name that is known for one counts.
    """
    kind = thing.get("/S") if isinstance(thing, pikepdf.Dictionary) else None
    if kind is None or str(kind) in PASSIVE_ACTIONS:
        return False
    return is_action or str(kind) in ACTIVE_ACTIONS or str(thing.get("/Type", "")) == "/Action"


def _has_no_kind(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and "/S" not in thing


def _keep_quiet_annotations(page: Any) -> None:
    annotations = page.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        quiet = [one for one in annotations if str(one.get("/Subtype", "")) not in ACTIVE_ANNOTATIONS]
        page["/Annots"] = pikepdf.Array(quiet)


def _clean_image(media_type: str, content: bytes) -> bytes:
    kind = "JPEG" if media_type == "image/jpeg" else "PNG"
    with Image.open(io.BytesIO(content), formats=[kind]) as image:
        if image.width * image.height > MOST_PIXELS[media_type]:
            raise UploadRefusedError(
                N_("The picture has too many points. Photograph it with a lower quality."), field="upload"
            )
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        target = io.BytesIO()
        clean = upright.convert("RGBA" if kind == "PNG" and "A" in upright.getbands() else "RGB")
        clean.info = {}  # whatever the file told beside its points: place, owner, phone, comments
        if kind == "JPEG":
            clean.save(target, "JPEG", quality=QUALITY, optimize=True)
        else:
            clean.save(target, "PNG", optimize=True)
        return target.getvalue()


def main() -> None:
    """The child: limits itself, reads the bytes from standard input, writes a line of JSON and the clean bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Image.MAX_IMAGE_PIXELS = None  # the limits above are ours
    try:
        clean = cleaned(sys.argv[1], sys.stdin.buffer.read())
    except UploadRefusedError as refusal:
        sys.stdout.buffer.write(json.dumps({"refused": refusal.message}).encode() + b"\n")
    else:
        sys.stdout.buffer.write(b"{}\n" + clean)


if __name__ == "__main__":
    main()
