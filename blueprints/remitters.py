"""Remitters: who sends money to an association, what came of each, and two entries made one."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import COUNTRIES, country_text
from app.localisation import Money, gettext
from app.policy import Permission
from app.services import remitter_links, remitters
from app.web.access import actor, load, requires
from app.web.remitter_access import keep_tied_away, load_remitter
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.remitters import JoinRemittersForm, RemitterForm, SeparateRemittersForm
from models.associations import Association
from models.contributions import Contribution
from models.pledges import Pledge
from models.remitters import Remitter

bp = Blueprint("remitters", __name__)
FIELDS = ("name", "is_pseudonym", "country", "phone")


@bp.get("/associations/<int:association_id>/remitters")
@requires(GET=Permission.REMITTER_READ)
def index(association_id: int) -> ResponseReturnValue:
    """Who sends to the association, with what was promised and what came."""
    association = load(Association, association_id, Permission.REMITTER_READ)
    keep_tied_away(association)
    rows = remitters.listed(association)
    return render_template("remitters/index.html", association=association, rows=rows)


@bp.get("/remitters/<int:remitter_id>")
@requires(GET=Permission.REMITTER_READ)
def show(remitter_id: int) -> ResponseReturnValue:
    """One remitter with pledges and what came."""
    row = load_remitter(remitter_id, Permission.REMITTER_READ)
    return render_template(
        "remitters/show.html",
        row=row,
        pledges=remitters.pledges_of(row),
        sums=remitters.contributions_of(row),
        link=remitter_links.live_of(row),
        thanked=remitter_links.thanked_grants(row),
        others=[] if row.joined_to else remitters.alike(row.association, row.name, besides=row.id),
    )


@bp.route("/remitters/<int:remitter_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.REMITTER_KEEP, POST=Permission.REMITTER_KEEP)
def edit(remitter_id: int) -> ResponseReturnValue:
    """Correct what is known, or put a chosen name in place of the real one."""
    row = load_remitter(remitter_id, Permission.REMITTER_KEEP)
    stored, here = {name: getattr(row, name) for name in FIELDS}, url_for(".edit", remitter_id=remitter_id)
    form, kept = RemitterForm(data=stored), RemitterForm(None, data=stored)
    for one in (form, kept):
        one.country.choices = [(code, country_text(code)) for code in COUNTRIES]
    guard_version(form, row, in_words(kept), here)
    if form.validate_on_submit() and attempt(form, lambda: _save(row, form)):
        return finish(url_for(".show", remitter_id=remitter_id), gettext("The entry is changed."))
    return form_page("remitters/edit.html", form, row=row)


def _save(row: Remitter, form: RemitterForm) -> None:
    remitters.save(
        row,
        name=form.name.data,
        country=form.country.data,
        is_pseudonym=form.is_pseudonym.data,
        phone=form.phone.data or "",
        actor=actor(row),
        now=clock.now(),
    )


@bp.route("/remitters/<int:remitter_id>/join", methods=["GET", "POST"])
@requires(GET=Permission.REMITTER_KEEP, POST=Permission.REMITTER_KEEP)
def join(remitter_id: int) -> ResponseReturnValue:
    """This entry and another one are the same person."""
    row, form = load_remitter(remitter_id, Permission.REMITTER_KEEP), JoinRemittersForm()
    others = {str(one.id): one for one in remitters.of_association(row.association) if one.id != row.id}
    names = [(key, f"{one.name}, {country_text(one.country)}") for key, one in others.items()]
    form.into.choices = [("", gettext("Choose")), *names]
    if form.validate_on_submit() and attempt(form, lambda: _join(row, others[form.into.data], form)):
        message = gettext("The two entries are one person now.")
        return finish(url_for(".show", remitter_id=int(form.into.data)), message)
    return form_page("remitters/join.html", form, row=row)


@bp.route("/remitters/<int:remitter_id>/separate", methods=["GET", "POST"])
@requires(GET=Permission.REMITTER_KEEP, POST=Permission.REMITTER_KEEP)
def separate(remitter_id: int) -> ResponseReturnValue:
    """Some of this entry is another person's."""
    row = load_remitter(remitter_id, Permission.REMITTER_KEEP)
    form, rows = SeparateRemittersForm(data={"country": row.country}), _rows_of(row)
    form.country.choices = [(code, country_text(code)) for code in COUNTRIES]
    form.rows.choices = [(key, _row_text(one)) for key, one in rows.items()]
    if form.validate_on_submit() and (other := attempt(form, lambda: _separate(row, rows, form))):
        return finish(url_for(".show", remitter_id=other.id), gettext("They are two entries now. This is the new one."))
    return form_page("remitters/separate.html", form, row=row)


def _rows_of(row: Remitter) -> dict[str, Pledge | Contribution]:
    """What was promised and what came, by what the form sends."""
    found: list[Pledge | Contribution] = [*remitters.pledges_of(row), *remitters.contributions_of(row)]
    return {f"{one.__tablename__}-{one.id}": one for one in found}


def _row_text(one: Pledge | Contribution) -> str:
    amount = Money(one.amount, one.currency)
    if isinstance(one, Pledge):
        return gettext("promised: %(amount)s by %(day)s", amount=amount, day=one.due_on)
    return gettext("came: %(amount)s, %(day)s, from %(name)s", amount=amount, day=one.sent_on, name=one.sender_name)


def _separate(row: Remitter, rows: dict[str, Pledge | Contribution], form: SeparateRemittersForm) -> Remitter:
    return remitters.separate(
        row,
        [rows[key] for key in form.rows.data or []],
        name=form.name.data,
        country=form.country.data,
        reason=form.reason.data or "",
        actor=actor(row),
        now=clock.now(),
    )


def _join(row: Remitter, into: Remitter, form: JoinRemittersForm) -> None:
    remitters.join(row, into, reason=form.reason.data or "", actor=actor(row), now=clock.now())
