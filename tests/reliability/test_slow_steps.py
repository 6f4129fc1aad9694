"""While a file is cleaned or a password checked, everybody else may write: it stands before the transaction."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import copy_context
from pathlib import Path
from typing import Literal

import pysqlite3.dbapi2 as sqlite_driver
import pytest
from argon2 import PasswordHasher
from flask import Flask
from PIL import Image

from app.services import documents, users
from app.services.documents import Upload
from models.applications import ApplicationStatus
from models.base import db
from models.documents import DocumentKind
from models.users import Role
from tests.factories import PASSWORD, Programme
from tests.support.clients import Client, apart
from tests.support.pages import choose_form, filled, sent

LONGEST_WAIT = 20.0


def take_the_write_lock(home: Path) -> None:
    """As another process that writes, and does not wait."""
    with closing(sqlite_driver.connect(str(home / "ashar.sqlite3"), timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


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
    with ThreadPoolExecutor(1) as threads:
        posted = threads.submit(copy_context().run, apart, lambda: client.post(url, data=data))
        deadline = time.monotonic() + LONGEST_WAIT
        while not (running := children()):
            assert time.monotonic() < deadline and not posted.done()
        take_the_write_lock(home)
        assert running & children(), "the child had ended: the test proves nothing"
        assert posted.result(LONGEST_WAIT).status_code == 303
    assert len(documents.of(application)) == before + 1


def test_a_password_is_checked_without_the_write_lock(
    app: Flask, client: Client, programme: Programme, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme.make_user(Role.SECRETARY, username="target")
    db.session.commit()
    taken: list[bool] = []

    class Watching(PasswordHasher):
        """Argon2 as it is; somebody else takes the write lock at the same moment."""

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            take_the_write_lock(home)
            taken.append(True)
            return super().verify(hash, password)

    monkeypatch.setattr(users, "_hasher", Watching(time_cost=1, memory_cost=8, parallelism=1))
    assert client.submit("/sign-in", name="target", password=PASSWORD).status_code == 303
    assert client.get("/account").status_code == 200
    assert taken
