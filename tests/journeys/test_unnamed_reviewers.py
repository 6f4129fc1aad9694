"""Who judges stays unknown: every reviewer gets a name like no other, and no page, paper, list or header shows it.

Walked as applicant, operator, donor, the public and another reviewer, over every address each of them may open.
"""

import io
import itertools
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader
from werkzeug.test import TestResponse

from app.localisation import fold
from models.base import db
from models.notifications import Notification
from models.people import Person
from models.reviews import Assignment, Review
from models.users import Role, RoleAssignment, User
from tests.architecture.matrix import MATRIX, roles_for
from tests.conftest import Demonstration
from tests.support.addresses import TEXTS, table_of
from tests.support.clients import Client
from tests.support.databases import FULL

CANARY, NOTE = "Канареева", "канарейканын жеке жазуусу"
WALKERS = ("tayan.chair", "kyshtut.operator", "donor.eu", "reviewer1", "")
"""Who walks; the last is nobody, signed out."""
EACH, MOST = (3, 6) if FULL else (2, 2)
"""So many rows of a table, so many addresses of one rule; `make reliability` opens more."""


def rename(reader: User | None) -> set[str]:
    """Give every reviewer but `reader` a name like no other, and their reviews a note; the names they had before."""
    reviewers = db.select(RoleAssignment.user_id).where(RoleAssignment.role == Role.REVIEWER)
    people = db.select(Person).join(User, User.person_id == Person.id).where(User.id.in_(reviewers))
    before = set()
    for number, person in enumerate(db.session.scalars(people)):
        if reader is None or person.id != reader.person_id:
            before.add(person.full_name)
            person.full_name = f"{CANARY}{number} Жашыруун"
            person.folded_name = fold(person.full_name)
    others = db.select(Assignment.id).where(Assignment.reviewer_id != (reader.id if reader else 0))
    db.session.execute(sa.update(Review).where(Review.assignment_id.in_(others)).values(private_note=NOTE))
    db.session.commit()
    return before


def judged_applications(reader: User | None) -> list[int]:
    """Applications with a review that `reader` may open, or any."""
    query = sa.select(Assignment.application_id).distinct().order_by(Assignment.application_id)
    own = sa.text(
        "assignments.application_id IN (SELECT id FROM applications WHERE association_id IN "
        "(SELECT a.id FROM associations a JOIN role_assignments r"
        " ON r.association_id = a.id OR r.centre_id = a.centre_id WHERE r.user_id = :user)"
        " UNION SELECT application_id FROM assignments WHERE reviewer_id = :user)"
    ).bindparams(user=reader.id if reader else 0)
    found = list(db.session.scalars(query.where(own).limit(EACH)))
    return found or list(db.session.scalars(query.limit(EACH)))


def values(name: str, applications: list[int]) -> list[Any]:
    """What stands in an address for the argument `name`."""
    if name in TEXTS:
        return list(TEXTS[name])
    if name == "application_id":
        return applications
    table = table_of(name)
    if table is None:
        return [1]
    query = sa.select(table.c.id).order_by(table.c.id)
    if "application_id" in table.c:
        query = query.where(table.c.application_id.in_(applications))
    return list(db.session.scalars(query.limit(4 if name == "call_id" else EACH)))


def addresses(app: Flask, reader: User | None) -> Iterator[str]:
    """Every address that is read and open to the roles of `reader`."""
    applications = judged_applications(reader)
    for rule in app.url_map.iter_rules():
        if "GET" not in MATRIX.get(rule.endpoint, ()):
            continue
        letters, roles = MATRIX[rule.endpoint]["GET"], reader.roles if reader else frozenset()
        if letters != "public" and roles.isdisjoint(roles_for(rule.endpoint, "GET")):
            continue
        names = sorted(rule.arguments)
        combined = itertools.product(*(values(name, applications) for name in names))
        for chosen in itertools.islice(combined, MOST):
            with app.test_request_context():
                yield app.url_for(rule.endpoint, **dict(zip(names, chosen, strict=True)))


def words(answer: TestResponse) -> str:
    """Everything an answer says: headers with the name of the file, text, the text and properties of a paper."""
    said, content = str(answer.headers), answer.data
    if content.startswith(b"%PDF"):
        paper = PdfReader(io.BytesIO(content))
        return said + str(paper.metadata) + "".join(page.extract_text() for page in paper.pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        return said + "".join(archive.namelist()) + "".join(parts)
    return said + content.decode("utf-8", "replace")


@pytest.mark.parametrize("walker", WALKERS)
def test_no_reviewer_is_named_at_any_door(demo: Demonstration, client: Client, broker: str, walker: str) -> None:
    reader = demo.user(walker) if walker else None
    before = rename(reader)
    if reader is not None:
        client.sign_in(reader)
    opened = 0
    for address in list(addresses(demo.app, reader)):
        with client.get(address) as answer:
            said = words(answer)
        assert answer.status_code < 500, address
        assert CANARY not in said and NOTE not in said, address
        opened += answer.status_code == 200
    assert opened > (20 if walker else 3)
    if reader is None:
        return
    told = db.session.scalars(sa.select(Notification.parameters).where(Notification.user_id == reader.id))
    assert not [text for text in map(str, told) if any(name in text for name in before)]
    for address in ("/applications?q={}", "/associations?q={}", "/users?q={}"):  # nor does a search tell by its hits
        hit, miss = (client.get(address.format(word)) for word in (CANARY, "Жокжоков"))
        assert hit.status_code == miss.status_code
        assert hit.text.count("<tr") == miss.text.count("<tr"), address


def test_the_canary_is_seen_where_names_belong(demo: Demonstration, client: Client) -> None:
    """Else the walk would prove nothing."""
    rename(None)
    application_id = db.session.scalar(sa.select(Assignment.application_id).where(Assignment.status == "submitted"))
    page = client.sign_in(demo.user("secretary")).get(f"/reviews/of/{application_id}").text
    assert CANARY in page and NOTE in page
