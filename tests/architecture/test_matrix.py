"""Every address × method × role is decided as the hand-written table says (promise R13)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app import clock
from app.services import user_sessions
from app.web import freshness
from models.base import db
from models.users import Role, UserSession
from tests.architecture.matrix import MATRIX, roles_for
from tests.architecture.proofs import FRESH, SENDS_BACK
from tests.factories import Programme
from tests.support.clients import Client

NOBODY_S_ID = 999_999_999
SAMPLE = {"form": "csv", "section_key": "idea", "move": "claim"}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with each method that does something."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def address(app: Flask, rule: Rule) -> str:
    values = {name: SAMPLE.get(name, NOBODY_S_ID) for name in rule.arguments}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def test_the_table_names_every_address_and_no_other(app: Flask) -> None:
    found: dict[str, set[str]] = {}
    for rule, method in rules(app):
        found.setdefault(rule.endpoint, set()).add(method)
    assert found == {endpoint: set(methods) for endpoint, methods in MATRIX.items()}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_in_where_the_table_says(
    app: Flask, client: Client, broker: str, programme: Programme, role: Role
) -> None:
    """A refusal is a 403 before the row is looked for; who is let in gets a 404 for a row that is not there."""
    app.config["WTF_CSRF_ENABLED"] = False  # the token is looked at before the permission
    user = programme.user_of(role)
    client.sign_in(user)
    wrong, decided = [], 0
    for rule, method in rules(app):
        status = client.open(address(app, rule), method=method).status_code
        if (status != 403) != (role in roles_for(rule.endpoint, method)):
            wrong.append(f"{method} {rule.rule}: {status}")
        decided += 1
        assert status < 500, f"{method} {rule.rule}: {status}"
        if rule.endpoint.startswith(("accounts.", "second_factors.")):
            client.sign_in(user)
    assert not wrong
    assert decided > 150
    print(f"{role.value}: {decided} decisions, 0 unexpected")


def test_what_asks_for_a_proof_is_what_the_table_says(app: Flask) -> None:
    found: dict[str, list[str]] = {}
    for rule, method in rules(app):
        if freshness.asks_proof(app.view_functions[rule.endpoint], method):
            found.setdefault(rule.endpoint, []).append(method)
    assert {endpoint: " ".join(methods) for endpoint, methods in found.items()} == FRESH


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ADMINISTRATOR, Role.SECRETARY])
def test_without_a_fresh_proof_it_is_asked_for_and_nothing_else(
    app: Flask, client: Client, programme: Programme, role: Role
) -> None:
    """And only of who may do it."""
    app.config["WTF_CSRF_ENABLED"] = False
    client.sign_in(programme.user_of(role))
    (session,) = db.session.scalars(db.select(UserSession)).all()
    session.confirmed_at = clock.now() - user_sessions.CONFIRMED_FOR
    db.session.commit()
    wrong = []
    for rule, method in rules(app):
        if rule.endpoint.startswith("accounts."):
            continue
        answer = client.open(address(app, rule), method=method)
        asked = answer.status_code == 401 or (answer.location or "").startswith("/account/confirm?")
        is_due = method in FRESH.get(rule.endpoint, "").split() and role in roles_for(rule.endpoint, method)
        if asked != is_due:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert not wrong


def test_who_is_not_signed_in_gets_no_further_than_the_door(app: Flask, client: Client) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule, method in rules(app):
        response = client.open(address(app, rule), method=method)
        asks = response.status_code == 401 and "/sign-in" in response.text  # a form: its words are given back
        is_sent_to_the_door = asks or (response.status_code == 303 and response.location.startswith("/sign-in"))
        is_open = MATRIX[rule.endpoint][method] == "public" and rule.endpoint not in SENDS_BACK
        if is_sent_to_the_door == is_open:
            wrong.append(f"{method} {rule.rule}: {response.status_code}")
    assert not wrong


def test_a_method_that_is_not_opened_is_refused(app: Flask, client: Client, programme: Programme) -> None:
    client.sign_in(programme.administrator)
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, _method in rules(app):
        assert client.delete(address(app, rule)).status_code in (403, 405), rule.rule


def test_a_role_that_has_ended_opens_nothing(app: Flask, client: Client, programme: Programme) -> None:
    user = programme.make_user()
    client.sign_in(user)
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, method in rules(app):
        if MATRIX[rule.endpoint][method] != "public":
            assert client.open(address(app, rule), method=method).status_code in (403, 303), rule.rule
