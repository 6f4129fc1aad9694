"""Account notices: telling who held office before that the payout account changes, and noting how and when."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, notifications, own_codes, payout_accounts
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from models.account_notices import AccountNotice, NoticeWay
from models.associations import PAUSE, Association, MembershipRole, PayoutAccount
from models.audit import AuditEvent
from models.base import db
from models.people import Person
from models.users import Role, User

OFFICES = (MembershipRole.CHAIR, MembershipRole.TREASURER)
"""Who is told: they sign for the association and keep its money."""
_ENTERED, _LEFT = "association.add_member", "association.end_membership"


@dataclass(frozen=True)
class Contact:
    """Somebody who held an office of the association before its account was changed."""

    person: Person
    office: MembershipRole
    notice: AccountNotice | None


@dataclass(frozen=True)
class OfficeChange:
    """Somebody came into an office, or left it, shortly before the change of account was asked for."""

    person: Person
    office: MembershipRole
    came: bool
    at: datetime


@dataclass(frozen=True)
class Told:
    """Of one change of account: who has to be told, and who came into office or left it shortly before."""

    contacts: list[Contact]
    changes: list[OfficeChange]

    @property
    def is_owed(self) -> bool:
        """Whether somebody has not been told yet."""
        return any(one.notice is None for one in self.contacts)


def of_association(association: Association) -> dict[int, Told]:
    """{account id: who is told} of the changes of account that are asked for or in force."""
    return {
        one.id: Told(contacts(one), changes_before(one))
        for one in association.payout_accounts
        if one.replaces_id is not None and (one.is_open or one.is_current)
    }


def contacts(account: PayoutAccount) -> list[Contact]:
    """Chair and treasurer as they were 72 hours before the change; those of that moment where there were none.

    The day is that of the history, not the one somebody typed for a membership.
    """
    told = {one.person_id: one for one in account.notices}
    entered, left = _history(account)
    since = account.proposed_at - PAUSE
    held = [one for office in OFFICES for one in account.association.memberships if one.role is office]
    for moment in (since, account.proposed_at):
        then = [
            Contact(one.person, one.role, told.get(one.person_id))
            for one in held
            if entered.get(one.person_id, moment) <= moment
            and (one.is_current or left.get(one.person_id, account.proposed_at) > moment)
        ]
        if then:
            return then
    return []


def changes_before(account: PayoutAccount) -> list[OfficeChange]:
    """Chairs and treasurers who came or left in the 72 hours before the change: the usual way of a takeover."""
    entered, left = _history(account)
    found = []
    for one in account.association.memberships:
        if one.role in OFFICES:
            for came, at in ((True, entered.get(one.person_id)), (False, left.get(one.person_id))):
                if at is not None and account.proposed_at - PAUSE < at <= account.proposed_at:
                    found.append(OfficeChange(one.person, one.role, came, at))
    return sorted(found, key=lambda one: one.at)


def obstacle(account: PayoutAccount, user: User) -> str | None:
    """Why this person cannot note that the change was told; None when they can. A third person tells it."""
    if account.proposed_by_id == user.id:
        return N_("You asked for this change: somebody else tells it.")
    if account.confirmed_by_id == user.id:
        return N_("You confirmed this account: somebody else tells the change.")
    return None


def record(
    account: PayoutAccount, person_id: int, way: NoticeWay, told_on: date, *, actor: Actor, now: datetime
) -> AccountNotice:
    """Note that one of the `contacts` was told. From the own account a person notes nothing but having read it.

    Raises `DomainError` for a person or a day that does not fit, `SeparationOfDutyError` for who proposed or confirmed
    the change and for an own account whose code somebody else gave out in the last day, `AlreadyUsedError` where it is
    noted already.
    """
    payout_accounts.lock_all(account.association)
    _must_wait(account)
    contact = next((one for one in contacts(account) if one.person.id == person_id), None)
    if contact is None:
        raise DomainError(N_("Choose somebody who held office before the change."), field="person")
    problem = obstacle(account, actor.user)
    if problem is not None:
        raise SeparationOfDutyError(problem)
    is_self = actor.user.person_id == person_id
    if is_self != (way is NoticeWay.SCREEN) or (actor.user.has_role(Role.MEMBER) and not is_self):
        raise SeparationOfDutyError(N_("Members note for themselves alone that they have read of the change."))
    if is_self:
        own_codes.must_be_ones_own(actor.user, now)
    if contact.notice is not None:
        raise AlreadyUsedError(N_("It is noted already that this person was told."), field="person")
    if not bishkek_day(account.proposed_at) <= told_on <= bishkek_day(now):
        raise DomainError(N_("The day must lie between the proposal of the account and today."), field="told_on")
    made = AccountNotice(
        payout_account=account,
        proposed_by_id=account.proposed_by_id,
        person=contact.person,
        way=way,
        told_on=told_on,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "account_notice.record", made, now, account=account.id, person=person_id, way=way.value)
    message = N_("It is noted that the change of the payout account of %(association)s was told to who held office.")
    payout_accounts.tell(account, notifications.holders(Role.FINANCE), message, now)
    return made


def _must_wait(account: PayoutAccount) -> None:
    if account.replaces_id is None or not (account.is_open or account.is_current):
        raise DomainError(N_("Only a change of account that is asked for or in force is told."))


def _history(account: PayoutAccount) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """When people were entered and when they left, {person id: instant}, up to the proposal of the account."""
    query = db.select(AuditEvent.action, AuditEvent.happened_at, AuditEvent.details).where(
        AuditEvent.subject == audit.subject_of(account.association),
        AuditEvent.action.in_([_ENTERED, _LEFT]),
        AuditEvent.happened_at <= account.proposed_at,
    )
    entered: dict[int, datetime] = {}
    left: dict[int, datetime] = {}
    for action, at, details in db.session.execute(query.order_by(AuditEvent.id)):
        (entered if action == _ENTERED else left)[json.loads(details)["person"]] = at
    return entered, left
