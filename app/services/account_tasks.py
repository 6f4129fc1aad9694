"""What waits for somebody about changed payout accounts: to be told, to be looked into, to be settled."""

from collections.abc import Iterable
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import account_objections, conflicts
from app.services.desk_tasks import Task
from models.account_notices import AccountNotice
from models.account_objections import AccountObjection, AccountObjectionStatus
from models.associations import PAUSE, Association, PayoutAccount
from models.base import db
from models.users import Role, User

MOST = 60


def of(user: User) -> list[Task]:
    """Of the own centre and, for who pays, of all; no objection about an association the person has a tie to."""
    found: list[Task] = []
    if user.centre_ids or user.has_role(Role.FINANCE):
        found += [_tell(one) for one in _untold(user)]
    if user.has_role(*account_objections.SETTLING):
        kept = conflicts.ties_of(user).association_ids
        found += [
            _objection(text, one) for text, one in _objections(user) if one.payout_account.association_id not in kept
        ]
    return found


def _untold(user: User) -> Iterable[PayoutAccount]:
    query = (
        db.select(PayoutAccount)
        .join(PayoutAccount.association)
        .where(
            PayoutAccount.replaces_id.is_not(None),
            PayoutAccount.closed_at.is_(None),
            PayoutAccount.proposed_by_id != user.id,
            PayoutAccount.confirmed_by_id.is_distinct_from(user.id),
            ~db.select(AccountNotice.id).where(AccountNotice.payout_account_id == PayoutAccount.id).exists(),
        )
        .options(db.contains_eager(PayoutAccount.association))
        .order_by(PayoutAccount.id)
        .limit(MOST)
    )
    if not user.has_role(Role.FINANCE):
        query = query.where(Association.centre_id.in_(user.centre_ids))
    return db.session.scalars(query)


def _objections(user: User) -> Iterable[tuple[str, AccountObjection]]:
    if user.has_role(Role.FINANCE):
        for one in account_objections.waiting(AccountObjectionStatus.OPEN):
            yield N_("Look into an objection to a payout account"), one
    for one in account_objections.waiting(AccountObjectionStatus.ANSWERED):
        if account_objections.obstacle(one, user) is None:
            yield N_("Settle an objection to a payout account"), one


def _tell(one: PayoutAccount) -> Task:
    subject, until = one.association.name(current_locale()), _soon(one.confirmed_at or one.proposed_at)
    text = N_("Tell who held office before that the payout account changes")
    return Task(text, subject, "account_notices.new", {"account_id": one.id}, until)


def _objection(text: str, one: AccountObjection) -> Task:
    subject, until = one.association.name(current_locale()), _soon(one.raised_at)
    return Task(text, subject, "account_objections.show", {"objection_id": one.id}, until)


def _soon(since: datetime) -> date:
    return bishkek_day(since + PAUSE)
