"""Resource centres: registered by the administrator, kept by their operators and the secretary, with their work."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.localisation import WEEKDAYS, current_locale, gettext
from app.policy import Permission
from app.services import associations, centres, conflicts, pipelines, places
from app.web.access import actor, can, load, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.centres import CentreForm, KeepForm, NewCentreForm
from models.centres import Centre
from models.places import AyilOkmotu

bp = Blueprint("centres", __name__, url_prefix="/centres")
NAMES = ("name_ky", "name_ru", "name_en")
KEPT = ("hours_note", "address", "phone")


@bp.get("")
@requires(GET=Permission.CENTRE_READ)
def index() -> ResponseReturnValue:
    """The centres the reader may see, in Kyrgyz order."""
    rows = centres.listed(policy.visible(signed_in_user(), Centre).whereclause)
    return render_template("centres/index.html", rows=rows, counts=centres.association_counts())


@bp.get("/<int:centre_id>")
@requires(GET=Permission.CENTRE_READ)
def show(centre_id: int) -> ResponseReturnValue:
    """One centre: hours, people, equipment, and where its associations stand."""
    centre, now = load(Centre, centre_id, Permission.CENTRE_READ), clock.now()
    ties = conflicts.kept_from(signed_in_user())
    works = can(Permission.CENTRE_KEEP, centre) and can(Permission.APPLICATION_READ, centre)
    return render_template(
        "centres/show.html",
        centre=centre,
        weekdays=WEEKDAYS,
        places=pipelines.of(centre, ties, now) if works else None,
        divided=pipelines.allocations_for(centre, now) if works else [],
        deadlines=pipelines.deadlines(centre, ties, now) if works else None,
        operators=centres.operators_of(centre),
        associations=associations.of_centre(centre),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.CENTRE_MANAGE, POST=Permission.CENTRE_MANAGE)
def new() -> ResponseReturnValue:
    """Register the centre of an ayil okmotu."""
    form, offered = NewCentreForm(), places.ayil_okmotus()
    form.ayil_okmotu.choices = _choices(offered)
    if form.validate_on_submit() and (centre := attempt(form, lambda: _open(form, offered))):
        return finish(url_for("centres.show", centre_id=centre.id), gettext("The centre is registered."))
    return form_page("centres/new.html", form)


def _choices(offered: list[AyilOkmotu]) -> list[tuple[int | str, str]]:
    """Every ayil aymak with its rayon; those that have a centre say so."""
    locale, taken = current_locale(), {centre.ayil_okmotu_id for centre in centres.listed()}
    rows: list[tuple[int | str, str]] = []
    for one in offered:
        name = f"{one.name(locale)}, {one.rayon.name(locale)}"
        rows.append((one.id, gettext("%(place)s (has a centre)", place=name) if one.id in taken else name))
    return rows


def _open(form: NewCentreForm, offered: list[AyilOkmotu]) -> Centre:
    return centres.open_(
        next(one for one in offered if one.id == form.ayil_okmotu.data),
        form.names(),
        phone=form.phone.data,
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/<int:centre_id>/keep", methods=["GET", "POST"])
@requires(GET=Permission.CENTRE_KEEP, POST=Permission.CENTRE_KEEP)
def keep(centre_id: int) -> ResponseReturnValue:
    """Change hours, address and phone."""
    centre = load(Centre, centre_id, Permission.CENTRE_KEEP)
    location = url_for("centres.show", centre_id=centre.id)
    stored = {name: getattr(centre, name) or "" for name in KEPT}
    stored |= {f"day_{day}": "–".join(window) for day, window in centre.hours.items()}
    form = KeepForm(data=stored)
    guard_version(form, centre, in_words(KeepForm(None, data=stored)), url_for(".keep", centre_id=centre_id))
    if form.validate_on_submit() and attempt(form, lambda: _keep(form, centre)):
        return finish(location, gettext("The centre is changed."))
    return form_page("centres/keep.html", form, centre=centre)


def _keep(form: KeepForm, centre: Centre) -> None:
    centres.keep(
        centre,
        form.hours(),
        hours_note=form.hours_note.data or "",
        address=form.address.data or "",
        phone=form.phone.data,
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/<int:centre_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.CENTRE_MANAGE, POST=Permission.CENTRE_MANAGE)
def edit(centre_id: int) -> ResponseReturnValue:
    """Change the names."""
    centre = load(Centre, centre_id, Permission.CENTRE_MANAGE)
    location = url_for("centres.show", centre_id=centre.id)
    stored = {name: getattr(centre, name) or "" for name in NAMES}
    form = CentreForm(data=stored)
    guard_version(form, centre, in_words(CentreForm(None, data=stored)), location)
    if form.validate_on_submit() and attempt(form, lambda: _change(form, centre)):
        return finish(location, gettext("The centre is changed."))
    return form_page("centres/edit.html", form, centre=centre)


def _change(form: CentreForm, centre: Centre) -> None:
    centres.change(centre, form.names(), actor=actor(), now=clock.now())
