"""Applications: written by an association or for it by its centre, read by everybody who works with them."""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.labels import label_text
from app.localisation import LOCALES, current_locale, gettext
from app.policy import Permission
from app.services import (
    amendments,
    appeals,
    application_history,
    application_lists,
    applications,
    associations,
    calls,
    conflicts,
    dictations,
    letters,
    papers,
    plan_readings,
    plan_warnings,
    questions,
    rankings,
    screenings,
    signatures,
)
from app.services.application_lists import Filter, Page
from app.services.applications import meetings
from app.services.errors import ChangedMeanwhileError
from app.services.questions import Section
from app.web import task_lists
from app.web.access import (
    DictationMissingError,
    actor,
    authorise,
    can,
    load,
    may_see_names,
    requires,
    row_number,
    signed_in_user,
)
from app.web.form_parts import closed_page, following_url, part_url
from app.web.presentation import is_demonstration
from app.web.submissions import (
    StaleForm,
    act_on_button,
    attempt,
    autosaved,
    check_version,
    finish,
    finish_with,
    form_page,
)
from forms.applications import ApplicationForm, DeclineForm, SectionForm, WithdrawForm, section_form
from models.applications import Application, ApplicationSection, ApplicationStatus, Payer
from models.associations import Association
from models.calls import Call
from reports import receipt as receipts

bp = Blueprint("applications", __name__, url_prefix="/applications")


@bp.get("")
@requires(GET=Permission.APPLICATION_READ)
def index() -> ResponseReturnValue:
    """The applications the reader may see: by call, status and words, newest first."""
    narrowed = _narrowed()
    page = _page(narrowed)
    counts = application_lists.counts(narrowed, page)
    return render_template(
        "applications/index.html",
        page=page,
        narrowed=narrowed,
        counts=[(status, counts[status]) for status in ApplicationStatus if counts.get(status)],
        total=sum(counts.values()),
        states={status: label_text(status) for status in ApplicationStatus},
        chosen_status=_query(narrowed),
        calls=calls.titles_seen(policy.visible(signed_in_user(), Call).whereclause, narrowed.call_id),
        is_first=not {"before", "after", "last"} & set(request.args),
    )


def _narrowed() -> Filter:
    return Filter(
        call_id=request.args.get("call_id", type=row_number),
        status=_status(request.args.get("status", "")),
        words=request.args.get("q", "")[:100],
        seen=policy.visible(signed_in_user(), Application).whereclause,
        ties=conflicts.kept_from(signed_in_user()),
    )


def _query(narrowed: Filter) -> dict[str, Any]:
    """The choices as they stand in the addresses of the neighbouring pages."""
    return {"call_id": narrowed.call_id, "q": narrowed.words or None, "status": narrowed.status}


def _status(text: str) -> ApplicationStatus | None:
    return ApplicationStatus(text) if text in list(ApplicationStatus) else None


def _page(narrowed: Filter) -> Page:
    if "last" in request.args:
        return application_lists.oldest_page(narrowed)
    return application_lists.page(
        narrowed,
        before_id=request.args.get("before", type=row_number),
        after_id=request.args.get("after", type=row_number),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def new() -> ResponseReturnValue:
    """Start an application in an open call."""
    user, now = signed_in_user(), clock.now()
    open_calls = calls.open_calls(now)
    own = associations.to_apply_for(user.association_ids, user.centre_ids)
    bids = application_lists.applied(open_calls, own)
    form = ApplicationForm(
        call=request.args.get("call_id", type=row_number) or (open_calls[0].id if len(open_calls) == 1 else None),
        association=request.args.get("association_id", type=row_number),
        language=request.args.get("language", current_locale()),
    )
    form.call.choices = [(call.id, call.title_in(current_locale())) for call in open_calls]
    taken = {(bid.call_id, bid.association_id) for bid in bids}
    free = [one for one in own if any((call.id, one.id) not in taken for call in open_calls)]
    offered = own if form.is_submitted() else free  # who was faster than this form is told so, not "no such choice"
    choose = [("", gettext("Choose"))] if len(offered) > 1 else []
    form.association.choices = choose + [(one.id, one.name(current_locale())) for one in offered]
    form.language.choices = list(LOCALES)
    if form.validate_on_submit() and (application := attempt(form, lambda: _create(form))):
        return finish(url_for("applications.show", application_id=application.id), gettext("The draft is started."))
    names = {one.id: one.name(current_locale()) for one in own}
    return form_page("applications/new.html", form, open_calls=open_calls, own=own, free=free, bids=bids, names=names)


def _create(form: ApplicationForm) -> Application:
    call, association = load(Call, form.call.data), load(Association, form.association.data)
    try:
        authorise(Permission.APPLICATION_WRITE, association)
    except DictationMissingError as missing:
        chosen = {"call_id": call.id, "association_id": association.id, "language": form.language.data}
        missing.back = url_for(".new", **chosen)
        raise
    return applications.create(
        call, association, language=form.language.data, actor=actor(association), now=clock.now()
    )


@bp.get("/<int:application_id>")
@requires(GET=Permission.APPLICATION_READ)
def show(application_id: int) -> ResponseReturnValue:
    """The list of tasks while its writers work on it; else everything, to be read."""
    application = load(Application, application_id, Permission.APPLICATION_READ)
    applications.read(application)
    content = _frame(application)
    content["screened"] = [(one, screenings.kept_findings(one)) for one in application.screenings]
    if application.status is ApplicationStatus.REVIEWED and can(Permission.ASSIGNMENT_MANAGE):
        content["is_far_apart"] = rankings.needs_another(application)
    if content["is_writer"] and application.status in amendments.WRITTEN:
        content["amended"] = amendments.in_words(application.call, since=application.created_at)
    if can(Permission.LETTER_READ, application):
        content["letters"] = found = letters.all_readable(application, is_office=can(Permission.LETTER_SEND))
        content["appeal_until"] = appeals.open_until(found[0], signed_in_user(), clock.now()) if found else None
    if application.is_editable and content["is_writer"]:
        content["tasks"] = task_lists.tasks(application, clock.now())
    else:
        content |= _everything(application)
    return render_template("applications/show.html", **content)


def _frame(application: Application) -> dict[str, Any]:
    """What the list of tasks, the reading page and the check before sign-off all show."""
    writes = can(Permission.APPLICATION_WRITE, application)
    sees_voices = writes or can(Permission.DICTATION_READ, application)
    spoken = dictations.of_application(application) if sees_voices else []
    return {
        "application": application,
        "form": questions.form_of(application.call),
        "history": application_history.steps(application, spoken),
        "dictations": spoken,
        "signatures": signatures.of(application) if sees_voices else [],
        "is_writer": writes,
        "shows_names": may_see_names(application),
        "is_past_deadline": application.call.is_past_deadline(clock.now()),
        "may_withdraw": writes and applications.has_step(application, "withdraw"),
    }


def _everything(application: Application) -> dict[str, Any]:
    """The whole application, to be read."""
    pledges, now = applications.pledges_of(application), clock.now()
    return {
        "answers": application.answers,
        "paid_by": [(payer, application.amount_paid_by(payer)) for payer in Payer],
        "pledges": pledges,
        "quorum": meetings.quorum(application.meeting, application.call) if application.meeting else None,
        "papers": papers.of(application, now=now),
        "warnings": plan_warnings.of_application(application, pledges, now=now),
    }


@bp.route("/<int:application_id>/sections/<section_key>", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def edit_section(application_id: int, section_key: str) -> ResponseReturnValue:
    """One group of questions. What is unfinished is kept too."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    definition = questions.form_of(application.call).section(section_key) or abort(404)
    if back := closed_page(application, section_key, url_for("applications.show", application_id=application.id)):
        return back
    form = _section_form(definition)
    if form.is_submitted():
        _check_version(application, definition, form)
    else:
        section = applications.section_of(application, section_key)
        form.version.data = str(_stamp(section).version)
        for key, text in _stored(definition, section).items():
            form[key].data = text
    if form.validate_on_submit() and attempt(form, lambda: _save(application, definition, form)):
        title = definition.title_in(current_locale())
        return finish(_after(application, definition), gettext("Saved: %(part)s.", part=title))
    return form_page("applications/edit_section.html", form, application=application, section=definition)


@bp.post("/<int:application_id>/sections/<section_key>/autosave")
@requires(POST=Permission.APPLICATION_WRITE)
def autosave(application_id: int, section_key: str) -> ResponseReturnValue:
    """Keep what is typed while it is being typed; answers what the page's form goes on with, as JSON.

    Who sends the same again is led to the page, which has the same in its form. A refusal is the status code alone.
    """
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    definition = questions.form_of(application.call).section(section_key) or abort(404)
    form = _section_form(definition)
    _check_version(application, definition, form)
    if not form.validate_on_submit() or not (section := attempt(form, lambda: _save(application, definition, form))):
        return {}, 422
    return finish_with(lambda: autosaved(section), part_url(application, definition))


def _check_version(application: Application, definition: Section, form: SectionForm) -> None:
    """Stop when the page was saved elsewhere meanwhile; both texts are shown."""
    section = applications.section_for_writing(application, definition.key)
    check_version(form, _stamp(section), _stored(definition, section), part_url(application, definition))


def _section_form(definition: Section) -> SectionForm:
    asked = tuple((one.key, one.numbered_in(current_locale()), one.limit, one.is_line) for one in definition.questions)
    return section_form(asked)()


def _stamp(section: ApplicationSection | None) -> Any:
    """What a form is made from: version 0 while nobody has written this page."""
    return section or SimpleNamespace(version=0)


def _stored(definition: Section, section: ApplicationSection | None) -> dict[str, str]:
    answers = section.answers if section else {}
    return {one.key: answers.get(one.key, "") for one in definition.questions}


def _save(application: Application, definition: Section, form: SectionForm) -> ApplicationSection:
    answers = {one.key: form[one.key].data or "" for one in definition.questions}
    return applications.save_section(application, definition.key, answers, actor=actor(application), now=clock.now())


def _after(application: Application, definition: Section) -> str:
    """Where "save and go on" and "save and back to the list" lead."""
    if request.form.get("then") == "next":
        return following_url(application, definition.key)
    return url_for("applications.show", application_id=application.id)


@bp.get("/<int:application_id>/check")
@requires(GET=Permission.APPLICATION_SUBMIT)
def check(application_id: int) -> ResponseReturnValue:
    """Everything once more before it is signed off or submitted."""
    application = load(Application, application_id, Permission.APPLICATION_SUBMIT)
    applications.read(application)
    return render_template(
        "applications/check.html",
        gaps=applications.gaps(application, clock.now()),
        may_sign=_may_sign(application),
        chair=chair.full_name if (chair := associations.chair_of(application.association)) else "",
        stamp=applications.stamp_of(application),
        picture=plan_readings.picture(application),
        **_frame(application),
        **_everything(application),
    )


def _may_sign(application: Application) -> bool:
    """The chair signs; an operator records how the chair confirmed."""
    if actor(application).on_behalf_of is not None:
        return True
    return associations.is_chair(application.association, signed_in_user().person)


def _act_as_seen(
    application_id: int, permission: Permission, verb: Callable[..., object], message: str
) -> ResponseReturnValue:
    """Do what the page of the check showed, or say with a 409 that it is another application now."""

    def as_seen(application: Application, **given: Any) -> None:
        try:
            verb(application, seen=request.form.get("seen", ""), **given)
        except ChangedMeanwhileError as change:
            raise StaleForm([], url_for(".check", application_id=application_id)) from change

    return _act(application_id, permission, as_seen, message)


def _act(application_id: int, permission: Permission, verb: Callable[..., object], message: str) -> ResponseReturnValue:
    application = load(Application, application_id, permission)
    return act_on_button(
        lambda: verb(application, actor=actor(application), now=clock.now()),
        url_for("applications.show", application_id=application.id),
        message,
    )


@bp.post("/<int:application_id>/sign-off")
@requires(POST=Permission.APPLICATION_SIGN_OFF)
def sign_off(application_id: int) -> ResponseReturnValue:
    """The chair stands by the application."""
    message = gettext("The application is signed off. It is not submitted yet.")
    return _act_as_seen(application_id, Permission.APPLICATION_SIGN_OFF, applications.sign_off, message)


@bp.route("/<int:application_id>/decline", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_SIGN_OFF, POST=Permission.APPLICATION_SIGN_OFF)
def decline(application_id: int) -> ResponseReturnValue:
    """The chair gives the application back to its writers, with a reason."""
    application = load(Application, application_id, Permission.APPLICATION_SIGN_OFF)
    form, location = DeclineForm(), url_for("applications.show", application_id=application.id)
    if request.method == "GET" and not applications.has_step(application, "decline"):
        return redirect(location, 303)
    if form.validate_on_submit() and attempt(
        form,
        lambda: applications.decline(application, reason=form.reason.data, actor=actor(application), now=clock.now()),
    ):
        return finish(location, gettext("The application is given back to its writers."))
    return form_page("applications/decline.html", form, application=application)


@bp.post("/<int:application_id>/reopen")
@requires(POST=Permission.APPLICATION_WRITE)
def reopen(application_id: int) -> ResponseReturnValue:
    """Take back the sign-off to change something."""
    message = gettext("The application can be changed again. The chair signs it off anew afterwards.")
    return _act(application_id, Permission.APPLICATION_WRITE, applications.reopen, message)


@bp.post("/<int:application_id>/submit")
@requires(POST=Permission.APPLICATION_SUBMIT)
def submit(application_id: int) -> ResponseReturnValue:
    """Hand in."""
    message = gettext("The application is submitted. Print the receipt and keep it.")
    return _act_as_seen(application_id, Permission.APPLICATION_SUBMIT, applications.submit, message)


@bp.route("/<int:application_id>/withdraw", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def withdraw(application_id: int) -> ResponseReturnValue:
    """Withdraw before the decision, with a reason."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    form, location = WithdrawForm(), url_for("applications.show", application_id=application.id)
    if request.method == "GET" and not applications.has_step(application, "withdraw"):
        return redirect(location, 303)
    if form.validate_on_submit() and attempt(
        form,
        lambda: applications.withdraw(application, reason=form.reason.data, actor=actor(application), now=clock.now()),
    ):
        return finish(location, gettext("The application is withdrawn."))
    return form_page("applications/withdraw.html", form, application=application)


@bp.get("/<int:application_id>/receipt")
@requires(GET=Permission.APPLICATION_READ)
def receipt(application_id: int) -> ResponseReturnValue:
    """The paper of the latest submission."""
    application = load(Application, application_id, Permission.APPLICATION_READ)
    if not application.snapshots:
        abort(404)
    data = receipts.gather(application, application.snapshots[-1])
    return send_file(
        io.BytesIO(receipts.to_pdf(data, current_locale(), demonstration=is_demonstration())),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{application.number}.pdf",
    )
