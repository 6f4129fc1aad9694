"""The application form of a call that is prepared: its parts and questions, each saved on its own."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import call_forms, questions
from app.services.call_forms import QuestionInput
from app.services.questions import LETTERS_A_WORD, Question, Section
from app.web.access import actor, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page, guard_version, in_words, removal_page
from forms.base import BaseForm
from forms.call_forms import QuestionForm, SectionTitleForm
from models.base import LOCALES
from models.calls import Call, CallStatus

bp = Blueprint("call_forms", __name__, url_prefix="/calls/<int:call_id>/form")
MANAGED = requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)


def _call(call_id: int) -> Call:
    """The call, locked when something comes."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    return call_forms.for_writing(call) if request.method == "POST" else call


def _is_closed(call: Call) -> bool:
    """Whether nothing can be written here any more, and the page is only looked for."""
    return call.status is not CallStatus.DRAFT and request.method == "GET"


def _section(call: Call, key: str) -> Section:
    return questions.form_of(call).section(key) or abort(404)


def _question(call: Call, key: str) -> tuple[Section, Question]:
    """A question and the section it stands in."""
    for section in questions.form_of(call).sections:
        for question in section.questions:
            if question.key == key:
                return section, question
    abort(404)


@bp.get("")
@requires(GET=Permission.CALL_MANAGE)
def index(call_id: int) -> ResponseReturnValue:
    """Every part in its order, with the check of the form, and the papers asked for."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    return render_template(
        "call_forms/index.html",
        call=call,
        form=questions.form_of(call),
        problems=call_forms.problems(call),
        papers=questions.documents_of(call),
        is_draft=call.status is CallStatus.DRAFT,
    )


@bp.route("/sections/new", methods=["GET", "POST"])
@MANAGED
def new_section(call_id: int) -> ResponseReturnValue:
    """Begin a page of questions."""
    call, form = _call(call_id), SectionTitleForm()
    if _is_closed(call):
        return redirect(url_for(".index", call_id=call_id), 303)
    if form.validate_on_submit() and (key := attempt(form, lambda: _save_section(call, None, form))):
        location = url_for(".new_question", call_id=call_id, section_key=key)
        return finish(location, gettext("The part is added. Now its first question."))
    return form_page("call_forms/new_section.html", form, call=call)


def _save_section(call: Call, key: str | None, form: SectionTitleForm) -> str:
    return call_forms.save_section(call, key, form.texts("title"), actor=actor(), now=clock.now())


@bp.route("/sections/<string:section_key>/edit", methods=["GET", "POST"])
@MANAGED
def edit_section(call_id: int, section_key: str) -> ResponseReturnValue:
    """The title of a page, and its questions."""
    call = _call(call_id)
    section, location = _section(call, section_key), url_for(".index", call_id=call_id)
    if _is_closed(call):
        return redirect(location, 303)
    stored = {f"title_{code}": section.title[code] for code in LOCALES}
    form = SectionTitleForm(data=stored)
    _guard(form, section, in_words(SectionTitleForm(None, data=stored)))
    if form.validate_on_submit() and attempt(form, lambda: _save_section(call, section_key, form)):
        return finish(location, gettext("Saved: %(part)s.", part=form[f"title_{current_locale()}"].data))
    return form_page("call_forms/edit_section.html", form, call=call, section=section)


def _guard(form: BaseForm, item: Section | Question, stored: dict[str, str]) -> None:
    guard_version(form, SimpleNamespace(version=call_forms.stamp(item)), stored, request.path)


@bp.route("/sections/<string:section_key>/delete", methods=["GET", "POST"])
@MANAGED
def delete_section(call_id: int, section_key: str) -> ResponseReturnValue:
    """Take a page out, after showing what goes."""
    call, location = _call(call_id), url_for(".index", call_id=call_id)
    section = _section(call, section_key)
    if _is_closed(call):
        return redirect(location, 303)
    return removal_page(
        "call_forms/delete_section.html",
        SimpleNamespace(version=call_forms.stamp(section)),
        lambda: call_forms.remove_section(call, section_key, actor=actor(), now=clock.now()),
        here=request.path,
        location=location,
        message=gettext("The part is removed."),
        call=call,
        section=section,
    )


@bp.post("/parts/<string:part_key>/move")
@requires(POST=Permission.CALL_MANAGE)
def move_part(call_id: int, part_key: str) -> ResponseReturnValue:
    """Up or down by one place."""
    call, is_up = _call(call_id), request.form.get("direction") == "up"
    return act_on_button(
        lambda: call_forms.move_part(call, part_key, up=is_up, actor=actor(), now=clock.now()),
        url_for(".index", call_id=call_id),
        gettext("The order is changed."),
    )


@bp.route("/sections/<string:section_key>/questions/new", methods=["GET", "POST"])
@MANAGED
def new_question(call_id: int, section_key: str) -> ResponseReturnValue:
    """Ask one thing more on a page."""
    call = _call(call_id)
    section, form = _section(call, section_key), QuestionForm()
    location = url_for(".edit_section", call_id=call_id, section_key=section_key)
    if _is_closed(call):
        return redirect(url_for(".index", call_id=call_id), 303)
    if form.validate_on_submit() and attempt(form, lambda: _save_question(call, section_key, None, form)):
        return finish(location, gettext("The question is added."))
    return form_page("call_forms/new_question.html", form, call=call, section=section)


def _save_question(call: Call, section_key: str, key: str | None, form: QuestionForm) -> str:
    content = QuestionInput(form.texts("label"), form.texts("hint"), form.limit.data, form.least.data, form.rows.data)
    return call_forms.save_question(call, section_key, key, content, actor=actor(), now=clock.now())


@bp.route("/questions/<string:question_key>/edit", methods=["GET", "POST"])
@MANAGED
def edit_question(call_id: int, question_key: str) -> ResponseReturnValue:
    """Change a question, its help and its limits."""
    call = _call(call_id)
    section, question = _question(call, question_key)
    location = url_for(".edit_section", call_id=call_id, section_key=section.key)
    if _is_closed(call):
        return redirect(url_for(".index", call_id=call_id), 303)
    form = QuestionForm(data=_stored(question))
    _guard(form, question, in_words(QuestionForm(None, data=_stored(question))))
    if form.validate_on_submit() and attempt(form, lambda: _save_question(call, section.key, question_key, form)):
        return finish(location, gettext("The question is changed."))
    return form_page("call_forms/edit_question.html", form, call=call, section=section, question=question)


def _stored(question: Question) -> dict[str, Any]:
    """The fields of the form as they are kept."""
    return {
        **{name: getattr(question, name) for name in ("least", "rows")},
        "limit": question.limit if question.is_line else question.letters // LETTERS_A_WORD,
        **{f"label_{code}": question.label[code] for code in LOCALES},
        **{f"hint_{code}": question.hint[code] for code in LOCALES},
    }


@bp.route("/questions/<string:question_key>/delete", methods=["GET", "POST"])
@MANAGED
def delete_question(call_id: int, question_key: str) -> ResponseReturnValue:
    """Take a question out, after showing it."""
    call = _call(call_id)
    section, question = _question(call, question_key)
    location = url_for(".edit_section", call_id=call_id, section_key=section.key)
    if _is_closed(call):
        return redirect(url_for(".index", call_id=call_id), 303)
    return removal_page(
        "call_forms/delete_question.html",
        SimpleNamespace(version=call_forms.stamp(question)),
        lambda: call_forms.remove_question(call, section.key, question_key, actor=actor(), now=clock.now()),
        here=request.path,
        location=location,
        message=gettext("The question is removed."),
        call=call,
        section=section,
        question=question,
    )


@bp.post("/questions/<string:question_key>/move")
@requires(POST=Permission.CALL_MANAGE)
def move_question(call_id: int, question_key: str) -> ResponseReturnValue:
    """Up or down by one place on its page."""
    call, is_up = _call(call_id), request.form.get("direction") == "up"
    section, _asked = _question(call, question_key)
    return act_on_button(
        lambda: call_forms.move_question(call, section.key, question_key, up=is_up, actor=actor(), now=clock.now()),
        url_for(".edit_section", call_id=call_id, section_key=section.key),
        gettext("The order is changed."),
    )
