"""Bank statements: brought in, columns named, looked at, entered; each match confirmed or rejected by a person."""

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import CURRENCIES, currency_text
from app.localisation import current_locale, gettext, render
from app.policy import Permission
from app.services import (
    bank_statement_lists,
    bank_statement_matches,
    bank_statements,
    bank_tables,
    channels,
    conflicts,
    users,
)
from app.services.bank_statement_lists import GROUPS, Group
from app.services.bank_tables import Column, DayFormat, DecimalMark, Encoding, Layout
from app.web.access import actor, load, reads_upload, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, finish_with, form_page, sent_upload
from forms.bank_statements import BankColumnsForm, BankStatementForm
from models.bank_statements import BankFileForm, BankStatement, BankStatementMatch, BankStatementStatus

bp = Blueprint("bank_statements", __name__)
MANAGE = Permission.BANK_STATEMENT_MANAGE
MEDIA_TYPE = "application/octet-stream"
ENDINGS = {BankFileForm.CAMT: "xml", BankFileForm.MT940: "sta", BankFileForm.CSV: "csv", BankFileForm.XLSX: "xlsx"}


@bp.get("/bank-statements")
@requires(GET=MANAGE)
def index() -> ResponseReturnValue:
    """The statements, the newest first."""
    rows = bank_statements.page(request.args.get("before", type=row_number))
    more = rows[-1].id if len(rows) == bank_statements.PAGE else None
    waiting = {one.id: count for one, count in bank_statement_lists.waiting()}
    return render_template("bank_statements/index.html", rows=rows, more=more, waiting=waiting)


@bp.route("/bank-statements/new", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
@reads_upload(bank_statements.look_at)
def new() -> ResponseReturnValue:
    """Bring a file in; it is read by a job."""
    form = BankStatementForm()
    among = {one.id: one for one in channels.offered()}
    ways = [(one.id, one.name(current_locale())) for one in among.values()]
    form.channel.choices = [("", gettext("none: it is that of a bank account")), *ways]
    if form.validate_on_submit() and (made := attempt(form, lambda: _bring_in(form, among))):
        waits = made.status is BankStatementStatus.COLUMNS
        return finish(url_for("bank_statements.columns" if waits else "bank_statements.show", statement_id=made.id))
    return form_page("bank_statements/new.html", form, accounts=bank_statements.accounts())


def _bring_in(form: BankStatementForm, among: dict[int, Any]) -> BankStatement:
    return bank_statements.bring_in(
        sent_upload(),
        account=form.account.data or "",
        channel=among.get(form.channel.data),
        actor=actor(),
        now=clock.now(),
    )


# The columns of a table ----------------------------------------------------------------------------------------------


@bp.route("/bank-statements/<int:statement_id>/columns", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def columns(statement_id: int) -> ResponseReturnValue:
    """Say what the columns of a table mean."""
    statement = load(BankStatement, statement_id, MANAGE)
    if "name_columns" not in bank_statements.steps(statement):
        abort(404)
    rows, layout = bank_statements.begin_of(statement)
    form = BankColumnsForm(data=_as_fields(layout))
    _offer_choices(form, rows)
    if form.validate_on_submit() and attempt(form, lambda: _name_columns(statement, form)):
        return finish(url_for("bank_statements.show", statement_id=statement_id))
    shown = [[bank_tables.shown(one) for one in row] for row in rows[:12]]
    width = max((len(row) for row in shown), default=0)
    return form_page("bank_statements/columns.html", form, statement=statement, rows=shown, width=width)


def _as_fields(layout: Layout) -> dict[str, Any]:
    named = {f"{column.value}_column": number for column, number in layout.columns.items()}
    return named | layout.settings() | {"head": layout.head + 1}


def _offer_choices(form: BankColumnsForm, rows: bank_tables.Table) -> None:
    width = max((len(row) for row in rows), default=0)
    head = rows[(form.head.data or 1) - 1] if 0 < (form.head.data or 1) <= len(rows) else []
    names = [bank_tables.shown(head[place])[:60] if place < len(head) else "" for place in range(width)]
    offered = [(place, f"{place + 1}: {name}" if name else str(place + 1)) for place, name in enumerate(names)]
    for column in Column:
        form[f"{column.value}_column"].choices = [("", gettext("in no column")), *offered]
    form.currency.choices = [(code, currency_text(code)) for code in CURRENCIES]
    form.day.choices = [(one.value, f"{clock.bishkek_day(clock.now()):{one.value}}") for one in DayFormat]
    marks = {DecimalMark.COMMA: gettext("a comma: 1 250,50"), DecimalMark.POINT: gettext("a point: 1,250.50")}
    form.mark.choices = [(one.value, text) for one, text in marks.items()]
    letters = {Encoding.UTF_8: gettext("UTF-8, the usual ones"), Encoding.CP1251: gettext("Windows-1251, older ones")}
    form.encoding.choices = [(one.value, text) for one, text in letters.items()]


def _name_columns(statement: BankStatement, form: BankColumnsForm) -> None:
    layout = Layout(
        columns={Column(name): number for name, number in form.columns().items()},
        head=(form.head.data or 0) - 1,
        day=DayFormat(form.day.data),
        mark=DecimalMark(form.mark.data),
        encoding=Encoding(form.encoding.data),
        currency=form.currency.data,
    )
    bank_statements.name_columns(statement, layout, actor=actor(), now=clock.now())


# One statement -------------------------------------------------------------------------------------------------------


@bp.get("/bank-statements/<int:statement_id>")
@requires(GET=MANAGE)
def show(statement_id: int) -> ResponseReturnValue:
    """What was found in the file; once it is entered, its rows by what they stand for."""
    statement = load(BankStatement, statement_id, MANAGE)
    if statement.status is BankStatementStatus.DROPPED:
        abort(404)
    return render_template(
        "bank_statements/show.html",
        statement=statement,
        steps=bank_statements.steps(statement),
        names=users.names_of([statement.uploaded_by_id, statement.entered_by_id]),
        problem=_problem,
        **(_lines(statement) if statement.status is BankStatementStatus.ENTERED else {}),
    )


def _problem(kept: dict[str, Any]) -> str:
    return render(kept["message"], kept["parameters"])


def _lines(statement: BankStatement) -> dict[str, Any]:
    """The rows of the group the address names, the first with any where it names none."""
    ties, name = conflicts.kept_from(signed_in_user()), request.args.get("group", "")
    counts = bank_statement_lists.counts(statement, ties)
    first = next((group for group, count in counts.items() if count), Group.EXACT)
    group = Group(name) if name in list(Group) else first
    page = max(1, request.args.get("page", 1, type=row_number))
    lines = bank_statement_lists.lines(statement, group, ties, page)
    decided = [one.match.decided_by_id for one in lines if one.match]
    return {
        "counts": counts,
        "groups": {one: gettext(text) for one, text in GROUPS.items()},
        "group": group,
        "page": page,
        "lines": lines[: bank_statement_lists.PAGE],
        "has_more": len(lines) > bank_statement_lists.PAGE,
        "deciders": users.names_of(decided),
    }


@bp.get("/bank-statements/<int:statement_id>/progress")
@requires(GET=MANAGE)
def progress(statement_id: int) -> ResponseReturnValue:
    """The part of the page that is asked for again every two seconds."""
    statement = load(BankStatement, statement_id, MANAGE)
    headers = {} if statement.is_under_way else {"HX-Refresh": "true"}
    return render_template("bank_statements/progress.html", statement=statement), 200, headers


def _act(statement_id: int, verb: Callable[..., None], message: str, endpoint: str = "show") -> ResponseReturnValue:
    statement = load(BankStatement, statement_id, MANAGE)
    is_list = endpoint == "index"
    location = url_for("bank_statements.index") if is_list else url_for(".show", statement_id=statement_id)
    return act_on_button(lambda: verb(statement, actor=actor(), now=clock.now()), location, message)


@bp.post("/bank-statements/<int:statement_id>/enter")
@requires(POST=MANAGE)
def enter(statement_id: int) -> ResponseReturnValue:
    """Take the rows over and look for what they stand for."""
    return _act(statement_id, bank_statements.enter, gettext("The rows are taken over and matched."))


@bp.post("/bank-statements/<int:statement_id>/search")
@requires(POST=MANAGE)
def search(statement_id: int) -> ResponseReturnValue:
    """Look for matches again."""
    return _act(statement_id, bank_statements.search, gettext("Matches are looked for again."))


@bp.post("/bank-statements/<int:statement_id>/resume")
@requires(POST=MANAGE)
def resume(statement_id: int) -> ResponseReturnValue:
    """It stands still: have its job done once more."""
    return _act(statement_id, bank_statements.resume, gettext("The work on the file begins again."))


@bp.post("/bank-statements/<int:statement_id>/drop")
@requires(POST=MANAGE)
def drop(statement_id: int) -> ResponseReturnValue:
    """It is not wanted."""
    return _act(statement_id, bank_statements.drop, gettext("The statement is dropped."), "index")


@bp.post("/bank-statements/<int:statement_id>/file")
@requires(fresh=True, POST=MANAGE)
def download(statement_id: int) -> ResponseReturnValue:
    """The file as it came; who takes it is written down."""
    statement = load(BankStatement, statement_id, MANAGE)
    if statement.status is BankStatementStatus.DROPPED:
        abort(404)
    content = bank_statements.content_of(statement)
    bank_statements.note_download(statement, actor=actor(), now=clock.now())
    name = f"bank-statement-{statement_id}.{ENDINGS[statement.form]}"
    return finish_with(
        lambda: send_file(io.BytesIO(content), MEDIA_TYPE, as_attachment=True, download_name=name, max_age=0),
        url_for("bank_statements.show", statement_id=statement_id),
    )


# Its matches ---------------------------------------------------------------------------------------------------------


@bp.post("/bank-statements/<int:statement_id>/confirm-exact")
@requires(POST=MANAGE)
def confirm_exact(statement_id: int) -> ResponseReturnValue:
    """Confirm the exact matches that are ticked, each for itself."""
    statement = load(BankStatement, statement_id, MANAGE)
    ids = [int(one) for one in request.form.getlist("chosen") if one.isdigit() and len(one) < 19]
    return act_on_button(
        lambda: bank_statement_matches.confirm_exact(statement, ids, actor=actor(), now=clock.now()),
        url_for("bank_statements.show", statement_id=statement_id, group=Group.EXACT),
        gettext("The matches are confirmed."),
    )


def _decide(match_id: int, verb: Callable[..., None], message: str) -> ResponseReturnValue:
    match = load(BankStatementMatch, match_id, MANAGE)
    group = request.form.get("group", "")
    back = url_for(
        "bank_statements.show", statement_id=match.row.statement_id, group=group if group in list(Group) else None
    )
    return act_on_button(lambda: verb(match, actor=actor(), now=clock.now()), back, message)


@bp.post("/bank-statement-matches/<int:match_id>/confirm")
@requires(POST=MANAGE)
def confirm(match_id: int) -> ResponseReturnValue:
    """The row is the record's."""
    return _decide(match_id, bank_statement_matches.confirm, gettext("The match is confirmed."))


@bp.post("/bank-statement-matches/<int:match_id>/reject")
@requires(POST=MANAGE)
def reject(match_id: int) -> ResponseReturnValue:
    """The row is not the record's."""
    return _decide(match_id, bank_statement_matches.reject, gettext("The match is rejected."))


@bp.post("/bank-statement-matches/<int:match_id>/undo")
@requires(POST=MANAGE)
def undo(match_id: int) -> ResponseReturnValue:
    """What was said of it was wrong."""
    return _decide(match_id, bank_statement_matches.undo, gettext("The match waits to be decided again."))
