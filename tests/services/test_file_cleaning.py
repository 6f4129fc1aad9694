"""What people send is cleaned in a child that cannot eat the server: bombs, scripts, polyglots, lies."""

import io
import os
import resource
import zlib

import pikepdf
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.services import file_cleaning
from app.services.file_cleaning import UploadRefusedError, in_child

MARGIN = 64 * 1024 * 1024


def picture(kind: str, size: tuple[int, int] = (800, 600), **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (120, 80, 40)).save(target, kind, **options)
    return target.getvalue()


def pdf(build) -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(595, 842))
        build(made)
        target = io.BytesIO()
        made.save(target)
        return target.getvalue()


def script(code: str = "app.alert(1)") -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(code))


def on_open(made):
    made.Root.OpenAction = script()


def on_page(made):
    made.pages[0].obj["/AA"] = pikepdf.Dictionary(O=script())


def on_link(made):
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 100, 100], A=script("app.launchURL('x')")
    )
    made.pages[0].obj["/Annots"] = made.make_indirect(pikepdf.Array([made.make_indirect(link)]))


def launch(made):
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    made.pages[0].obj["/Annots"] = pikepdf.Array([link])


def attachment(made):
    made.attachments["evil.exe"] = b"MZ" * 100


def attachment_note(made):
    file = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=pikepdf.String("evil.exe"))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=made.make_indirect(file)
    )
    made.pages[0].obj["/Annots"] = pikepdf.Array([made.make_indirect(note)])


def author(made):
    made.docinfo["/Author"] = "Secret Person"


@pytest.mark.parametrize("build", [on_open, on_page, on_link, launch, attachment, attachment_note, author])
def test_a_pdf_keeps_its_pages_and_loses_what_runs_or_is_carried(build):
    media_type, clean = in_child("paper.pdf", pdf(build))
    assert media_type == "application/pdf"
    with pikepdf.open(io.BytesIO(clean)) as read:
        assert len(read.pages) == 1
        everything = b"".join(
            thing.unparse(resolved=True) for thing in read.objects if not isinstance(thing, pikepdf.Stream)
        )
    for word in (b"JavaScript", b"Launch", b"FileAttachment", b"EmbeddedFile", b"evil.exe", b"Secret", b"app.alert"):
        assert word not in everything
        assert word not in clean


ACTIVE = ("Launch", "SubmitForm", "ImportData", "GoToR", "JavaScript", "Named", "SomethingNew")


def action(kind: str, **more) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), F=pikepdf.String("evil.exe"), **more)


def address(**more) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org/"), **more)


def chained(made, kind):
    """An address whose next action is another address whose next one acts."""
    return address(Next=made.make_indirect(address(Next=made.make_indirect(action(kind)))))


def in_line(made, kind):
    return address(Next=address(Next=action(kind)))


def in_a_list(made, kind):
    return address(Next=pikepdf.Array([address(), made.make_indirect(action(kind)), address(Next=[action(kind)])]))


def in_a_list_apart(made, kind):
    return address(Next=made.make_indirect(pikepdf.Array([made.make_indirect(action(kind))])))


@pytest.mark.parametrize("kind", ACTIVE)
@pytest.mark.parametrize("chain", [chained, in_line, in_a_list, in_a_list_apart])
def test_what_follows_an_address_does_not_act_either(chain, kind):
    def build(made):
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=chain(made, kind)
        )
        made.pages[0].obj["/Annots"] = pikepdf.Array([made.make_indirect(link)])

    clean = file_cleaning.cleaned("application/pdf", pdf(build))
    with pikepdf.open(io.BytesIO(clean)) as read:
        everything = b"".join(one.unparse(resolved=True) for one in read.objects)
        assert str(read.pages[0].Annots[0].A.URI) == "https://example.org/"  # an address may stay
    assert kind.encode() not in everything and b"evil.exe" not in everything


@pytest.mark.parametrize("kind", [one for one in ACTIVE if one != "SomethingNew"])
def test_an_action_that_stands_where_none_belongs_is_taken_off(kind):
    def build(made):
        made.pages[0].obj["/PieceInfo"] = pikepdf.Dictionary(X=pikepdf.Array([made.make_indirect(action(kind))]))
        made.Root["/Odd"] = made.make_indirect(action(kind))

    clean = file_cleaning.cleaned("application/pdf", pdf(build))
    assert kind.encode() not in clean and b"evil.exe" not in clean


def test_what_a_page_is_drawn_with_stays():
    def build(made):
        made.pages[0].obj["/Group"] = pikepdf.Dictionary(S=pikepdf.Name.Transparency, CS=pikepdf.Name.DeviceRGB)
        first, second = made.make_indirect(pikepdf.Dictionary()), made.make_indirect(pikepdf.Dictionary())
        first.Title, first.Next, second.Title = pikepdf.String("one"), second, pikepdf.String("two")
        made.Root.Outlines = pikepdf.Dictionary(First=first, Last=second, Count=2)

    with pikepdf.open(io.BytesIO(file_cleaning.cleaned("application/pdf", pdf(build)))) as read:
        assert str(read.pages[0].obj.Group.S) == "/Transparency"
        assert str(read.Root.Outlines.First.Next.Title) == "two"


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header says width × height of RGBA and whose rows compress to almost nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 6, 0, 0, 0])
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(b"\0" * (1 + 4 * width)) for _ in range(height)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def bomb_pdf() -> bytes:
    """A PDF with an object stream of 400 MB behind a few hundred kilobytes."""
    packed = zlib.compress(b"1 0 << /A 1 >> " + b" " * (400 * 1024 * 1024), 9)
    body = b"%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length "
    body += str(len(packed)).encode() + b" >>\nstream\n" + packed + b"\nendstream\nendobj\n"
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("pixels.png", lambda: png_of(8000, 7500)),
        ("pixels.jpg", lambda: picture("JPEG", (12000, 12000))),
        ("objects.pdf", bomb_pdf),
    ],
)
def test_a_bomb_is_refused_and_the_server_does_not_grow(name, make):
    content = make()
    assert len(content) < file_cleaning.LARGEST
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with pytest.raises(UploadRefusedError):
        in_child(name, content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before <= MARGIN


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("program.jpg", b"MZ\x90\x00" + os.urandom(500)),
        ("page.png", b"<html><script>alert(1)</script></html>"),
        ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("picture.pdf", picture("PNG")),
        ("half.jpg", picture("JPEG")[:200]),
        ("half.png", picture("PNG")[:60]),
        ("broken.pdf", b"%PDF-1.7\n" + os.urandom(2000)),
        ("archive.pdf", b"PK\x03\x04" + os.urandom(100)),
        ("large.jpg", b"\xff\xd8\xff" + b"\0" * (file_cleaning.LARGEST + 1)),
    ],
)
def test_what_is_not_what_it_says_is_refused(name, content):
    with pytest.raises(UploadRefusedError) as refusal:
        in_child(name, content)
    assert refusal.value.field == "upload"


def test_a_photo_is_made_upright_smaller_and_loses_place_and_owner():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x013B] = "Secret Person"
    _media_type, clean = in_child("photo.jpg", picture("JPEG", (4000, 3000), exif=exif))
    with Image.open(io.BytesIO(clean)) as image:
        assert image.height > image.width
        assert max(image.size) <= file_cleaning.LONGEST_SIDE
        assert not image.getexif()
    assert b"Secret" not in clean


def phone_photo(orientation: int) -> bytes:
    """A photo as a phone sends it: lying on its side, with place, owner, comment and a preview in it.

    Its left half is red and its right half blue when it is held upright.
    """
    upright = Image.new("RGB", (600, 800), (200, 20, 20))
    upright.paste((20, 20, 200), (300, 0, 600, 800))
    turn = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    lying = upright.transpose(turn[orientation]) if turn[orientation] is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x013B] = "SecretPhone", "SecretOwner"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (40.0, 4.0, 20.0), "E", (70.0, 49.0, 10.0)
    place[29] = "2026:10:12"
    target = io.BytesIO()
    lying.save(target, "JPEG", exif=exif, comment=b"SecretComment", quality=95)
    return target.getvalue()


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_from_a_phone_stands_upright_and_tells_nothing(orientation):
    photo = phone_photo(orientation)
    with Image.open(io.BytesIO(photo)) as sent:
        assert sent.getexif().get_ifd(0x8825)[2] == (40.0, 4.0, 20.0)
        assert b"SecretComment" in photo and b"SecretOwner" in photo
    _media_type, clean = in_child("IMG_2026.jpg", photo)
    with Image.open(io.BytesIO(clean)) as image:
        assert image.size == (600, 800)
        left, right = image.getpixel((100, 400)), image.getpixel((500, 400))
        assert left[0] > 150 > left[2] and right[2] > 150 > right[0]
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not image.getexif()
    assert b"Secret" not in clean and b"Exif" not in clean and len(clean) < len(photo)


def test_a_png_loses_its_texts_and_place_too():
    notes, exif = PngInfo(), Image.Exif()
    notes.add_text("Author", "Secret Person")
    notes.add_itxt("Location", "40.07, 70.82", zip=True)
    exif[0x0112] = 8
    exif[0x013B] = "Secret Person"
    target = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(target, "PNG", pnginfo=notes, exif=exif)
    _media_type, clean = in_child("scan.png", target.getvalue())
    with Image.open(io.BytesIO(clean)) as image:
        image.load()
        assert image.size == (300, 400) and not image.info and not image.getexif()
    assert b"Secret" not in clean


def test_a_large_photo_has_2400_points_on_its_longer_side_as_the_page_says():
    _media_type, clean = in_child("large.jpg", picture("JPEG", (4800, 3600)))
    with Image.open(io.BytesIO(clean)) as image:
        assert image.size == (2400, 1800)
    assert (file_cleaning.LONGEST_SIDE, file_cleaning.QUALITY) == (2400, 82)  # as documents/index.html says
