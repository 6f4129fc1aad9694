"""Who keeps the office or monitors, and has a tie to an application: nothing that happens to it changes any page they
may open, and nothing is done about it by them.

Walked over every address of the role before and after: a list or a count somebody adds, and forgets the ties in, shows
here.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app import clock
from app.services import assignment_plans, assignments, interests, visits
from app.services.actors import Actor
from models.applications import Application
from models.assignment_plans import PlanMode
from models.base import db
from models.notifications import Notification
from models.users import Role, User
from tests.architecture.matrix import MATRIX, roles_for
from tests.factories import Programme
from tests.support import pages
from tests.support.addresses import TEXTS, table_of
from tests.support.clients import Client

OF_ONE = (
    *("application_id", "assignment_id", "appeal_id", "letter_id", "grant_id", "contribution_id", "expenditure_id"),
    *("tranche_id", "visit_id", "result_id", "target_id", "document_id", "conflict_id"),
)
"""Arguments that name a row of one application or of its grant."""


class World:
    """A call whose judging is under way, and a grant: two applications of the one and that of the other are those the
    walkers are tied to."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.grant = programme.make_grant()
        call = programme.make_past_call()
        self.judged, self.free, self.whole = (programme.make_application("in_review", call=call) for _ in range(3))
        programme.make_application("eligible", call=call)
        self.more = [programme.make_user(Role.REVIEWER) for _ in range(3)]
        programme.make_contribution(self.grant)
        programme.make_visit(self.grant)
        programme.make_result(self.grant)
        programme.make_expenditure(self.grant)
        for one in assignments.of_application(self.free):
            programme.review(one)
        for user in self.more:
            interests.confirm(call, actor=Actor(user), now=clock.now())
        programme.make_session(call)
        self.by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
        due_on = clock.bishkek_day(clock.now() + timedelta(days=20))
        self.plan = assignment_plans.make(call, PlanMode.TOP_UP, each=4, due_on=due_on, **self.by)
        db.session.commit()

    @property
    def applications(self) -> list[Application]:
        return [self.judged, self.whole, self.grant.application]

    def tied(self, role: Role) -> User:
        """An account of `role` with a declared tie to all of them."""
        user = self.programme.make_user(role)
        for one in self.applications:
            self.programme.tie(one, user)
        db.session.commit()
        return user

    def turn(self) -> None:
        """What others do about them: reviewers are asked, decline, judge far apart; the reviews of one are whole; the
        grant goes on."""
        first, second = assignments.of_application(self.judged)
        third = self.programme.assign(self.judged, self.more[0])
        assignments.decline(third, reason="Убактым жок.", actor=Actor(third.reviewer), now=clock.now())
        fourth = self.programme.assign(self.judged, self.more[1])
        assignments.take_back(fourth, reason="Жооп жок.", **self.by)
        self.programme.review(first, level=1)
        self.programme.review(second, level=5)
        self.programme.assign(self.judged, self.more[2])
        for one in assignments.of_application(self.whole):
            self.programme.review(one)
        monitor = self.programme.monitor
        day = clock.bishkek_day(clock.now() + timedelta(days=3))
        visits.plan(self.grant, planned_on=day, visitor=monitor, actor=Actor(monitor), now=clock.now())
        self.programme.make_contribution(self.grant)
        db.session.commit()


def rows(name: str, world: World, *, is_tied: bool) -> list[Any]:
    """What stands in an address for the argument `name`; of what is of one application only what the tie is to."""
    if name in TEXTS:
        return list(TEXTS[name])
    if name == "application_id":
        return [one.id for one in world.applications] + ([] if is_tied else [world.free.id])
    if name == "grant_id":
        return [world.grant.id]
    table = table_of(name)
    if table is None:
        return [1]
    query = sa.select(table.c.id).order_by(table.c.id)
    if is_tied and "application_id" in table.c and name != "document_id":
        query = query.where(table.c.application_id.in_([one.id for one in world.applications]))
    return list(db.session.scalars(query.limit(3)))


def addresses(app: Flask, world: World, user: User, method: str) -> Iterator[tuple[str, str]]:
    """(endpoint, address) of each door of the role; with POST only those that lead to a row the tie is to."""
    for rule in app.url_map.iter_rules():
        if method not in MATRIX.get(rule.endpoint, ()) or user.roles.isdisjoint(roles_for(rule.endpoint, method)):
            continue
        if method == "POST" and rule.arguments.isdisjoint(OF_ONE):
            continue
        names = sorted(rule.arguments)
        for chosen in itertools.product(*(rows(name, world, is_tied=method == "POST") for name in names)):
            with app.test_request_context():
                yield rule.endpoint, app.url_for(rule.endpoint, **dict(zip(names, chosen, strict=True)))


def words(answer: TestResponse) -> str:
    """What an answer says, without what is new in every one: keys of forms, the mark of a script."""
    content = answer.data
    if content.startswith(b"%PDF"):  # the same words are the same file
        return content.decode("latin-1")
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(f"{name}{archive.getinfo(name).CRC}" for name in archive.namelist())
    text = content.decode("utf-8", "replace")
    text = re.sub(r'name="(csrf_token|idempotency_key)"[^>]*', "", text)
    return re.sub(r'nonce="[^"]*"|<meta name="csrf[^>]*', "", text)


def walk(app: Flask, client: Client, world: World, user: User) -> dict[str, str]:
    """{address: status and words} of all that is read."""
    found = {}
    for _endpoint, address in list(addresses(app, world, user, "GET")):
        with client.get(address) as answer:
            assert answer.status_code < 500 or address == "/readyz", address
            found[address] = f"{answer.status_code} {words(answer)}"
    return found


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.COUNCIL_CHAIR, Role.MONITOR])
def test_what_happens_to_a_tied_application_changes_no_page(
    app: Flask, client: Client, programme: Programme, role: Role
) -> None:
    world = World(programme)
    user = world.tied(role)
    client.sign_in(user).speak("en")
    before = walk(app, client, world, user)
    world.turn()
    after = walk(app, client, world, user)
    assert [one for one in before if before[one] != after[one]] == []
    assert sum(said.startswith("200") for said in before.values()) > (15 if role is Role.MONITOR else 35)
    told = [
        one.parameters for one in db.session.scalars(sa.select(Notification).where(Notification.user_id == user.id))
    ]
    numbers = {world.grant.number, *(one.number for one in world.applications)}
    assert not [one for one in told if numbers & set(map(str, one.values()))]


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.MONITOR])
def test_nothing_is_done_about_a_tied_application(app: Flask, client: Client, programme: Programme, role: Role) -> None:
    world = World(programme)
    user = world.tied(role)
    client.sign_in(user).speak("en")
    keys = pages.form_fields(client.get("/account/password").text)
    form = {name: keys[name] for name in ("csrf_token", "idempotency_key") if name in keys}
    asked = {one: client.post(one[1], data=form).status_code for one in list(addresses(app, world, user, "POST"))}
    assert [one for one, status in asked.items() if status not in (403, 404)] == []  # 404: of another session
    assert sum(status == 403 for status in asked.values()) >= (8 if role is Role.MONITOR else 12)
    assert len({endpoint for endpoint, _address in asked}) > (5 if role is Role.MONITOR else 8)


def test_who_has_no_tie_sees_it_change(app: Flask, client: Client, programme: Programme) -> None:
    """Else the walk would prove nothing."""
    world = World(programme)
    user = programme.make_user(Role.SECRETARY)
    client.sign_in(user).speak("en")
    before = walk(app, client, world, user)
    world.turn()
    after = walk(app, client, world, user)
    changed = {one.partition("?")[0] for one in before if before[one] != after[one]}
    call_id = world.judged.call_id
    assert {"/", "/assignments", "/history", "/applications", f"/calls/{call_id}", f"/rankings/{call_id}"} <= changed
