"""Valuations: goods and labour recorded with their photo, quantity, price and valuer."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext, to_minor
from app.policy import Permission
from app.services import valuations
from app.services.valuations import Giver, Value, Valuer
from app.web.access import actor, load, requires, takes_upload
from app.web.givers import Givers
from app.web.price_choices import price_choices
from app.web.submissions import attempt, finish, form_page, sent_upload, uploads
from forms.valuations import PhotoForm, ValuationForm
from models.base import BASE_CURRENCY
from models.contributions import Contribution
from models.grants import Grant
from models.prices import Price
from models.valuations import GivenKind, Valuation

bp = Blueprint("valuations", __name__)
RECORD = Permission.CONTRIBUTION_RECORD


@bp.route("/grants/<int:grant_id>/valuations/new", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
@takes_upload
def new(grant_id: int) -> ResponseReturnValue:
    """Record goods or labour with a photo: both are kept or neither is."""
    grant = load(Grant, grant_id, RECORD)
    form, givers = ValuationForm(data={"sender_country": "KG"}), Givers(grant)
    rates = {str(one.id): one for one in valuations.offered(grant, current_locale(), now=clock.now())}
    givers.offer_to(form)
    form.given.choices = [(one.value, label_text(one)) for one in GivenKind]
    form.rate.choices = [("", gettext("It is not on the list")), *price_choices(rates.values())]
    form.remitter.choices = [("", gettext("That of the village")), *form.remitter.choices[1:]]
    if form.validate_on_submit() and (row := attempt(form, lambda: _record(form, grant, givers, rates))):
        message = gettext("It is recorded with its value. A monitoring officer verifies it next.")
        return finish(url_for("contributions.show", contribution_id=row.contribution_id), message)
    return form_page("valuations/new.html", form, grant=grant)


def _record(form: ValuationForm, grant: Grant, givers: Givers, rates: dict[str, Price]) -> Valuation:
    who, now = actor(grant), clock.now()
    value = Value(
        GivenKind(form.given.data),
        form.quantity.data,
        rates.get(form.rate.data or ""),
        what=form.what.data or "",
        unit=form.unit.data or "",
        unit_price=None if form.unit_price.data is None else to_minor(form.unit_price.data, BASE_CURRENCY),
        reason=form.reason.data or "",
    )
    giver = Giver(
        form.sender_name.data,
        form.sender_country.data,
        form.sent_on.data,
        givers.pledge_of(form),
        givers.remitter_of(form),
    )
    valuer = Valuer(form.valuer_name.data, form.valuer_office.data)
    row = valuations.record(grant, value, giver, valuer, actor=who, now=now)
    valuations.attach_photo(row.contribution, sent_upload(), storage=uploads(), actor=who, now=now)
    return row


@bp.route("/contributions/<int:contribution_id>/photos/new", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
@takes_upload
def photo(contribution_id: int) -> ResponseReturnValue:
    """One more photo of goods or labour."""
    row = load(Contribution, contribution_id, RECORD)
    form = PhotoForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: valuations.attach_photo(row, sent_upload(), storage=uploads(), actor=actor(row), now=clock.now()),
    ):
        return finish(url_for("contributions.show", contribution_id=contribution_id), gettext("The photo is added."))
    return form_page("valuations/photo.html", form, row=row)
