"""The equipment of a centre: added, changed, taken off the list."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import donors, equipment
from app.services.equipment import EquipmentInput
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page, guard_version, in_words, removal_page
from forms.equipment import EquipmentForm
from models.centres import Centre, Condition, Equipment

bp = Blueprint("equipment", __name__, url_prefix="/centres/<int:centre_id>/equipment")


def _form(item: Equipment | None, *typed: None) -> EquipmentForm:
    """The form, filled with what is kept; with None, only with that."""
    fields = ("name", "quantity", "condition", "bears_emblem", "checked_on")
    stored = {name: getattr(item, name) for name in fields} | {"donor": item.donor_id} if item else {}
    start = {"quantity": 1, "condition": Condition.WORKS, "checked_on": clock.bishkek_day(clock.now())}
    form = EquipmentForm(*typed, data=start | stored)
    form.condition.choices = [(one.value, label_text(one)) for one in Condition]
    form.donor.choices = [("", gettext("None"))] + [(one.id, one.name(current_locale())) for one in donors.listed()]
    return form


def _save(centre: Centre, item: Equipment | None, form: EquipmentForm) -> Equipment:
    content = EquipmentInput(
        name=form.name.data,
        quantity=form.quantity.data,
        condition=Condition(form.condition.data),
        donor_id=form.donor.data,
        bears_emblem=form.bears_emblem.data,
        checked_on=form.checked_on.data,
    )
    return equipment.save(centre, item, content, actor=actor(), now=clock.now())


def _item(centre: Centre, item_id: int) -> Equipment:
    return next((one for one in centre.equipment if one.id == item_id), None) or abort(404)


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.CENTRE_KEEP, POST=Permission.CENTRE_KEEP)
def new(centre_id: int) -> ResponseReturnValue:
    """Add a thing."""
    centre, form = load(Centre, centre_id, Permission.CENTRE_KEEP), _form(None)
    if form.validate_on_submit() and attempt(form, lambda: _save(centre, None, form)):
        return finish(url_for("centres.show", centre_id=centre_id), gettext("The equipment list is changed."))
    return form_page("equipment/edit.html", form, centre=centre, item=None)


@bp.route("/<int:item_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.CENTRE_KEEP, POST=Permission.CENTRE_KEEP)
def edit(centre_id: int, item_id: int) -> ResponseReturnValue:
    """Change a thing, or say that it was looked at."""
    centre = load(Centre, centre_id, Permission.CENTRE_KEEP)
    item, location = _item(centre, item_id), url_for("centres.show", centre_id=centre_id)
    form = _form(item)
    guard_version(form, item, in_words(_form(item, None)), url_for(".edit", centre_id=centre_id, item_id=item_id))
    if form.validate_on_submit() and attempt(form, lambda: _save(centre, item, form)):
        return finish(location, gettext("The equipment list is changed."))
    return form_page("equipment/edit.html", form, centre=centre, item=item)


@bp.route("/<int:item_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.CENTRE_KEEP, POST=Permission.CENTRE_KEEP)
def delete(centre_id: int, item_id: int) -> ResponseReturnValue:
    """Take a thing off the list, after showing it."""
    centre = load(Centre, centre_id, Permission.CENTRE_KEEP)
    item = _item(centre, item_id)
    return removal_page(
        "equipment/delete.html",
        item,
        lambda: equipment.remove(item, centre, actor=actor(), now=clock.now()),
        here=url_for(".delete", centre_id=centre_id, item_id=item_id),
        location=url_for("centres.show", centre_id=centre_id),
        message=gettext("The equipment list is changed."),
        centre=centre,
        item=item,
    )
