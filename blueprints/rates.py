"""Exchange rates: entered by one, approved by another, never edited."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import CURRENCIES, currency_text, label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import rates, users
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.rates import RateForm
from models.base import BASE_CURRENCY
from models.rates import ExchangeRate, RateSource

bp = Blueprint("rates", __name__, url_prefix="/rates")
PAGE = 60


@bp.get("")
@requires(GET=Permission.RATE_READ)
def index() -> ResponseReturnValue:
    """What waits for approval first, then the newest."""
    before = request.args.get("before", type=row_number)
    rows = rates.latest(PAGE, before)
    waiting = rates.waiting() if before is None else []
    return render_template(
        "rates/index.html",
        rows=rows,
        waiting=waiting,
        names=users.names_of(one for rate in [*rows, *waiting] for one in (rate.entered_by_id, rate.approved_by_id)),
        me=signed_in_user().id,
        older=rows[-1].id if len(rows) == PAGE else None,
        is_first=before is None,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.RATE_MANAGE, POST=Permission.RATE_MANAGE)
def new() -> ResponseReturnValue:
    """Enter a rate."""
    form = RateForm(nominal=1, valid_on=clock.bishkek_day(clock.now()))
    form.currency.choices = [
        ("", gettext("Choose")),
        *((code, currency_text(code)) for code in CURRENCIES if code != BASE_CURRENCY),
    ]
    form.source.choices = [(one.value, label_text(one)) for one in RateSource]
    if form.validate_on_submit() and attempt(form, lambda: _enter(form)):
        message = gettext("The rate is entered. It counts once another person has approved it.")
        return finish(url_for("rates.index"), message)
    return form_page("rates/new.html", form)


def _enter(form: RateForm) -> ExchangeRate:
    return rates.enter(
        form.currency.data,
        form.valid_on.data,
        form.nominal.data,
        form.value.data,
        RateSource(form.source.data),
        actor=actor(),
        now=clock.now(),
        source_note=form.source_note.data or "",
    )


@bp.post("/<int:rate_id>/approve")
@requires(POST=Permission.RATE_MANAGE)
def approve(rate_id: int) -> ResponseReturnValue:
    """Another person approves."""
    rate = load(ExchangeRate, rate_id, Permission.RATE_MANAGE)
    return act_on_button(
        lambda: rates.approve(rate, actor=actor(), now=clock.now()),
        url_for("rates.index"),
        gettext("The rate is approved."),
    )
