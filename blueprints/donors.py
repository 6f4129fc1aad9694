"""Donors: registered and changed by a finance officer."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import EMBLEMS
from app.localisation import gettext
from app.policy import Permission
from app.services import donors
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.donors import DonorForm
from models.funds import Donor, Emblem

bp = Blueprint("donors", __name__, url_prefix="/donors")
KEPT = ("code", "name_ky", "name_ru", "name_en")


@bp.get("")
@requires(GET=Permission.DONOR_READ)
def index() -> ResponseReturnValue:
    """Every donor."""
    return render_template("donors/index.html", rows=donors.listed())


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.DONOR_MANAGE, POST=Permission.DONOR_MANAGE)
def new() -> ResponseReturnValue:
    """Register a donor."""
    form = _with_emblems(DonorForm(emblem=Emblem.NONE.value))
    if form.validate_on_submit() and attempt(
        form,
        lambda: donors.create(form.code.data, form.names(), Emblem(form.emblem.data), actor=actor(), now=clock.now()),
    ):
        return finish(url_for("funds.new"), gettext("The donor is registered. Now enter the fund."))
    return form_page("donors/new.html", form)


def _with_emblems(form: DonorForm) -> DonorForm:
    form.emblem.choices = [(emblem.value, gettext(text)) for emblem, text in EMBLEMS.items()]
    return form


@bp.route("/<int:donor_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.DONOR_MANAGE, POST=Permission.DONOR_MANAGE)
def edit(donor_id: int) -> ResponseReturnValue:
    """Change code, names and emblem."""
    donor = load(Donor, donor_id, Permission.DONOR_MANAGE)
    location, stored = url_for("donors.index"), {name: getattr(donor, name) for name in KEPT}
    stored["emblem"] = donor.emblem.value
    form = _with_emblems(DonorForm(data=stored))
    guard_version(form, donor, in_words(_with_emblems(DonorForm(None, data=stored))), location)
    if form.validate_on_submit() and attempt(form, lambda: _change(form, donor)):
        return finish(location, gettext("The donor is changed."))
    return form_page("donors/edit.html", form, donor=donor)


def _change(form: DonorForm, donor: Donor) -> None:
    donors.change(donor, form.code.data, form.names(), Emblem(form.emblem.data), actor=actor(), now=clock.now())
