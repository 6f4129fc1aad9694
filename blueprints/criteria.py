"""Criteria of a call's rubric: described, added and taken out while the call is a draft."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import criteria
from app.web.access import actor, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page, guard_version, in_words, removal_page
from forms.criteria import LEVELS, CriterionForm
from models.base import LOCALES
from models.calls import Call, Criterion

bp = Blueprint("criteria", __name__, url_prefix="/calls/<int:call_id>/criteria")


@bp.get("")
@requires(GET=Permission.CALL_MANAGE)
def index(call_id: int) -> ResponseReturnValue:
    """The rubric of a call with what is missing of each criterion."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    return render_template("criteria/index.html", call=call, lacking=criteria.lacking(call))


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def new(call_id: int) -> ResponseReturnValue:
    """One criterion more, at the end."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    form = CriterionForm()
    if form.validate_on_submit() and attempt(form, lambda: _save(call, None, form)):
        return finish(url_for(".index", call_id=call.id), gettext("The criterion is added. Look at the weights."))
    return form_page("criteria/edit.html", form, call=call, criterion=None)


@bp.route("/<int:criterion_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def edit(call_id: int, criterion_id: int) -> ResponseReturnValue:
    """Weight, texts and levels of a criterion."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    criterion = criteria.one_of(call, criterion_id) or abort(404)
    location, here = url_for(".index", call_id=call.id), url_for(".edit", call_id=call.id, criterion_id=criterion.id)
    stored = _stored(criterion)
    form = CriterionForm(data=stored)
    guard_version(form, criterion, in_words(CriterionForm(None, data=stored)), here)
    if form.validate_on_submit() and attempt(form, lambda: _save(call, criterion, form)):
        return finish(location, gettext("The criterion is saved."))
    return form_page("criteria/edit.html", form, call=call, criterion=criterion)


@bp.route("/<int:criterion_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def delete(call_id: int, criterion_id: int) -> ResponseReturnValue:
    """Take a criterion out."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    criterion = criteria.one_of(call, criterion_id) or abort(404)
    return removal_page(
        "criteria/delete.html",
        criterion,
        lambda: criteria.remove(call, criterion, actor=actor(), now=clock.now()),
        here=url_for(".delete", call_id=call.id, criterion_id=criterion.id),
        location=url_for(".index", call_id=call.id),
        message=gettext("The criterion is taken out. Look at the weights."),
        call=call,
        criterion=criterion,
    )


@bp.post("/<int:criterion_id>/move")
@requires(POST=Permission.CALL_MANAGE)
def move(call_id: int, criterion_id: int) -> ResponseReturnValue:
    """Up or down by one place."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    criterion, is_up = criteria.one_of(call, criterion_id) or abort(404), request.form.get("direction") == "up"
    return act_on_button(
        lambda: criteria.move(call, criterion, up=is_up, actor=actor(), now=clock.now()),
        url_for(".index", call_id=call.id),
        gettext("The order is changed."),
    )


def _stored(criterion: Criterion) -> dict[str, Any]:
    """The fields of the form as they are kept."""
    texts = {"title": criterion.title, "description": criterion.description}
    texts |= {f"level_{level}": criterion.anchors.get(level, {}) for level in LEVELS}
    return {"weight": criterion.weight} | {
        f"{name}_{code}": text.get(code, "") for name, text in texts.items() for code in LOCALES
    }


def _save(call: Call, criterion: Criterion | None, form: Any) -> Criterion:
    def three(name: str) -> dict[str, str]:
        return {code: form[f"{name}_{code}"].data or "" for code in LOCALES}

    return criteria.save(
        call,
        criterion,
        title=three("title"),
        description=three("description"),
        anchors={level: three(f"level_{level}") for level in LEVELS},
        weight=form.weight.data,
        actor=actor(),
        now=clock.now(),
    )
