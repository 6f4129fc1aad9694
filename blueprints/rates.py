"""Exchange rates: entered or taken over by one, approved by another, never edited; a wrong one is taken back."""

import binascii
import io
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import CURRENCIES, currency_text, label_text
from app.localisation import N_, current_locale, gettext, render
from app.policy import Permission, visible
from app.services import conflicts, rate_fetches, rate_files, rate_imports, rate_lists, rate_uses, rates, users
from app.services.errors import DomainError
from app.services.rate_choice import ORDER
from app.services.rate_lists import Filter
from app.web.access import actor, load, reads_upload, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page, sent_upload
from forms.rates import RateFileForm, RateForm, RateReasonForm, TakeRatesForm
from models.applications import Application
from models.base import BASE_CURRENCY
from models.funds import Fund
from models.grants import Grant
from models.rates import ExchangeRate, RateSource
from reports import rates as paper

bp = Blueprint("rates", __name__, url_prefix="/rates")
READ, MANAGE = Permission.RATE_READ, Permission.RATE_MANAGE
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@requires(GET=READ)
def index() -> ResponseReturnValue:
    """What lacks and what waits for approval first, then the list with the latest day first."""
    before, query = request.args.get("before", type=row_number), _query()
    rows = rate_lists.page(_narrowed(query), before)
    is_first = before is None and not any(query.values())
    waiting = rate_lists.waiting() if is_first else []
    shown = [*rows, *(rate for day in waiting for rate in day.rates)]
    return render_template(
        "rates/index.html",
        rows=rows,
        query=query,
        waiting=waiting,
        names=users.names_of(one for rate in shown for one in (rate.entered_by_id, rate.approved_by_id)),
        me=signed_in_user().id,
        older=rows[-1].id if len(rows) == rate_lists.PAGE else None,
        is_first=is_first,
        is_newest=before is None,
        large_change=rate_lists.LARGE_CHANGE,
        **_choices(),
        **_today(),
    )


def _today() -> dict[str, object]:
    """What counts and what lacks today, and how the last attempts to fetch rates ended."""
    today = clock.bishkek_day(clock.now())
    return {
        "today": today,
        "counting": rate_lists.counting_on(today),
        "lacking": rate_lists.lacking(today),
        "fetches": rate_fetches.latest(),
        "is_fetching": bool(current_app.config["ASHAR"].rate_addresses),
        "problem": lambda fetch: render(fetch.problem, fetch.parameters),
    }


def _query() -> dict[str, str]:
    """The choices as they stand in the addresses of the neighbouring pages; what is not known counts as not given."""
    currency, source, name = (request.args.get(key, "") for key in ("currency", "source", "period"))
    return {
        "currency": currency if currency in rates.FOREIGN else "",
        "source": source if source in list(RateSource) else "",
        "period": name if _days_of(name) else "",
    }


def _days_of(name: str) -> tuple[date, date] | None:
    try:
        return rate_lists.period(name, clock.now())
    except ValueError:
        return None


def _narrowed(query: dict[str, str]) -> Filter:
    first, last = _days_of(query["period"]) or (None, None)
    if query["period"] in rate_lists.PERIODS:
        last = None  # what is given for tomorrow already belongs to the list too
    return Filter(query["currency"], RateSource(query["source"]) if query["source"] else None, first, last)


def _choices() -> dict[str, dict[str, str]]:
    """What the list can be narrowed to."""
    years = {str(one): str(one) for one in rate_lists.years()}
    return {
        "currencies": {code: currency_text(code) for code in rate_lists.currencies()},
        "sources": {one.value: label_text(one) for one in RateSource},
        "periods": {name: gettext(text) for name, text in rate_lists.PERIODS.items()} | years,
    }


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
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


# A file of the National Bank -----------------------------------------------------------------------------------------


@bp.route("/upload", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
@reads_upload(lambda name, content: (rate_files.read(content), name, content))
def upload() -> ResponseReturnValue:
    """Look at a file of the National Bank: what would be entered, what is there already, what is not taken and why."""
    form = RateFileForm()
    if form.validate_on_submit() and (looked := attempt(form, _look)):
        file, lines, name, content = looked
        ready = TakeRatesForm(formdata=None, called=name, packed=b64encode(content).decode("ascii"))
        large = rate_lists.LARGE_CHANGE
        page = form_page("rates/preview.html", ready, file=file, lines=lines, name=name, large_change=large)
        return page[0] if isinstance(page, tuple) else page
    return form_page("rates/upload.html", form)


def _look() -> tuple[rate_files.RateFile, list[rate_imports.Line], str, bytes]:
    file, name, content = sent_upload()
    return file, rate_imports.look(file, now=clock.now()), name, content


@bp.post("/take")
@requires(POST=MANAGE)
def take() -> ResponseReturnValue:
    """Enter all new rates of the file that was looked at; its bytes are read again."""
    return act_on_button(_take, url_for(".index"), gettext("The rates are entered. Another person approves them."))


def _take() -> object:
    form = TakeRatesForm()
    try:
        content = b64decode(form.packed.data or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise DomainError(N_("The file did not come whole: choose it again.")) from error
    return rate_imports.take(rate_files.read(content), form.called.data or "", actor=actor(), now=clock.now())


# One rate ------------------------------------------------------------------------------------------------------------


@bp.get("/<int:rate_id>")
@requires(GET=READ)
def show(rate_id: int) -> ResponseReturnValue:
    """Who entered and approved it, and what used it."""
    rate, user = load(ExchangeRate, rate_id, READ), signed_in_user()
    funds, grants, applications = (visible(user, table).whereclause for table in (Fund, Grant, Application))
    reader = rate_uses.Reader(funds, grants, applications, conflicts.kept_from(user))
    return render_template(
        "rates/show.html",
        rate=rate,
        uses=rate_uses.of(rate, reader),
        names=users.names_of([rate.entered_by_id, rate.approved_by_id, rate.ended_by_id]),
        me=user.id,
        last_day=rate_lists.last_day(rate),
    )


@bp.post("/<int:rate_id>/approve")
@requires(POST=MANAGE)
def approve(rate_id: int) -> ResponseReturnValue:
    """Another person approves."""
    rate = load(ExchangeRate, rate_id, MANAGE)
    return act_on_button(
        lambda: rates.approve(rate, actor=actor(), now=clock.now()),
        url_for("rates.index"),
        gettext("The rate is approved."),
    )


@bp.post("/<int:rate_id>/approve-day")
@requires(POST=MANAGE)
def approve_day(rate_id: int) -> ResponseReturnValue:
    """Another person approves all rates of the day and source of this one, the newest that was shown."""
    last = load(ExchangeRate, rate_id, MANAGE)
    return act_on_button(
        lambda: rates.approve_day(last.valid_on, last.source, last.id, actor=actor(), now=clock.now()),
        url_for("rates.index"),
        gettext("The rates of the day are approved."),
    )


def _end(rate_id: int, verb: Callable[..., None], message: str, template: str) -> ResponseReturnValue:
    rate, form = load(ExchangeRate, rate_id, MANAGE), RateReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: verb(rate, reason=form.reason.data or "", actor=actor(), now=clock.now())
    ):
        return finish(url_for(".show", rate_id=rate_id), message)
    return form_page(template, form, rate=rate, used=rate_uses.count(rate))


@bp.route("/<int:rate_id>/refuse", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def refuse(rate_id: int) -> ResponseReturnValue:
    """A rate that waits is wrong."""
    return _end(
        rate_id, rates.refuse, gettext("The rate is refused. The right one can be entered."), "rates/refuse.html"
    )


@bp.route("/<int:rate_id>/withdraw", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def withdraw(rate_id: int) -> ResponseReturnValue:
    """An approved rate is wrong."""
    return _end(rate_id, rates.withdraw, gettext("The rate is withdrawn."), "rates/withdraw.html")


# One currency --------------------------------------------------------------------------------------------------------


@bp.get("/currencies/<string:code>")
@requires(GET=READ)
def currency(code: str) -> ResponseReturnValue:
    """The picture of a currency over a period, with its days without a rate."""
    data, name = _gathered(code)
    years = rate_lists.years(code)
    return render_template(
        "rates/currency.html",
        data=data,
        picture=paper.picture(data),
        period=name,
        periods={key: gettext(text) for key, text in rate_lists.PERIODS.items()}
        | {str(one): str(one) for one in years},
        sources={one: (place, label_text(one)) for place, one in enumerate(ORDER)},
    )


@bp.get("/currencies/<string:code>/<any(csv, xlsx):form>")
@requires(GET=READ)
def download(code: str, form: str) -> ResponseReturnValue:
    """The rates of the period as a file."""
    data, _name = _gathered(code)
    if form == "csv":
        content, kind = paper.to_csv(data, current_locale()), "text/csv"
    else:
        content, kind = paper.to_xlsx(data, current_locale(), made_at=clock.now()), XLSX
    name = f"{code}-{data.first}-{data.last}.{form}"
    return send_file(io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=name, max_age=0)


def _gathered(code: str) -> tuple[paper.CurrencyPeriod, str]:
    """A currency in the period the address names, or in the last three months; and the name of the period."""
    if code not in rates.FOREIGN:
        abort(404)
    name = request.args.get("period", "")
    days = _days_of(name)
    return (
        (paper.gather(code, *days), name) if days else (paper.gather(code, *rate_lists.period("3", clock.now())), "3")
    )
