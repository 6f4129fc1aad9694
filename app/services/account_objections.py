"""Account objections: raised by who was told of a change, answered by finance, settled by a second person."""

from collections.abc import Mapping
from datetime import datetime

from app.localisation import N_
from app.services import associations, audit, conflicts, notifications, payout_accounts
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.account_objections import AccountObjection, AccountObjectionStatus, ObjectionVerdict
from models.associations import PayoutAccount
from models.base import db, lock
from models.users import Role, User

S, V = AccountObjectionStatus, ObjectionVerdict
_SECOND = N_("Another finance officer, council secretary or chair")
TRANSITIONS: Mapping[tuple[AccountObjectionStatus, str], Transition] = {
    (S.OPEN, "answer"): Transition(S.ANSWERED, N_("Finance officer"), N_("reason given")),
    (S.ANSWERED, "dismiss"): Transition(
        S.DISMISSED, _SECOND, N_("finance would dismiss it; not who answered, proposed or confirmed the account")
    ),
    (S.ANSWERED, "uphold"): Transition(
        S.UPHELD, _SECOND, N_("finance would uphold it; not who answered, proposed or confirmed the account")
    ),
    (S.ANSWERED, "disagree"): Transition(S.OPEN, _SECOND, N_("reason given")),
}
SETTLING = (Role.FINANCE, Role.SECRETARY, Role.COUNCIL_CHAIR)


def raise_(account: PayoutAccount, *, said_by: str, reason: str, actor: Actor, now: datetime) -> AccountObjection:
    """Object to a change of account: it is held until two people have settled it.

    A member objects in the own name; an operator or a finance officer writes down who said it (`said_by`).
    Raises `IncompleteError` without either, `AlreadyUsedError` while another objection waits.
    """
    payout_accounts.lock_all(account.association)
    if account.replaces_id is None or not (account.is_open or account.is_current):
        raise DomainError(N_("Only a change of account that is asked for or in force can be objected to."))
    if account.open_objection is not None:
        raise AlreadyUsedError(N_("An objection to this account waits to be settled already."))
    if account.association_id in actor.user.association_ids and actor.on_behalf_of is None:
        said_by = actor.user.display_name
    if not said_by.strip():
        raise IncompleteError(N_("Write who objects."), field="said_by")
    made = AccountObjection(
        payout_account=account,
        said_by=said_by.strip(),
        reason=reason_given(reason),
        raised_by_id=actor.user_id,
        raised_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "account_objection.raise", made, now, account=account.id)
    message = N_("Somebody objects to the changed payout account of %(association)s: nothing is paid to it meanwhile.")
    payout_accounts.tell(account, notifications.holders(Role.FINANCE), message, now)
    return made


def answer(objection: AccountObjection, verdict: ObjectionVerdict, *, reason: str, actor: Actor, now: datetime) -> None:
    """A finance officer says what was found and how it should end; a second person decides.

    Raises `SeparationOfDutyError` for who has a part in the association.
    """
    _lock(objection)
    status = target(TRANSITIONS, objection.status, "answer")
    _must_be_free(objection, actor)
    objection.verdict, objection.answer = verdict, reason_given(reason, ASSOCIATION_READS_REASON)
    objection.answered_by_id, objection.answered_at, objection.status = actor.user_id, now, status
    db.session.flush()
    account = objection.payout_account
    audit.record(actor, "account_objection.answer", objection, now, account=account.id, verdict=verdict.value)
    message = N_("An objection to the payout account of %(association)s is answered: a second person settles it.")
    people = {one for role in SETTLING for one in notifications.holders(role)} - {actor.user_id}
    notifications.tell(people, message, objection, now, association={"name": account.association.names})


def agree(objection: AccountObjection, *, actor: Actor, now: datetime) -> None:
    """The second person agrees: dismissed, the pause of the account starts anew; upheld, the account before it stays.

    Raises `SeparationOfDutyError` as `obstacle`, and for who has a part in the association.
    """
    _lock(objection)
    account, is_upheld = objection.payout_account, objection.verdict is V.UPHOLD
    status = target(TRANSITIONS, objection.status, "uphold" if is_upheld else "dismiss")
    _must_settle(objection, actor)
    objection.status, objection.settled_by_id, objection.settled_at = status, actor.user_id, now
    db.session.flush()
    if is_upheld:
        audit.record(actor, "account_objection.uphold", objection, now, account=account.id)
        payout_accounts.take_back(account, actor=actor, now=now)
        message = N_("The objection was right: the payout account of %(association)s stays the one it was. %(reason)s")
    else:
        audit.record(actor, "account_objection.dismiss", objection, now, account=account.id)
        if account.confirmed_at is not None:
            account.pause_since = now
            db.session.flush()
        message = N_(
            "The objection to the payout account of %(association)s is dismissed; its 72 hours begin anew: %(reason)s"
        )
    payout_accounts.tell(account, notifications.holders(Role.FINANCE), message, now, reason=objection.answer)


def disagree(objection: AccountObjection, *, reason: str, actor: Actor, now: datetime) -> None:
    """The second person does not agree: finance looks into it once more; the account stays held."""
    _lock(objection)
    status = target(TRANSITIONS, objection.status, "disagree")
    _must_settle(objection, actor)
    reason = reason_given(reason)
    before = objection.answered_by_id
    objection.verdict = objection.answered_by_id = objection.answered_at = None
    objection.answer, objection.status = "", status
    db.session.flush()
    account = objection.payout_account
    audit.record(actor, "account_objection.disagree", objection, now, account=account.id, reason=reason)
    message = N_("The answer to an objection at %(association)s came back: %(reason)s")
    people = {*notifications.holders(Role.FINANCE), *([before] if before else [])}
    names = {"name": account.association.names}
    notifications.tell(people, message, objection, now, association=names, reason=reason)


def obstacle(objection: AccountObjection, user: User) -> str | None:
    """Why `user` cannot settle it as the second person (an English message id); None when they can."""
    account = objection.payout_account
    if user.id == objection.answered_by_id:
        return N_("You answered this objection: another person settles it.")
    if user.id in (account.proposed_by_id, account.confirmed_by_id):
        return N_("You proposed or confirmed this account: another person settles the objection.")
    return None


def waiting(*states: AccountObjectionStatus) -> list[AccountObjection]:
    """Those in one of these states, the oldest first."""
    query = db.select(AccountObjection).where(AccountObjection.status.in_(states)).order_by(AccountObjection.id)
    return list(db.session.scalars(query.limit(60)))


def _lock(objection: AccountObjection) -> None:
    payout_accounts.lock_all(objection.association)
    lock(objection)


def _must_settle(objection: AccountObjection, actor: Actor) -> None:
    problem = obstacle(objection, actor.user)
    if problem is not None:
        raise SeparationOfDutyError(problem)
    _must_be_free(objection, actor)


def _must_be_free(objection: AccountObjection, actor: Actor) -> None:
    associations.must_not_act_for(objection.association, actor)
    if objection.payout_account.association_id in conflicts.ties_of(actor.user).association_ids:
        raise SeparationOfDutyError(N_("You have a part in this association: another person settles the objection."))
