"""Statements of money: of an association, a grant, a fund, and of the whole programme; each a page and a file."""

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale
from app.policy import Permission
from app.services import conflicts, grants
from app.web.access import load, requires, signed_in_user
from app.web.statements import FORMS, shown_tables, statement_file
from models.associations import Association
from models.funds import Fund
from models.grants import Grant
from reports import statements
from reports.statements import Reader, Statement

bp = Blueprint("statements", __name__, url_prefix="/statements")


@bp.get("")
@requires(GET=Permission.LEDGER_READ)
def index() -> ResponseReturnValue:
    """The statements of the whole programme."""
    return render_template("statements/index.html", kinds=statements.PROGRAMME)


@bp.get("/<statement_key>")
@requires(GET=Permission.LEDGER_READ)
def programme(statement_key: str) -> ResponseReturnValue:
    """One statement of the whole programme."""
    return _page(_programme(statement_key), ".programme_file", statement_key=statement_key)


@bp.get("/<statement_key>/<any(pdf, xlsx, csv):form>")
@requires(GET=Permission.LEDGER_READ)
def programme_file(statement_key: str, form: str) -> ResponseReturnValue:
    """The same as a file."""
    return _file(_programme(statement_key), form)


def _programme(statement_key: str) -> Statement:
    kind = statements.PROGRAMME.get(statement_key) or abort(404)
    return kind.gather(_reader())


@bp.get("/associations/<int:association_id>")
@requires(GET=Permission.CONTRIBUTION_READ)
def association(association_id: int) -> ResponseReturnValue:
    """The statement of an association."""
    return _page(_association(association_id), ".association_file", association_id=association_id)


@bp.get("/associations/<int:association_id>/<any(pdf, xlsx, csv):form>")
@requires(GET=Permission.CONTRIBUTION_READ)
def association_file(association_id: int, form: str) -> ResponseReturnValue:
    """The same as a file: the PDF is one page, to be printed at the centre."""
    return _file(_association(association_id), form)


def _association(association_id: int) -> Statement:
    return statements.of_association(load(Association, association_id, Permission.CONTRIBUTION_READ), _reader())


@bp.get("/grants/<int:grant_id>")
@requires(GET=Permission.CONTRIBUTION_READ)
def grant(grant_id: int) -> ResponseReturnValue:
    """The account of a grant."""
    return _page(_grant(grant_id), ".grant_file", grant_id=grant_id)


@bp.get("/grants/<int:grant_id>/<any(pdf, xlsx, csv):form>")
@requires(GET=Permission.CONTRIBUTION_READ)
def grant_file(grant_id: int, form: str) -> ResponseReturnValue:
    """The same as a file."""
    return _file(_grant(grant_id), form)


def _grant(grant_id: int) -> Statement:
    return statements.of_grant(load(Grant, grant_id, Permission.CONTRIBUTION_READ), _reader())


@bp.get("/funds/<int:fund_id>")
@requires(GET=Permission.FUND_READ)
def fund(fund_id: int) -> ResponseReturnValue:
    """The account of a fund."""
    return _page(_fund(fund_id), ".fund_file", fund_id=fund_id)


@bp.get("/funds/<int:fund_id>/<any(pdf, xlsx, csv):form>")
@requires(GET=Permission.FUND_READ)
def fund_file(fund_id: int, form: str) -> ResponseReturnValue:
    """The same as a file."""
    return _file(_fund(fund_id), form)


def _fund(fund_id: int) -> Statement:
    return statements.of_fund(load(Fund, fund_id, Permission.FUND_READ), _reader())


def _reader() -> Reader:
    """Who reads now: nothing of the grants this person has a tie to."""
    now = clock.now()
    without = grants.tied(conflicts.kept_from(signed_in_user()))
    return Reader(now, clock.bishkek_day(now), current_locale(), without)


def _page(whole: Statement, view: str, **address: Any) -> ResponseReturnValue:
    files = [(form, url_for(view, form=form, **address)) for form in FORMS]
    return render_template(
        "statements/show.html",
        whole=whole,
        view=view,
        address=address,
        files=files,
        facts=[(label, statements.shown(value)) for label, value in whole.facts],
        tables=shown_tables(whole),
    )


def _file(whole: Statement, form: str) -> ResponseReturnValue:
    return statement_file(whole, form, f"{whole.name}-{whole.reader.day.isoformat()}")
