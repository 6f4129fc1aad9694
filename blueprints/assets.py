"""Assets: the register of a grant, a thing with its label, what was seen of it and what became of it."""

import io

from flask import Blueprint, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, date_text, gettext, money, to_minor
from app.policy import Permission
from app.services import assets, users, visits
from app.services.assets import AssetInput
from app.services.workflow import allowed
from app.web.access import actor, load, requires, signed_in_user, takes_upload
from app.web.presentation import is_demonstration
from app.web.submissions import act_on_button, attempt, finish, form_page, guard_version, in_words, sent_upload, uploads
from forms.assets import AssetCheckForm, AssetEndForm, AssetForm, AssetPlaceForm
from forms.base import ReasonForm
from models.assets import Asset, AssetEnd
from models.base import BASE_CURRENCY
from models.centres import Condition
from models.expenditures import Expenditure
from models.grants import Grant
from models.visits import Visit, VisitStatus
from reports import asset_labels

bp = Blueprint("assets", __name__)
READ, RECORD, DECIDE = Permission.EXPENDITURE_READ, Permission.EXPENDITURE_RECORD, Permission.EXPENDITURE_ACCEPT
VISIT = Permission.VISIT_MANAGE


@bp.get("/grants/<int:grant_id>/assets")
@requires(GET=READ)
def index(grant_id: int) -> ResponseReturnValue:
    """What lasts of what was bought for a grant."""
    grant = load(Grant, grant_id, READ)
    return render_template("assets/index.html", grant=grant, rows=assets.of_grant(grant), sources=assets.sources(grant))


@bp.get("/grants/<int:grant_id>/assets/labels")
@requires(GET=READ)
def labels(grant_id: int) -> ResponseReturnValue:
    """The labels of what the grant's association has, to be printed and put on."""
    grant = load(Grant, grant_id, READ)
    rows = [one for one in assets.of_grant(grant) if one.is_live]
    addresses = {one.id: url_for(".show", asset_id=one.id, _external=True) for one in rows}
    data = asset_labels.gather(grant, rows, addresses, clock.now())
    made = asset_labels.to_pdf(data, current_locale(), demonstration=is_demonstration())
    name = f"{grant.number}-labels-{current_locale()}.pdf"
    return send_file(io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0)


@bp.route("/grants/<int:grant_id>/assets/new", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
@takes_upload
def new(grant_id: int) -> ResponseReturnValue:
    """Enter a thing with its photo: both are kept or neither is."""
    grant, form = load(Grant, grant_id, RECORD), AssetForm()
    sources = {str(row.id): (row, left) for row, left in assets.sources(grant)}
    form.expenditure.choices = [("", gettext("Choose")), *((key, _named(*one)) for key, one in sources.items())]
    if form.validate_on_submit() and (row := attempt(form, lambda: _record(sources[form.expenditure.data][0], form))):
        message = gettext("It is entered as %(number)s. Finance confirms it; then its label can be put on.")
        return finish(_address(row), message % {"number": row.number})
    return form_page("assets/new.html", form, grant=grant, keepers=assets.keepers(grant))


def _named(row: Expenditure, left: int) -> str:
    return gettext(
        "%(title)s, %(supplier)s: %(left)s not entered yet",
        title=row.title,
        supplier=row.supplier.name,
        left=money(left),
    )


def _record(expenditure: Expenditure, form: AssetForm) -> Asset:
    content = AssetInput(
        name=form.name.data,
        quantity=form.quantity.data,
        value=to_minor(form.value.data, BASE_CURRENCY),
        serial_number=form.serial_number.data or "",
        kept_at=form.kept_at.data,
        keeper_name=form.keeper_name.data,
        bears_emblem=form.bears_emblem.data,
        why_bare=form.why_bare.data or "",
    )
    who = actor(expenditure)
    return assets.record(expenditure, content, sent_upload(), storage=uploads(), actor=who, now=clock.now())


@bp.get("/assets/<int:asset_id>")
@requires(GET=READ)
def show(asset_id: int) -> ResponseReturnValue:
    """One thing with what was seen of it, the newest first."""
    row = load(Asset, asset_id, READ)
    return render_template(
        "assets/show.html",
        row=row,
        checks=row.checks[::-1],
        actions=allowed(assets.TRANSITIONS, row.status),
        names=users.names_of([row.recorded_by_id, row.confirmed_by_id, *(one.checked_by_id for one in row.checks)]),
        is_recorder=row.recorded_by_id == signed_in_user().id,
    )


@bp.post("/assets/<int:asset_id>/confirm")
@requires(POST=DECIDE)
def confirm(asset_id: int) -> ResponseReturnValue:
    """Finance confirms what was entered."""
    row = load(Asset, asset_id, DECIDE)
    message = gettext("It stands in the register.")
    return act_on_button(lambda: assets.confirm(row, actor=actor(row), now=clock.now()), _address(row), message)


@bp.route("/assets/<int:asset_id>/refuse", methods=["GET", "POST"])
@requires(GET=DECIDE, POST=DECIDE)
def refuse(asset_id: int) -> ResponseReturnValue:
    """It is to be entered anew."""
    row, form = load(Asset, asset_id, DECIDE), ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: assets.refuse(row, reason=form.reason.data or "", actor=actor(row), now=clock.now())
    ):
        return finish(_address(row), gettext("It was not taken into the register."))
    return form_page("assets/refuse.html", form, row=row)


@bp.route("/assets/<int:asset_id>/check", methods=["GET", "POST"])
@requires(GET=VISIT, POST=VISIT)
def check(asset_id: int) -> ResponseReturnValue:
    """A monitoring officer has seen it."""
    row, form = load(Asset, asset_id, VISIT), AssetCheckForm(checked_on=clock.bishkek_day(clock.now()))
    made = {str(one.id): one for one in visits.of_grant(row.grant) if one.status is VisitStatus.DONE}
    form.visit.choices = [("", gettext("Without a visit")), *((key, _visited(one)) for key, one in made.items())]
    form.condition.choices = [(one.value, label_text(one)) for one in Condition]
    if form.validate_on_submit() and attempt(form, lambda: _look_at(row, form, made.get(form.visit.data or ""))):
        return finish(_address(row), gettext("What you saw is kept."))
    return form_page("assets/check.html", form, row=row)


def _visited(visit: Visit) -> str:
    return date_text(visit.visited_on) if visit.visited_on else ""


def _look_at(row: Asset, form: AssetCheckForm, visit: Visit | None) -> None:
    assets.look_at(
        row,
        Condition(form.condition.data),
        checked_on=form.checked_on.data,
        bears_emblem=form.bears_emblem.data,
        note=form.note.data or "",
        visit=visit,
        actor=actor(row),
        now=clock.now(),
    )


@bp.route("/assets/<int:asset_id>/move", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
def move(asset_id: int) -> ResponseReturnValue:
    """It is kept somewhere else, or somebody else answers for it."""
    row, here = load(Asset, asset_id, RECORD), url_for(".move", asset_id=asset_id)
    stored = {name: getattr(row, name) for name in ("kept_at", "keeper_name")}
    form = AssetPlaceForm(data=stored)
    guard_version(form, row, in_words(AssetPlaceForm(None, data=stored)), here)
    places = {"kept_at": form.kept_at.data, "keeper_name": form.keeper_name.data}
    if form.validate_on_submit() and attempt(
        form, lambda: assets.move(row, **places, actor=actor(row), now=clock.now())
    ):
        return finish(_address(row), gettext("It is kept where it is now."))
    return form_page("assets/move.html", form, row=row, keepers=assets.keepers(row.grant))


@bp.route("/assets/<int:asset_id>/end", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
def end(asset_id: int) -> ResponseReturnValue:
    """The association has it no more."""
    row, form = load(Asset, asset_id, RECORD), AssetEndForm()
    form.kind.choices = [(one.value, label_text(one)) for one in AssetEnd]
    if form.validate_on_submit() and attempt(form, lambda: _end(row, form)):
        return finish(_address(row), gettext("It is kept what became of it. Finance and monitoring are told."))
    return form_page("assets/end.html", form, row=row)


def _end(row: Asset, form: AssetEndForm) -> None:
    kind, reason = AssetEnd(form.kind.data), form.reason.data or ""
    assets.end(row, kind, form.ended_on.data, reason=reason, actor=actor(row), now=clock.now())


@bp.route("/assets/<int:asset_id>/find", methods=["GET", "POST"])
@requires(GET=VISIT, POST=VISIT)
def find(asset_id: int) -> ResponseReturnValue:
    """A monitoring officer has seen it again."""
    row, form = load(Asset, asset_id, VISIT), ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: assets.find(row, reason=form.reason.data or "", actor=actor(row), now=clock.now())
    ):
        return finish(_address(row), gettext("It stands in the register again."))
    return form_page("assets/find.html", form, row=row)


def _address(row: Asset) -> str:
    return url_for("assets.show", asset_id=row.id)
