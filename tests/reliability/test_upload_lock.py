"""While a file is cleaned, everybody else may write: the child runs before the request's transaction."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path

import pysqlite3.dbapi2 as sqlite_driver
from flask import Flask
from PIL import Image

from app.services import documents
from app.services.documents import Upload
from models.applications import ApplicationStatus
from models.base import db
from models.documents import DocumentKind
from tests.factories import Programme
from tests.support.clients import Client, apart
from tests.support.pages import choose_form, filled, sent

LONGEST_WAIT = 20.0


def children() -> set[str]:
    """The process ids of this process's children that clean a file."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            with suppress(OSError):  # it has ended
                if b"app.services.file_cleaning" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.add(child)
    return found


def large_picture() -> bytes:
    """A PNG of 24 million points in some dozen kilobytes: its child needs a second."""
    target = io.BytesIO()
    Image.linear_gradient("L").resize((4900, 4900)).convert("RGB").save(target, "PNG")
    return target.getvalue()


def test_a_slow_cleaning_holds_no_write_lock(app: Flask, client: Client, programme: Programme, home: Path) -> None:
    application = programme.make_application(ApplicationStatus.DRAFT)
    client.sign_in(programme.chair_of(application.association))
    url = f"/applications/{application.id}/documents"
    before = len(documents.of(application))
    upload = sent(Upload("big.png", large_picture()))
    data = filled(choose_form(client.get(url).text, url), {"kind": DocumentKind.PHOTO.value, "upload": upload})
    db.session.commit()
    other = sqlite_driver.connect(str(home / "ashar.sqlite3"), timeout=0, isolation_level=None)
    with ThreadPoolExecutor(1) as threads:
        posted = threads.submit(copy_context().run, apart, lambda: client.post(url, data=data))
        deadline = time.monotonic() + LONGEST_WAIT
        while not (running := children()):
            assert time.monotonic() < deadline and not posted.done()
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        assert running & children(), "the child had ended: the test proves nothing"
        assert posted.result(LONGEST_WAIT).status_code == 303
    other.close()
    assert len(documents.of(application)) == before + 1
