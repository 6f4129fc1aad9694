"""The price register and the list of in-kind rates: read by everybody who writes or judges budgets."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext, to_minor
from app.policy import Permission
from app.services import places, prices, users
from app.services.prices import Item, Quote
from app.web.access import actor, load, requires, row_number
from app.web.submissions import attempt, finish, form_page
from forms.prices import EndPriceForm, PriceForm, QuoteForm
from models.base import BASE_CURRENCY
from models.places import Oblast
from models.prices import Price, PriceKind

bp = Blueprint("prices", __name__, url_prefix="/prices")
PAGE = 60


@bp.get("")
@requires(GET=Permission.PRICE_READ)
def index() -> ResponseReturnValue:
    """What counts today or will later: by words, kind and place, page by page or all at once to print."""
    kind, words = _kind(request.args.get("kind", "")), request.args.get("q", "")[:100]
    oblast_id = request.args.get("oblast_id", type=row_number)
    today, first = clock.bishkek_day(clock.now()), max(1, request.args.get("page", 1, type=row_number))
    rows = prices.listed(today, current_locale(), words=words, kind=kind, oblast_id=oblast_id)
    is_whole = "all" in request.args or len(rows) <= PAGE
    return render_template(
        "prices/index.html",
        rows=rows if is_whole else rows[(first - 1) * PAGE : first * PAGE],
        total=len(rows),
        query={"q": words or None, "kind": kind, "oblast_id": oblast_id},
        kinds={one.value: label_text(one) for one in PriceKind},
        oblasts=places.oblasts(),
        page=first,
        is_whole=is_whole,
        has_more=not is_whole and len(rows) > first * PAGE,
        today=today,
    )


def _kind(text: str) -> PriceKind | None:
    return PriceKind(text) if text in list(PriceKind) else None


@bp.get("/<int:price_id>")
@requires(GET=Permission.PRICE_READ)
def show(price_id: int) -> ResponseReturnValue:
    """One item with what it cost before and will cost later."""
    price = load(Price, price_id, Permission.PRICE_READ)
    history = prices.history(price)
    return render_template(
        "prices/show.html",
        price=price,
        history=history,
        names=users.names_of(one.entered_by_id for one in history),
        today=clock.bishkek_day(clock.now()),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.PRICE_MANAGE, POST=Permission.PRICE_MANAGE)
def new() -> ResponseReturnValue:
    """Enter an item the register does not have."""
    form = PriceForm(kind=PriceKind.MARKET.value, valid_from=clock.bishkek_day(clock.now()))
    oblasts = {str(oblast.id): oblast for oblast in places.oblasts()}
    form.kind.choices = [(one.value, label_text(one)) for one in PriceKind]
    form.oblast.choices = [
        ("", gettext("Everywhere")),
        *((key, one.name(current_locale())) for key, one in oblasts.items()),
    ]
    if form.validate_on_submit() and (price := attempt(form, lambda: _add(form, oblasts.get(form.oblast.data)))):
        return finish(url_for(".show", price_id=price.id), gettext("The price is entered."))
    return form_page("prices/new.html", form)


def _add(form: PriceForm, oblast: Oblast | None) -> Price:
    item = Item(PriceKind(form.kind.data), form.names(), form.unit(), oblast)
    return prices.add(item, _quote(form), actor=actor(), now=clock.now())


def _quote(form: QuoteForm) -> Quote:
    return Quote(
        usual=to_minor(form.usual.data, BASE_CURRENCY),
        source=form.source.data,
        valid_from=form.valid_from.data,
        low=_som(form.low.data),
        high=_som(form.high.data),
    )


def _som(amount: Any) -> int | None:
    return None if amount is None else to_minor(amount, BASE_CURRENCY)


@bp.route("/<int:price_id>/replace", methods=["GET", "POST"])
@requires(GET=Permission.PRICE_MANAGE, POST=Permission.PRICE_MANAGE)
def replace(price_id: int) -> ResponseReturnValue:
    """Put another price in its place from a day on."""
    price = load(Price, price_id, Permission.PRICE_MANAGE)
    form = QuoteForm(valid_from=max(clock.bishkek_day(clock.now()), price.valid_from))
    if form.validate_on_submit() and (
        successor := attempt(form, lambda: prices.replace(price, _quote(form), actor=actor(), now=clock.now()))
    ):
        return finish(url_for(".show", price_id=successor.id), gettext("The new price is entered."))
    return form_page("prices/replace.html", form, price=price)


@bp.route("/<int:price_id>/end", methods=["GET", "POST"])
@requires(GET=Permission.PRICE_MANAGE, POST=Permission.PRICE_MANAGE)
def end(price_id: int) -> ResponseReturnValue:
    """Let it count no longer, after showing what goes."""
    price = load(Price, price_id, Permission.PRICE_MANAGE)
    form = EndPriceForm(last_day=clock.bishkek_day(clock.now()) - timedelta(days=1))
    if form.validate_on_submit() and attempt(
        form, lambda: prices.end(price, form.last_day.data, actor=actor(), now=clock.now())
    ):
        return finish(url_for(".show", price_id=price.id), gettext("The price is ended."))
    return form_page("prices/end.html", form, price=price)
