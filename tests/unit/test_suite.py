"""The suite's own tools: pages, the client that complains, the factories on both databases."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.services import verification
from app.web.access import public
from models.applications import ApplicationStatus
from models.audit import AuditHead
from models.base import db
from models.contributions import ContributionStatus
from models.expenditures import ExpenditureStatus
from models.grants import GrantStatus, TrancheStatus
from models.numbering import NumberSeries
from models.users import Role
from tests.factories import Programme
from tests.support import shelf as shelf_module
from tests.support.clients import Client, UncommittedRequestError
from tests.support.databases import Copy
from tests.support.pages import choose_form, filled, form_fields, text_of
from tests.support.shelf import Shelf

PAGE = """<form method="post" action="/a?x=1"><input type="hidden" name="csrf_token" value="t">
<input type="hidden" name="idempotency_key" value="k"><input type="hidden" name="version" value="3">
<input name="title" value="&lt;A&gt; &amp; B"><textarea name="text">
line</textarea><select name="kind"><option value="a">A<option value="b" selected>B</select>
<input type="checkbox" name="many" value="1" checked><input type="checkbox" name="many" value="2">
<input type="checkbox" name="many" value="3" checked><input type="radio" name="one" value="x">
<input type="file" name="upload"><button>Go on</button></form>
<form method="post"><input type="hidden" name="idempotency_key" value="other"></form>"""


def test_a_page_s_form_is_read_as_a_browser_would() -> None:
    form = choose_form(PAGE, "/b", "/a?x=1")
    assert form.fields.to_dict(flat=False) == {
        "csrf_token": ["t"], "idempotency_key": ["k"], "version": ["3"], "title": ["<A> & B"], "text": ["line"],
        "kind": ["b"], "many": ["1", "3"],
    }  # fmt: skip
    assert form.names >= {"one", "upload"}
    assert form.buttons == ["Go on"]
    assert choose_form(PAGE, "/b").fields["idempotency_key"] == "other"
    assert form_fields(PAGE)["version"] == "3"
    assert filled(form, {"title": "C", "kind": None})["title"] == "C"
    with pytest.raises(AssertionError, match="no field"):
        filled(form, {"typo": "x"})
    assert text_of("<p>a <b>b</b></p><script>no</script>") == "a b"


@pytest.fixture
def careless(own_app: Flask, programme: Programme) -> Flask:
    def leave(how: str) -> str:
        if how == "bulk":
            db.session.execute(db.update(NumberSeries).values(last=5))
            return how
        db.session.add(NumberSeries(name="Z", last=1))
        if how != "waiting":
            db.session.flush()
        if how == "committed":
            db.session.commit()
        if how == "rolled-back":
            db.session.rollback()
        return how

    own_app.add_url_rule("/leave/<how>", "leave", public(leave))
    return own_app


@pytest.mark.database
@pytest.mark.parametrize("how", ["waiting", "flushed", "bulk"])
def test_a_request_that_leaves_its_session_uncommitted_fails_its_test(careless: Flask, how: str) -> None:
    with pytest.raises(UncommittedRequestError, match=how):
        careless.test_client().get(f"/leave/{how}")


@pytest.mark.database
@pytest.mark.parametrize("how", ["committed", "rolled-back"])
def test_a_request_that_ends_its_transaction_is_fine(careless: Flask, how: str) -> None:
    assert careless.test_client().get(f"/leave/{how}").text == how


def test_signing_in_without_the_form(client: Client, programme: Programme) -> None:
    assert client.get("/account").status_code == 303
    assert client.sign_in(programme.secretary).speak("en").get("/account").status_code == 200
    assert client.sign_in(programme.chair).get("/account").status_code == 200
    assert client.sign_out().get("/account").status_code == 303


@pytest.mark.parametrize("status", list(ApplicationStatus))
def test_an_application_in_every_status(programme: Programme, status: ApplicationStatus) -> None:
    assert programme.make_application(status).status is status
    db.session.commit()


@pytest.mark.parametrize("status", [one for one in GrantStatus if one not in ("closed", "terminated")])
def test_a_grant_in_every_status(programme: Programme, status: GrantStatus) -> None:
    assert programme.make_grant(status).status is status
    db.session.commit()


def test_what_hangs_on_a_grant(programme: Programme) -> None:
    grant = programme.make_grant()
    for contribution in ContributionStatus:
        assert programme.make_contribution(grant, contribution).status is contribution
    programme.advance(grant.tranches[0], TrancheStatus.PLANNED)
    assert programme.make_expenditure(grant).status is ExpenditureStatus.RECORDED
    assert programme.make_visit(grant, "done").status.value == "done"
    assert programme.make_result(grant, "verified").status.value == "verified"


@pytest.mark.database
def test_what_is_put_back_from_the_shelf_is_what_was_made(app: Flask, database: Copy, tmp_path: Path) -> None:
    shelf, trails, kept = Shelf(), [], []
    shelf_module.leave()
    database.keep(tmp_path / "before", "before")
    for again in ("made", "put back"):
        programme = Programme(app.config["ASHAR"].uploads, shelf, database)
        grant = programme.make_grant("active")
        assert grant.status is GrantStatus.ACTIVE, again
        kept.append(len(shelf.kept))
        assert programme.finance.has_role(Role.FINANCE)
        assert programme.chair_of(grant.association).person.full_name
        trails.append((programme.numbers.last, grant.number, db.session.scalars(db.select(AuditHead.hash)).one()))
        assert programme.make_association().id != grant.association_id
        programme.make_contribution(grant, "verified")
        db.session.commit()
        assert [one for check in verification.run(programme.storage) for one in check.findings] == []
        shelf_module.leave()
        shutil.rmtree(programme.storage)
        database.put_back(tmp_path / "before", "before")
    assert trails[0] == trails[1]
    assert kept[0] == kept[1] > 0, "the second time nothing was made"
    shelf.clear()


@pytest.mark.parametrize("role", list(Role))
def test_a_user_of_every_role(programme: Programme, role: Role) -> None:
    assert programme.user_of(role).has_role(role)
    assert programme.make_user(role).roles == {role}


def test_the_present_of_tests_stands_still(app: Flask) -> None:
    assert clock.now() == clock.now()
