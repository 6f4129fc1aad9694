"""Reviewers: my profile, my part in a call; for the secretary who judges how much."""

from types import SimpleNamespace

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import LOCALES, current_locale, gettext
from app.policy import Permission
from app.services import conflicts, reviewers, themes, workloads
from app.services.reviewers import Panelist
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.reviewers import LimitForm, PartForm, ProfileForm
from models.base import canonical_json, fingerprint
from models.calls import Call
from models.reviewers import Leaning

bp = Blueprint("reviewers", __name__, url_prefix="/reviewers")
WRITE, MANAGE = Permission.REVIEW_WRITE, Permission.ASSIGNMENT_MANAGE


@bp.get("")
@requires(GET=MANAGE)
def index() -> ResponseReturnValue:
    """Who judges in a call: profile, limit and what they hold already. Without a call: the latest one."""
    calls = reviewers.calls_to_judge()
    chosen = request.args.get("call_id", type=row_number)
    call = next((one for one in calls if chosen in (None, one.id)), None)
    if call is None and chosen is not None:
        abort(404)
    held = workloads.held_by_reviewer(call, conflicts.ties_of(signed_in_user())) if call else {}
    panel = reviewers.panel(call) if call else []
    return render_template("reviewers/index.html", calls=calls, call=call, panel=panel, held=held)


@bp.route("/profile", methods=["GET", "POST"])
@requires(GET=WRITE, POST=WRITE)
def profile() -> ResponseReturnValue:
    """My profile as a reviewer."""
    form, kept = _profile_form(), _profile_form(None)
    guard_version(form, _stamp(kept), in_words(kept), url_for(".profile"))
    if form.validate_on_submit() and attempt(form, lambda: _save_profile(form)):
        return finish(url_for(".profile"), gettext("Your profile is saved."))
    user, calls = signed_in_user(), reviewers.calls_to_judge()
    parts = {call.id: reviewers.part_of(call, user) for call in calls}
    return form_page("reviewers/profile.html", form, user=user, calls=calls, parts=parts)


def _stamp(kept: ProfileForm | PartForm) -> SimpleNamespace:
    """What a form is made from, as its version: it stands in several tables."""
    return SimpleNamespace(version=fingerprint(canonical_json(in_words(kept)))[:16])


def _profile_form(*typed: None) -> ProfileForm:
    """The form, filled with what is kept; with None, only with that."""
    stored, locale = reviewers.profile_of(signed_in_user()), current_locale()
    data = {
        "languages": stored.languages if stored else [],
        "themes": sorted(stored.theme_ids) if stored else [],
        "birth_village": stored.birth_village_id if stored else None,
    }
    form = ProfileForm(*typed, data=data)
    form.languages.choices = list(LOCALES)
    form.themes.choices = [(one.id, one.name(locale)) for one in themes.listed()]
    villages = [(one.id, f"{one.name(locale)} ({one.ayil_okmotu.name(locale)})") for one in reviewers.villages()]
    form.birth_village.choices = [("", gettext("Not among these villages, or not said")), *villages]
    return form


def _save_profile(form: ProfileForm) -> object:
    return reviewers.save_profile(
        signed_in_user(),
        languages=form.languages.data or (),
        theme_ids=form.themes.data or (),
        birth_village_id=form.birth_village.data,
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/calls/<int:call_id>", methods=["GET", "POST"])
@requires(GET=WRITE, POST=WRITE)
def part(call_id: int) -> ResponseReturnValue:
    """My part in a call: whether, how much and which themes. No application is named."""
    call = reviewers.call_to_judge(call_id) or abort(404)
    form, kept = _part_form(call), _part_form(call, None)
    guard_version(form, _stamp(kept), in_words(kept), url_for(".part", call_id=call_id))
    if form.validate_on_submit() and attempt(form, lambda: _save_part(call, form)):
        return finish(url_for(".profile"), gettext("Saved: %(part)s.", part=call.title_in(current_locale())))
    return form_page("reviewers/part.html", form, call=call)


def _part_form(call: Call, *typed: None) -> PartForm:
    said = reviewers.part_of(call, signed_in_user())
    data = {
        "is_available": said.is_available,
        "most": said.most,
        "wishes": said.themes(Leaning.WISH),
        "rather_not": said.themes(Leaning.RATHER_NOT),
    }
    form = PartForm(*typed, data=data)
    form.wishes.choices = form.rather_not.choices = [(one.id, one.name(current_locale())) for one in themes.listed()]
    return form


def _save_part(call: Call, form: PartForm) -> None:
    reviewers.save_part(
        call,
        signed_in_user(),
        is_available=form.is_available.data,
        most=form.most.data,
        wishes=form.wishes.data or (),
        rather_not=form.rather_not.data or (),
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/calls/<int:call_id>/<int:user_id>", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def limit(call_id: int, user_id: int) -> ResponseReturnValue:
    """The secretary says how many applications a reviewer judges in a call."""
    call = load(Call, call_id)
    one: Panelist = next((one for one in reviewers.panel(call) if one.user.id == user_id), None) or abort(404)
    form = LimitForm(data={"is_available": one.part.is_available, "most": one.part.most})
    kept = LimitForm(None, data={"is_available": one.part.is_available, "most": one.part.most})
    guard_version(form, SimpleNamespace(version=canonical_json(kept.data)), in_words(kept), request.path)
    if form.validate_on_submit() and attempt(form, lambda: _set_limit(call, one, form)):
        return finish(url_for(".index", call_id=call_id), gettext("The limit is saved and the reviewer is told."))
    return form_page("reviewers/limit.html", form, call=call, one=one)


def _set_limit(call: Call, one: Panelist, form: LimitForm) -> None:
    said = {"is_available": form.is_available.data, "most": form.most.data}
    reviewers.set_limit(call, one.user, **said, actor=actor(), now=clock.now())
