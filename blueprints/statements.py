"""Statements of money: of an association, a grant, a fund, and of the whole programme; each a page and a file."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale
from app.policy import Permission
from app.services import conflicts, grants
from app.web.access import load, requires, signed_in_user
from app.web.presentation import is_demonstration, subject_url
from models.associations import Association
from models.funds import Fund
from models.grants import Grant
from reports import statements
from reports.statements import Reader, Statement, Subject, Table

bp = Blueprint("statements", __name__, url_prefix="/statements")
ROWS_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS: Mapping[str, tuple[str, Callable[[Statement], bytes]]] = {
    "pdf": ("application/pdf", lambda one: statements.to_pdf(one, demonstration=is_demonstration())),
    "xlsx": (XLSX, lambda one: statements.to_xlsx(one, demonstration=is_demonstration())),
    "csv": ("text/csv", statements.to_csv),
}


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
    facts = [(label, statements.shown(value)) for label, value in whole.facts]
    tables = [(one, _rows(one), _footer(one)) for one in whole.tables]
    return render_template(
        "statements/show.html",
        whole=whole,
        view=view,
        address=address,
        files=files,
        facts=facts,
        tables=tables,
        rows_shown=ROWS_SHOWN,
    )


def _rows(table: Table) -> list[tuple[list[str], str]]:
    """(texts, the address of what the row is about or "") of the rows a page shows."""
    subjects = [*table.subjects, *([None] * (len(table.rows) - len(table.subjects)))]
    shown = zip(table.rows[:ROWS_SHOWN], subjects, strict=False)
    return [([statements.shown(cell) for cell in row], _href(subject)) for row, subject in shown]


def _href(subject: Subject | None) -> str:
    return subject_url(f"{subject.noun}:{subject.id}") or "" if subject else ""


def _footer(table: Table) -> list[str] | None:
    if table.total is None:
        return None
    return [statements.shown(cell) if cell is not None else "" for cell in table.total]


def _file(statement: Statement, form: str) -> ResponseReturnValue:
    media_type, make = FORMS[form]
    name = f"{statement.name}-{statement.reader.day.isoformat()}-{statement.reader.locale}.{form}"
    return send_file(
        io.BytesIO(make(statement)), mimetype=media_type, as_attachment=True, download_name=name, max_age=0
    )
