"""Monitoring visits: planned, photographed, recorded."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import VISIT_CHECKLIST, label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import conflicts, documents, users, visits
from app.web.access import actor, authorise, can, load, requires, signed_in_user, takes_upload
from app.web.submissions import act_on_button, attempt, finish, form_page, sent_upload, uploads
from forms.visits import PhotoForm, PlanVisitForm, RecordVisitForm
from models.grants import Grant
from models.users import Role
from models.visits import RiskRating, Visit, VisitStatus

bp = Blueprint("visits", __name__)


@bp.route("/grants/<int:grant_id>/visits/new", methods=["GET", "POST"])
@requires(GET=Permission.VISIT_MANAGE, POST=Permission.VISIT_MANAGE)
def new(grant_id: int) -> ResponseReturnValue:
    """Plan a visit."""
    grant = load(Grant, grant_id, Permission.VISIT_MANAGE)
    officers = {str(one.id): one for one in conflicts.without_ties(grant.application, users.holding(Role.MONITOR))}
    form = PlanVisitForm(visitor=str(signed_in_user().id))
    form.visitor.choices = [(key, one.display_name) for key, one in officers.items()]
    if form.validate_on_submit() and (
        visit := attempt(
            form,
            lambda: visits.plan(
                grant,
                planned_on=form.planned_on.data,
                visitor=officers[form.visitor.data],
                actor=actor(grant),
                now=clock.now(),
            ),
        )
    ):
        message = gettext("The visit is planned. The association has been told.")
        return finish(url_for("visits.show", visit_id=visit.id), message)
    return form_page("visits/new.html", form, grant=grant)


@bp.route("/visits/<int:visit_id>", methods=["GET", "POST"])
@requires(GET=Permission.VISIT_READ, POST=Permission.VISIT_MANAGE)
def show(visit_id: int) -> ResponseReturnValue:
    """One visit; for who makes it, the form in which it is recorded."""
    visit = load(Visit, visit_id, Permission.VISIT_READ)
    form = RecordVisitForm(visited_on=clock.bishkek_day(clock.now()))
    form.checklist.choices = [(key, gettext(text)) for key, text in VISIT_CHECKLIST.items()]
    form.risk.choices = [(one.value, label_text(one)) for one in RiskRating]
    if form.is_submitted():
        authorise(Permission.VISIT_MANAGE, visit)
    if form.validate_on_submit() and attempt(form, lambda: _record(form, visit)):
        return finish(url_for("visits.show", visit_id=visit_id), gettext("The visit is recorded."))
    photos = documents.of(visit)
    return form_page(
        "visits/show.html",
        form,
        visit=visit,
        photos=photos,
        photo_form=PhotoForm(formdata=None),
        checklist=VISIT_CHECKLIST,
        names=users.names_of([visit.visitor_id, visit.planned_by_id]),
        may_record=_may_record(visit),
        may_mark=visit.status is VisitStatus.DONE and bool(photos) and can(Permission.VISIT_MANAGE, visit),
    )


def _may_record(visit: Visit) -> bool:
    waits = visit.status is VisitStatus.PLANNED and visit.visitor_id == signed_in_user().id
    return waits and can(Permission.VISIT_MANAGE, visit)


def _record(form: RecordVisitForm, visit: Visit) -> None:
    ticked = set(form.checklist.data or [])
    visits.record(
        visit,
        visited_on=form.visited_on.data,
        checklist={key: key in ticked for key in VISIT_CHECKLIST},
        findings=form.findings.data or "",
        follow_up=form.follow_up.data or "",
        risk=RiskRating(form.risk.data),
        latitude=None if form.latitude.data is None else float(form.latitude.data),
        longitude=None if form.longitude.data is None else float(form.longitude.data),
        holds_payment=form.holds_payment.data,
        shows_photos=form.shows_photos.data,
        actor=actor(visit),
        now=clock.now(),
    )


@bp.route("/visits/<int:visit_id>/photo", methods=["GET", "POST"])
@requires(GET=Permission.VISIT_MANAGE, POST=Permission.VISIT_MANAGE)
@takes_upload
def photo(visit_id: int) -> ResponseReturnValue:
    """Add a photo; they come before the record."""
    visit = load(Visit, visit_id, Permission.VISIT_MANAGE)
    if not _may_record(visit):
        abort(409)
    form = PhotoForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: visits.attach_photo(visit, sent_upload(), storage=uploads(), actor=actor(visit), now=clock.now()),
    ):
        return finish(url_for("visits.show", visit_id=visit_id), gettext("The photo is added."))
    return form_page("visits/photo.html", form, visit=visit, photos=documents.of(visit))


def _mark(visit_id: int, is_shown: bool, message: str) -> ResponseReturnValue:
    visit = load(Visit, visit_id, Permission.VISIT_MANAGE)
    return act_on_button(
        lambda: visits.let_photos_be_seen(visit, is_shown, actor=actor(visit.grant), now=clock.now()),
        url_for("visits.show", visit_id=visit_id),
        message,
    )


@bp.post("/visits/<int:visit_id>/show-photos")
@requires(POST=Permission.VISIT_MANAGE)
def show_photos(visit_id: int) -> ResponseReturnValue:
    """Those who sent money may see them."""
    return _mark(visit_id, True, gettext("Those who sent money may see the photos."))


@bp.post("/visits/<int:visit_id>/hide-photos")
@requires(POST=Permission.VISIT_MANAGE)
def hide_photos(visit_id: int) -> ResponseReturnValue:
    """They see them no more."""
    return _mark(visit_id, False, gettext("Those who sent money see the photos no more."))
