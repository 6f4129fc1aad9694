"""Associations: members, payout account and applications; an operator reaches each of the centre's in one click."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import (
    account_notices,
    application_lists,
    associations,
    calls,
    centres,
    conflicts,
    payout_accounts,
    places,
)
from app.services.application_lists import Filter, ListedApplication
from app.web.access import DictationMissingError, actor, can, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page, guard_version, in_words
from forms.associations import (
    AssociationForm,
    MemberForm,
    MoveForm,
    NewAssociationForm,
    PayoutAccountForm,
    RefusePayoutAccountForm,
)
from models.applications import Application, ApplicationStatus
from models.associations import Association, AssociationKind, Membership, MembershipRole
from models.calls import Call
from models.centres import Centre
from models.people import MigrantStatus, Sex
from models.places import Village

bp = Blueprint("associations", __name__, url_prefix="/associations")
PAGE = 60
OBJECTIONS = Permission.ACCOUNT_OBJECTION_READ


@bp.get("")
@requires(GET=Permission.ASSOCIATION_READ)
def index() -> ResponseReturnValue:
    """The associations the reader may see, in Kyrgyz order."""
    user, words = signed_in_user(), request.args.get("q", "")[:100]
    seen = policy.visible(user, Association).whereclause
    rows = associations.listed(seen, words, after_id=request.args.get("after", type=row_number), limit=PAGE)
    works: dict[int, ListedApplication] = {}
    if can(Permission.APPLICATION_WRITE):
        own = policy.visible(user, Application).whereclause
        narrowed = Filter(association_ids=frozenset(one.id for one in rows), seen=own)
        for one in application_lists.page(narrowed).rows:
            works.setdefault(one.association_id, one)
    return render_template(
        "associations/index.html",
        rows=rows,
        words=words,
        newest=works,
        following=rows[-1].id if len(rows) == PAGE else None,
        is_first="after" not in request.args,
    )


@bp.get("/<int:association_id>")
@requires(GET=Permission.ASSOCIATION_READ)
def show(association_id: int) -> ResponseReturnValue:
    """One association: members, account, applications."""
    association = load(Association, association_id, Permission.ASSOCIATION_READ)
    user, rows = signed_in_user(), []
    if can(Permission.APPLICATION_READ):
        own = Filter(
            association_ids=frozenset({association.id}),
            seen=policy.visible(user, Application).whereclause,
            with_tests=association.is_test,
            ties=conflicts.kept_from(user),
        )
        rows = application_lists.page(own).rows
    open_calls = calls.open_calls(clock.now()) if can(Permission.APPLICATION_WRITE, association) else []
    return render_template(
        "associations/show.html",
        association=association,
        applications=rows,
        open_calls=open_calls,
        bid=_bid_of(association, open_calls[0]) if len(open_calls) == 1 else None,
        user=user,
        account_changes=account_notices.of_association(association) if can(OBJECTIONS, association) else {},
    )


@bp.route("/new/<int:centre_id>", methods=["GET", "POST"])
@requires(GET=Permission.ASSOCIATION_MANAGE, POST=Permission.ASSOCIATION_MANAGE)
def new(centre_id: int) -> ResponseReturnValue:
    """Register an association at a centre."""
    centre = load(Centre, centre_id)
    there = {one.village_id for one in associations.of_centre(centre)}
    offered = {one.id: one for one in places.villages(centre.ayil_okmotu)}
    form = NewAssociationForm(kind=AssociationKind.VILLAGE.value)
    form.kind.choices = [(one.value, label_text(one)) for one in AssociationKind]
    form.village.choices = [("", gettext("Choose"))] + [
        (one.id, _with_note(one, is_taken=one.id in there)) for one in offered.values()
    ]
    if form.validate_on_submit() and (made := attempt(form, lambda: _found(form, centre, offered))):
        return finish(url_for(".show", association_id=made.id), gettext("The association is registered."))
    return form_page("associations/new.html", form, centre=centre)


def _with_note(village: Village, *, is_taken: bool) -> str:
    name = village.name(current_locale())
    return gettext("%(place)s (has an association)", place=name) if is_taken else name


def _found(form: NewAssociationForm, centre: Centre, offered: dict[int, Village]) -> Association:
    return associations.found(
        AssociationKind(form.kind.data),
        form.names(),
        ayil_okmotu=centre.ayil_okmotu,
        centre=centre,
        village=offered.get(form.village.data),
        founded_on=form.founded_on.data,
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/<int:association_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.ASSOCIATION_MANAGE, POST=Permission.ASSOCIATION_MANAGE)
def edit(association_id: int) -> ResponseReturnValue:
    """Change names and founding day."""
    association = load(Association, association_id, Permission.ASSOCIATION_MANAGE)
    location = url_for(".show", association_id=association.id)
    stored = {name: getattr(association, name) for name in ("name_ky", "name_ru", "name_en", "founded_on")}
    form, kept = AssociationForm(data=stored), AssociationForm(None, data=stored)
    guard_version(form, association, in_words(kept), location)
    if form.validate_on_submit() and attempt(form, lambda: _change(form, association)):
        return finish(location, gettext("The association is changed."))
    return form_page("associations/edit.html", form, association=association)


def _change(form: AssociationForm, association: Association) -> None:
    associations.change(association, form.names(), founded_on=form.founded_on.data, actor=actor(), now=clock.now())


@bp.route("/<int:association_id>/move", methods=["GET", "POST"])
@requires(GET=Permission.ASSOCIATION_MOVE, POST=Permission.ASSOCIATION_MOVE)
def move(association_id: int) -> ResponseReturnValue:
    """Give the association to another centre."""
    association = load(Association, association_id, Permission.ASSOCIATION_MOVE)
    location, among = url_for(".show", association_id=association.id), {one.id: one for one in centres.listed()}
    form = MoveForm()
    form.centre.choices = [("", gettext("Choose"))] + [
        (one.id, one.name(current_locale())) for one in among.values() if one.id != association.centre_id
    ]
    if form.validate_on_submit() and attempt(form, lambda: _move(form, association, among[form.centre.data])):
        return finish(location, gettext("The association belongs to the other centre now."))
    return form_page("associations/move.html", form, association=association)


def _move(form: MoveForm, association: Association, centre: Centre) -> None:
    centres.move(association, centre, reason=form.reason.data, actor=actor(), now=clock.now())


def _bid_of(association: Association, call: Call) -> ListedApplication | None:
    """The application of the association in `call`, when there is one that was not withdrawn."""
    seen = policy.visible(signed_in_user(), Application).whereclause
    narrowed = Filter(call_id=call.id, association_ids=frozenset({association.id}), seen=seen)
    found = application_lists.page(narrowed).rows
    return next((one for one in found if one.status is not ApplicationStatus.WITHDRAWN), None)


@bp.route("/<int:association_id>/members/new", methods=["GET", "POST"])
@requires(GET=Permission.MEMBER_MANAGE, POST=Permission.MEMBER_MANAGE)
def new_member(association_id: int) -> ResponseReturnValue:
    """Enter a member with an office."""
    association = load(Association, association_id, Permission.MEMBER_MANAGE)
    form = MemberForm(migrant_status=MigrantStatus.NONE.value, role=MembershipRole.MEMBER.value)
    form.role.choices = [(one.value, label_text(one)) for one in MembershipRole]
    form.sex.choices = [(one.value, label_text(one)) for one in Sex]
    form.migrant_status.choices = [(one.value, label_text(one)) for one in MigrantStatus]
    if form.validate_on_submit() and attempt(form, lambda: _enrol(association, form)):
        return finish(url_for("associations.show", association_id=association.id), gettext("The member is entered."))
    return form_page("associations/new_member.html", form, association=association)


def _enrol(association: Association, form: MemberForm) -> Membership:
    return associations.enrol(
        association,
        form.full_name.data,
        MembershipRole(form.role.data),
        sex=Sex(form.sex.data),
        birth_year=form.birth_year.data,
        phone=form.phone.data,
        migrant_status=MigrantStatus(form.migrant_status.data),
        since_on=form.since_on.data,
        actor=actor(association),
        now=clock.now(),
    )


@bp.post("/<int:association_id>/members/<int:membership_id>/end")
@requires(POST=Permission.MEMBER_MANAGE)
def end_member(association_id: int, membership_id: int) -> ResponseReturnValue:
    """The person is no member any more from today."""
    try:
        association = load(Association, association_id, Permission.MEMBER_MANAGE)
    except DictationMissingError as missing:
        missing.back = url_for(".show", association_id=association_id)
        raise
    membership, now = associations.membership_of(association, membership_id), clock.now()
    if membership is None:
        abort(404)
    return act_on_button(
        lambda: associations.end_membership(membership, on=clock.bishkek_day(now), actor=actor(association), now=now),
        url_for("associations.show", association_id=association.id),
        gettext("The membership has ended."),
    )


@bp.route("/<int:association_id>/payout-accounts/new", methods=["GET", "POST"])
@requires(GET=Permission.PAYOUT_ACCOUNT_PROPOSE, POST=Permission.PAYOUT_ACCOUNT_PROPOSE)
def new_payout_account(association_id: int) -> ResponseReturnValue:
    """Propose the account money goes to."""
    association = load(Association, association_id, Permission.PAYOUT_ACCOUNT_PROPOSE)
    form = PayoutAccountForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: payout_accounts.propose(
            association,
            bank=form.bank.data,
            number=form.number.data,
            holder=form.holder.data,
            actor=actor(association),
            now=clock.now(),
        ),
    ):
        return finish(
            url_for("associations.show", association_id=association.id),
            gettext("The account is proposed. A finance officer confirms it."),
        )
    return form_page("associations/new_payout_account.html", form, association=association)


@bp.post("/<int:association_id>/payout-accounts/<int:account_id>/confirm")
@requires(POST=Permission.PAYOUT_ACCOUNT_CONFIRM)
def confirm_payout_account(association_id: int, account_id: int) -> ResponseReturnValue:
    """A second person confirms the account."""
    association = load(Association, association_id, Permission.PAYOUT_ACCOUNT_CONFIRM)
    account = payout_accounts.account_of(association, account_id)
    if account is None:
        abort(404)
    return act_on_button(
        lambda: payout_accounts.confirm(account, actor=actor(), now=clock.now()),
        url_for("associations.show", association_id=association.id),
        gettext("The account is confirmed. Grants are paid to it from now on."),
    )


@bp.route("/<int:association_id>/payout-accounts/<int:account_id>/refuse", methods=["GET", "POST"])
@requires(GET=Permission.PAYOUT_ACCOUNT_CONFIRM, POST=Permission.PAYOUT_ACCOUNT_CONFIRM)
def refuse_payout_account(association_id: int, account_id: int) -> ResponseReturnValue:
    """Finance refuses a proposed account with a reason."""
    association = load(Association, association_id, Permission.PAYOUT_ACCOUNT_CONFIRM)
    account, form = payout_accounts.account_of(association, account_id), RefusePayoutAccountForm()
    if account is None:
        abort(404)
    if form.validate_on_submit() and attempt(
        form,
        lambda: payout_accounts.refuse(account, reason=form.reason.data or "", actor=actor(), now=clock.now()),
    ):
        location = url_for("associations.show", association_id=association.id)
        return finish(location, gettext("The proposed account is refused."))
    return form_page("associations/refuse_payout_account.html", form, association=association, account=account)
