"""Signs to look at: receipts near alike over the whole programme, money that comes back; each is said to be right once.

The rules are in `sign_rules`. Only what is recorded or verified (spending: recorded or accepted) is compared: what was
refused or reversed may be recorded anew.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.localisation import N_, fold
from app.services import associations, audit, sign_rules
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import AlreadyUsedError, DomainError
from app.services.sign_rules import Circle, Paid, Received, Twins
from app.services.workflow import reason_given
from models.applications import Payer
from models.base import db, lock
from models.contributions import Contribution, ContributionKind, ContributionStatus
from models.expenditures import Expenditure, ExpenditureStatus
from models.grants import Grant
from models.signs import SignFinding, SignKind
from models.suppliers import Supplier

COUNTING = (ContributionStatus.RECORDED, ContributionStatus.VERIFIED)
PAGE = 60
_RECEIVED = (
    *(Contribution.id, Contribution.grant_id, Contribution.kind, Contribution.sender_name, Contribution.currency),
    *(Contribution.amount, Contribution.amount_kgs, Contribution.sent_on),
)
_KEYS = (SignFinding.contribution_id, SignFinding.twin_id, SignFinding.expenditure_id)
_PAID = (Expenditure.id, Expenditure.grant_id, Supplier.name_key, Expenditure.amount, Expenditure.paid_on)


@dataclass(frozen=True)
class Sign:
    """Two rows a person should look at, what they have in common, and what was said of them, if anything."""

    kind: SignKind
    contribution: Contribution
    twin: Contribution | None
    expenditure: Expenditure | None
    same_name: bool
    same_amount: bool
    finding: SignFinding | None

    @property
    def rows(self) -> list[Any]:
        """The two rows."""
        return [one for one in (self.contribution, self.twin, self.expenditure) if one is not None]


def of_contribution(contribution: Contribution) -> list[Sign]:
    """The signs a contribution has a part in; it is compared only while it counts."""
    own = _as_received(contribution)
    if contribution.status not in COUNTING:
        return []
    near = (
        Contribution.sent_on.between(own.on - sign_rules.ALIKE_WITHIN, own.on + sign_rules.ALIKE_WITHIN),
        db.or_(
            Contribution.amount_kgs == own.amount_kgs,
            db.and_(Contribution.currency == own.currency, Contribution.amount == own.amount),
        ),
    )
    pairs = [pair for other in _received(*near) if (pair := sign_rules.are_twins(own, other))]
    rounds = sign_rules.circles([own], _spent(Expenditure.grant_id == own.grant_id))
    return _signs(pairs, rounds)


def of_expenditure(expenditure: Expenditure) -> list[Sign]:
    """The circles an expenditure has a part in."""
    paid = _spent(Expenditure.id == expenditure.id)
    return _signs([], sign_rules.circles(_received(Contribution.grant_id == expenditure.grant_id), paid))


@dataclass(frozen=True)
class Listing:
    """A page of the list, how many signs nobody has looked at yet, and whether more follow."""

    rows: list[Sign]
    waiting: int
    has_more: bool


def listed(ties: Ties, page: int = 1) -> Listing:
    """The signs nobody has looked at, the newest first, then those that were; none of grants the reader is tied to.

    All contributions are compared each time (20,000 in a fraction of a second); rows are read for one page alone.
    """
    free = ties.free(Grant.association_id, Grant.application_id)
    in_sight = [Contribution.grant_id.in_(db.select(Grant.id).where(*free))] if free else []
    came = _received(*in_sight)
    found: list[Twins | Circle] = [*sign_rules.twins(came), *sign_rules.circles(came, _spent())]
    said = set(map(tuple, db.session.execute(db.select(*_KEYS))))
    found.sort(key=lambda one: _key(one) in said)
    shown = found[(page - 1) * PAGE : page * PAGE]
    signs = _signs([one for one in shown if isinstance(one, Twins)], [one for one in shown if isinstance(one, Circle)])
    waiting = sum(_key(one) not in said for one in found)
    return Listing(sorted(signs, key=lambda one: one.finding is not None), waiting, len(found) > page * PAGE)


def _key(one: Twins | Circle) -> tuple[int, int | None, int | None]:
    """As `_KEYS`: the contribution, its twin, the expenditure."""
    if isinstance(one, Twins):
        return one.later_id, one.earlier_id, None
    return one.contribution_id, None, one.expenditure_id


def find(contribution_id: int, *, twin_id: int | None = None, expenditure_id: int | None = None) -> Sign | None:
    """The sign of these two rows, if they are one today."""
    contribution = db.session.get(Contribution, contribution_id)
    signs = of_contribution(contribution) if contribution else []
    wanted = (twin_id, expenditure_id)
    return next((one for one in signs if (_id(one.twin), _id(one.expenditure)) == wanted), None)


def judge(sign: Sign, *, reason: str, actor: Actor, now: datetime) -> SignFinding:
    """Say once that a sign was looked at and nothing is wrong; who finds something wrong refuses or reverses.

    Raises `SeparationOfDutyError` for who has a part in one of the associations, `AlreadyUsedError` when it was said.
    """
    for row in sorted(sign.rows, key=lambda one: (one.__tablename__, one.id)):  # either may be looked at first
        lock(row)
        associations.must_be_free(row.grant, actor)
    text = reason_given(reason)
    known = _findings([sign.contribution.id])
    if (sign.contribution.id, _id(sign.twin), _id(sign.expenditure)) in known:
        raise AlreadyUsedError(N_("Somebody has looked at this already."))
    if find(sign.contribution.id, twin_id=_id(sign.twin), expenditure_id=_id(sign.expenditure)) is None:
        raise DomainError(N_("These two have nothing in common any more."))
    finding = SignFinding(
        contribution=sign.contribution,
        twin=sign.twin,
        expenditure=sign.expenditure,
        reason=text,
        found_by_id=actor.user_id,
        found_at=now,
    )
    db.session.add(finding)
    db.session.flush()
    audit.record(
        actor, "contribution.look_at_sign", sign.contribution, now, other=_id(sign.twin), row=_id(sign.expenditure)
    )
    return finding


def _id(row: Any) -> int | None:
    return None if row is None else row.id


def _as_received(row: Any) -> Received:
    return Received(
        id=row.id,
        grant_id=row.grant_id,
        kind=row.kind.value,
        sender=fold(row.sender_name),
        currency=row.currency,
        amount=row.amount,
        amount_kgs=row.amount_kgs,
        on=row.sent_on,
        is_cash=row.kind is not ContributionKind.IN_KIND,
    )


def _received(*conditions: Any) -> list[Received]:
    query = db.select(*_RECEIVED).where(Contribution.status.in_(COUNTING), *conditions)
    return [_as_received(row) for row in db.session.execute(query)]


def _spent(*conditions: Any) -> list[Paid]:
    counts = (Expenditure.status != ExpenditureStatus.REFUSED, Expenditure.payer != Payer.IN_KIND)
    query = db.select(*_PAID).join(Expenditure.supplier).where(*counts, *conditions)
    return [Paid(*row) for row in db.session.execute(query)]


def _signs(pairs: Iterable[Twins], rounds: Iterable[Circle]) -> list[Sign]:
    """The rows of what was found, read at once."""
    pairs, rounds = list(pairs), list(rounds)
    ids = {one for pair in pairs for one in (pair.later_id, pair.earlier_id)} | {one.contribution_id for one in rounds}
    received = _rows(Contribution, ids)
    spent = _rows(Expenditure, {one.expenditure_id for one in rounds})
    known = _findings(ids)
    signs = [
        Sign(
            SignKind.NEAR_DUPLICATE,
            received[one.later_id],
            received[one.earlier_id],
            None,
            same_name=True,
            same_amount=one.same_amount,
            finding=known.get((one.later_id, one.earlier_id, None)),
        )
        for one in pairs
    ]
    return signs + [
        Sign(
            SignKind.CIRCULAR,
            received[one.contribution_id],
            None,
            spent[one.expenditure_id],
            same_name=one.same_name,
            same_amount=one.same_amount,
            finding=known.get((one.contribution_id, None, one.expenditure_id)),
        )
        for one in rounds
    ]


BATCH = 500


def _rows(table: Any, ids: Collection[int]) -> dict[int, Any]:
    """{id: row} with the grant, its association and application; some hundred at a time."""
    whole = db.joinedload(table.grant, innerjoin=True)
    found: dict[int, Any] = {}
    for some in _batches(sorted(ids)):
        query = db.select(table).where(table.id.in_(some))
        query = query.options(
            whole.joinedload(Grant.association, innerjoin=True), whole.joinedload(Grant.application, innerjoin=True)
        )
        found |= {row.id: row for row in db.session.scalars(query)}
    return found


def _findings(contribution_ids: Collection[int]) -> dict[tuple[int, int | None, int | None], SignFinding]:
    """{(contribution, twin, expenditure): what was said} of these contributions as the later ones."""
    found: dict[tuple[int, int | None, int | None], SignFinding] = {}
    for some in _batches(sorted(contribution_ids)):
        for one in db.session.scalars(db.select(SignFinding).where(SignFinding.contribution_id.in_(some))):
            found[one.contribution_id, one.twin_id, one.expenditure_id] = one
    return found


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
