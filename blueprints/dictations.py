"""Writing on behalf: an operator says who dictates, prints the receipt, and somebody of the association confirms."""

import io

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import audit_texts, clock, policy
from app.labels import label_text
from app.localisation import N_, current_locale, gettext
from app.policy import Permission
from app.services import (
    applications,
    associations,
    audit_subjects,
    conflicts,
    dictated_parts,
    dictations,
    documents,
    own_codes,
    users,
)
from app.services.dictated_parts import Dictated
from app.services.dictations import Confirmation
from app.services.errors import ChangedMeanwhileError, DomainError, IncompleteError
from app.services.sign_in_attempts import TooManyAttemptsError
from app.services.users import SignInRefusedError
from app.web.access import (
    actor,
    can,
    load,
    may_see_names,
    own_address,
    refuse_tied,
    requires,
    row_number,
    signed_in_user,
    takes_upload,
)
from app.web.presentation import is_demonstration
from app.web.submissions import (
    StaleForm,
    act_on_button,
    attempt,
    commit,
    finish,
    form_page,
    has_upload,
    sent_upload,
    uploads,
)
from forms.dictations import ChairForm, DictationForm, OwnCodeForm, SignedPaperForm
from models.applications import Application
from models.associations import Association, Membership
from models.base import reading
from models.dictations import ON_PAPER, ConfirmationWay, Dictation
from models.documents import StoredFile
from models.people import Person
from models.users import User
from reports import dictations as receipts
from reports import paper_forms

bp = Blueprint("dictations", __name__)


@bp.get("/dictations")
@requires(GET=Permission.DICTATION_READ)
def index() -> ResponseReturnValue:
    """What was written on behalf of the associations one sees, the newest first."""
    seen = policy.visible(signed_in_user(), Dictation).whereclause
    unconfirmed = "all" not in request.args
    rows = dictations.listed(seen, conflicts.kept_from(signed_in_user()), only_unconfirmed=unconfirmed)
    return render_template("dictations/index.html", rows=rows, counts=dictations.counts(rows), unconfirmed=unconfirmed)


@bp.route("/dictations/new", methods=["GET", "POST"])
@requires(GET=Permission.DICTATION_MANAGE, POST=Permission.DICTATION_MANAGE)
def new() -> ResponseReturnValue:
    """I am writing for this association; this person dictates."""
    row_id = request.args.get("association_id", type=row_number)
    association = load(Association, row_id or 0, Permission.DICTATION_MANAGE)
    form = DictationForm(next=request.args.get("next", ""))
    people = {held.person_id: held for held in association.memberships if held.is_current}
    _offer(form, people)
    if form.validate_on_submit() and attempt(
        form,
        lambda: dictations.begin(
            association,
            dictated_by=people[form.member.data].person if form.member.data else None,
            name=form.name.data or "",
            actor=actor(association),
            now=clock.now(),
        ),
    ):
        return finish(own_address(form.next.data), gettext("You can write now. End it when you are done."))
    return form_page("dictations/new.html", form, association=association)


def _offer(form: DictationForm, people: dict[int, Membership]) -> None:
    form.member.choices = [
        ("", gettext("Choose")),
        *((id_, f"{held.person.full_name} · {label_text(held.role)}") for id_, held in people.items()),
        (0, gettext("Somebody else")),
    ]
    form.member.flags.optional = None  # one of the two fields is needed


@bp.get("/dictations/<int:dictation_id>")
@requires(GET=Permission.DICTATION_READ)
def show(dictation_id: int) -> ResponseReturnValue:
    """Who dictated, typed and confirmed, and everything that was written."""
    dictation = _load(dictation_id, Permission.DICTATION_READ)
    return render_template(
        "dictations/show.html",
        dictation=dictation,
        acts=_in_words(dictation),
        written_about=audit_subjects.names_of(dictations.acts(dictation), current_locale()),
        seen=dictations.stamp_of(dictation),
        is_typist=dictation.typed_by_id == signed_in_user().id and can(Permission.DICTATION_MANAGE, dictation),
        may_collect=can(Permission.DICTATION_MANAGE, dictation),
        may_confirm=can(Permission.DICTATION_CONFIRM, dictation),
    )


def _in_words(dictation: Dictation) -> list[receipts.Act]:
    return [
        receipts.Act(one.happened_at, audit_texts.action_text(one), tuple(audit_texts.details_of(one)))
        for one in dictations.acts(dictation)
    ]


def _own(dictation_id: int) -> Dictation:
    """A session of this operator's own."""
    dictation = _load(dictation_id, Permission.DICTATION_MANAGE)
    if dictation.typed_by_id != signed_in_user().id:
        abort(403)
    return dictation


@bp.post("/dictations/<int:dictation_id>/end")
@requires(POST=Permission.DICTATION_MANAGE)
def end(dictation_id: int) -> ResponseReturnValue:
    """Nothing more is written at this person's word."""
    dictation = _own(dictation_id)
    return act_on_button(
        lambda: dictations.end(dictation, actor=actor(dictation), now=clock.now()),
        url_for(".show", dictation_id=dictation_id),
        gettext("Ended. Now somebody of the association confirms what you wrote."),
    )


@bp.post("/dictations/<int:dictation_id>/approve")
@requires(POST=Permission.DICTATION_CONFIRM)
def approve(dictation_id: int) -> ResponseReturnValue:
    """A member confirms in the own account."""
    dictation = _load(dictation_id, Permission.DICTATION_CONFIRM)
    confirmation = Confirmation(signed_in_user().person, ConfirmationWay.OWN_ACCOUNT)
    return act_on_button(
        lambda: _confirm(dictation, confirmation, request.form.get("seen", "")),
        url_for(".show", dictation_id=dictation_id),
        gettext("You have confirmed what the centre wrote."),
    )


@bp.route("/dictations/<int:dictation_id>/confirm", methods=["GET", "POST"])
@requires(GET=Permission.DICTATION_MANAGE, POST=Permission.DICTATION_MANAGE)
def confirm(dictation_id: int) -> ResponseReturnValue:
    """The member types the own code on the screen of any operator of the centre."""
    dictation = _load(dictation_id, Permission.DICTATION_MANAGE)
    form = OwnCodeForm(seen=dictations.stamp_of(dictation))
    accounts = {one.id: one for one in dictations.members_with_code(dictation.association)}
    form.member.choices = [(id_, one.display_name) for id_, one in accounts.items()]
    if form.validate_on_submit() and _is_proven(form, accounts[form.member.data]):
        confirmation = Confirmation(accounts[form.member.data].person, ConfirmationWay.OWN_CODE)
        if attempt(form, lambda: _confirm(dictation, confirmation, form.seen.data or "")):
            return finish(url_for(".show", dictation_id=dictation_id), gettext("It is confirmed."))
    return form_page("dictations/confirm.html", form, dictation=dictation, acts=_in_words(dictation))


def _confirm(dictation: Dictation, confirmation: Confirmation, seen: str) -> None:
    try:
        dictations.confirm(dictation, confirmation, actor=actor(dictation), now=clock.now(), seen=seen)
    except ChangedMeanwhileError as change:
        raise StaleForm([], url_for(".show", dictation_id=dictation.id)) from change


def _is_proven(form: OwnCodeForm | ChairForm, user: User) -> bool:
    """Whether the code is that of `user`. No transaction is open while it is checked; a wrong one counts."""
    now, address = clock.now(), request.remote_addr or ""
    try:
        with reading():
            held = own_codes.hash_to_check(user, address=address, now=now)
        check = users.check_password(held, form.password.data or "")
        own_codes.prove(user, check, address=address, now=now)
    except (SignInRefusedError, TooManyAttemptsError) as refusal:
        commit()  # the failed attempt counts
        form.refuse("password", str(refusal))
        return False
    except DomainError as refusal:
        form.refuse(refusal.field, str(refusal))
        return False
    return True


@bp.route("/dictations/<int:dictation_id>/attach", methods=["GET", "POST"])
@requires(GET=Permission.DICTATION_MANAGE, POST=Permission.DICTATION_MANAGE)
@takes_upload
def attach(dictation_id: int) -> ResponseReturnValue:
    """The receipt with signature or thumbprint, scanned by any operator of the centre."""
    dictation = _load(dictation_id, Permission.DICTATION_MANAGE)
    form = SignedPaperForm(seen=dictations.stamp_of(dictation))
    people = {held.person_id: held.person for held in dictation.association.memberships if held.is_current}
    form.member.choices = [(id_, one.full_name) for id_, one in people.items()]
    form.way.choices = _ways_on_paper()
    if form.validate_on_submit() and attempt(
        form, lambda: _confirm(dictation, _on_paper(people[form.member.data], form), form.seen.data or "")
    ):
        return finish(url_for(".show", dictation_id=dictation_id), gettext("It is confirmed."))
    return form_page("dictations/attach.html", form, dictation=dictation)


def _ways_on_paper() -> list[tuple[str, str]]:
    return [(one.value, label_text(one)) for one in ConfirmationWay if one in ON_PAPER]


def _on_paper(person: Person, form: SignedPaperForm) -> Confirmation:
    return Confirmation(person, ConfirmationWay(form.way.data), _stored(), form.receipt.data)


def _stored() -> StoredFile | None:
    return documents.store(sent_upload(), storage=uploads(), now=clock.now()) if has_upload() else None


@bp.get("/dictations/<int:dictation_id>/receipt.pdf")
@requires(GET=Permission.DICTATION_READ)
def receipt(dictation_id: int) -> ResponseReturnValue:
    """What was written, to be read aloud and signed."""
    dictation = _load(dictation_id, Permission.DICTATION_READ)
    content = receipts.to_pdf(_written(dictation), current_locale(), demonstration=is_demonstration())
    name = f"receipt-{dictation_id}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _load(dictation_id: int, permission: Permission) -> Dictation:
    """The row; 403 for who judges or keeps the office, and has a tie to the applicant it was written for."""
    dictation = load(Dictation, dictation_id, permission)
    if dictations.is_closed(dictation, conflicts.kept_from(signed_in_user())):
        refuse_tied()
    return dictation


def _dictated(dictation: Dictation) -> list[Dictated]:
    return dictated_parts.of(dictations.acts(dictation))


def _written(dictation: Dictation) -> receipts.DictationData:
    now = clock.now()
    written = [
        (paper_forms.gather_written(one.application, one.parts, now, shows_names=may_see_names(one.application)),
         applications.stamp_of(one.application))
        for one in _dictated(dictation)
    ]  # fmt: skip
    return receipts.gather(dictation, dictations.receipt_number(dictation), _in_words(dictation), written, now)


@bp.get("/dictations/<int:dictation_id>/scan")
@requires(GET=Permission.DICTATION_READ)
def scan(dictation_id: int) -> ResponseReturnValue:
    """The signed receipt."""
    dictation = _load(dictation_id, Permission.DICTATION_READ)
    if dictation.file is None or not (path := documents.path_of(dictation.file, uploads())).exists():
        abort(404)
    name = documents.clean_filename(f"receipt-{dictation_id}", dictation.file.media_type)
    return send_file(path, mimetype=dictation.file.media_type, as_attachment=True, download_name=name)


@bp.route("/applications/<int:application_id>/sign-off-for-the-chair", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_SIGN_OFF, POST=Permission.APPLICATION_SIGN_OFF)
@takes_upload
def sign_off(application_id: int) -> ResponseReturnValue:
    """The chair confirms at the operator's screen, or on paper; what the centre wrote is confirmed with it."""
    application = load(Application, application_id, Permission.APPLICATION_SIGN_OFF)
    chair, form = associations.chair_of(application.association), ChairForm(seen=applications.stamp_of(application))
    if actor(application).on_behalf_of is None or chair is None:
        return redirect(url_for("applications.check", application_id=application_id), 303)
    account = own_codes.account_of(chair)
    by_code = [(ConfirmationWay.OWN_CODE.value, label_text(ConfirmationWay.OWN_CODE))] if account else []
    form.way.choices = by_code + _ways_on_paper()
    is_proven = form.validate_on_submit() and (not form.is_by_code or bool(account and _is_proven(form, account)))
    if is_proven and attempt(form, lambda: _sign_off(application, chair, form)):
        location = url_for("applications.show", application_id=application_id)
        return finish(location, gettext("The application is signed off. It is not submitted yet."))
    return form_page("dictations/sign_off.html", form, application=application, chair=chair, has_account=bool(account))


def _sign_off(application: Application, chair: Person, form: ChairForm) -> None:
    way = ConfirmationWay(form.way.data)
    if way in ON_PAPER and not has_upload():
        raise IncompleteError(N_("Choose a file."), field="upload")
    confirmation = Confirmation(chair, way, *((_stored(), form.receipt.data) if way in ON_PAPER else ()))
    try:
        applications.sign_off(
            application,
            seen=form.seen.data,
            confirmation=confirmation,
            actor=actor(application),
            now=clock.now(),
        )
    except ChangedMeanwhileError as change:
        location = url_for("applications.check", application_id=application.id)
        raise StaleForm([], location) from change
