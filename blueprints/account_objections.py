"""Objections to a changed payout account: raised, answered by finance, settled by a second person."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import account_notices, account_objections, conflicts, users
from app.services.workflow import allowed
from app.web.access import actor, load, refuse_tied, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.account_objections import AnswerObjectionForm, DisagreeForm, ObjectionForm
from models.account_objections import AccountObjection, ObjectionVerdict
from models.associations import PayoutAccount

bp = Blueprint("account_objections", __name__)
P = Permission


@bp.route("/payout-accounts/<int:account_id>/objections/new", methods=["GET", "POST"])
@requires(GET=P.ACCOUNT_OBJECTION_RAISE, POST=P.ACCOUNT_OBJECTION_RAISE)
def new(account_id: int) -> ResponseReturnValue:
    """Say that the change is wrong; nothing is paid to the account until it is settled."""
    account, form = load(PayoutAccount, account_id, P.ACCOUNT_OBJECTION_RAISE), ObjectionForm()
    who = actor(account)
    is_own = account.association_id in who.user.association_ids and who.on_behalf_of is None
    if form.validate_on_submit():
        objection = attempt(
            form,
            lambda: account_objections.raise_(
                account, said_by=form.said_by.data or "", reason=form.reason.data or "", actor=who, now=clock.now()
            ),
        )
        if objection is not None:
            location = url_for(".show", objection_id=objection.id)
            return finish(location, gettext("The objection is recorded. Nothing is paid to this account meanwhile."))
    return form_page("account_objections/new.html", form, account=account, is_own=is_own)


@bp.get("/account-objections/<int:objection_id>")
@requires(GET=P.ACCOUNT_OBJECTION_READ)
def show(objection_id: int) -> ResponseReturnValue:
    """Who objects and why, what was found, and who was told before."""
    objection = _loaded(objection_id, P.ACCOUNT_OBJECTION_READ)
    account = objection.payout_account
    people = (objection.raised_by_id, objection.answered_by_id, objection.settled_by_id)
    return render_template(
        "account_objections/show.html",
        objection=objection,
        account=account,
        actions=allowed(account_objections.TRANSITIONS, objection.status),
        problem=account_objections.obstacle(objection, signed_in_user()),
        contacts=account_notices.contacts(account),
        changes=account_notices.changes_before(account),
        names=users.names_of([one for one in people if one is not None]),
    )


def _loaded(objection_id: int, permission: Permission) -> AccountObjection:
    """The objection; refused to who judges or keeps the office and has a part in the association."""
    objection = load(AccountObjection, objection_id, permission)
    if objection.payout_account.association_id in conflicts.kept_from(signed_in_user()).association_ids:
        refuse_tied()
    return objection


@bp.route("/account-objections/<int:objection_id>/answer", methods=["GET", "POST"])
@requires(GET=P.ACCOUNT_OBJECTION_ANSWER, POST=P.ACCOUNT_OBJECTION_ANSWER)
def answer(objection_id: int) -> ResponseReturnValue:
    """A finance officer says what was found."""
    objection, form = _loaded(objection_id, P.ACCOUNT_OBJECTION_ANSWER), AnswerObjectionForm()
    form.verdict.choices = [(one.value, label_text(one)) for one in ObjectionVerdict]
    if form.validate_on_submit() and attempt(
        form,
        lambda: account_objections.answer(
            objection,
            ObjectionVerdict(form.verdict.data),
            reason=form.reason.data or "",
            actor=actor(),
            now=clock.now(),
        ),
    ):
        return finish(url_for(".show", objection_id=objection_id), gettext("Answered. A second person settles it."))
    return form_page("account_objections/answer.html", form, objection=objection)


@bp.post("/account-objections/<int:objection_id>/agree")
@requires(POST=P.ACCOUNT_OBJECTION_SETTLE)
def agree(objection_id: int) -> ResponseReturnValue:
    """The second person agrees with what finance found."""
    objection = _loaded(objection_id, P.ACCOUNT_OBJECTION_SETTLE)
    return act_on_button(
        lambda: account_objections.agree(objection, actor=actor(), now=clock.now()),
        url_for(".show", objection_id=objection_id),
        gettext("The objection is settled."),
    )


@bp.route("/account-objections/<int:objection_id>/disagree", methods=["GET", "POST"])
@requires(GET=P.ACCOUNT_OBJECTION_SETTLE, POST=P.ACCOUNT_OBJECTION_SETTLE)
def disagree(objection_id: int) -> ResponseReturnValue:
    """The second person wants finance to look once more."""
    objection, form = _loaded(objection_id, P.ACCOUNT_OBJECTION_SETTLE), DisagreeForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: account_objections.disagree(objection, reason=form.reason.data or "", actor=actor(), now=clock.now()),
    ):
        return finish(url_for(".show", objection_id=objection_id), gettext("Finance looks into it once more."))
    return form_page("account_objections/disagree.html", form, objection=objection)
