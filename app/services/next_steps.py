"""What happens next to a grant: what, who must do it, and by when."""

from dataclasses import dataclass, replace
from datetime import date

from app.localisation import N_, LazyText, Money, lazy
from app.services import agreement_signatures, gates, grants, payments, repayments
from models.grants import Grant, GrantStatus, Tranche, TrancheStatus
from models.users import Role


@dataclass(frozen=True)
class Step:
    """One thing that waits for somebody; `who` is None when nothing waits any more.

    `tranche` is the one it is about, where it is about one.
    """

    text: LazyText
    who: Role | None = None
    due_on: date | None = None
    tranche: Tranche | None = None


_GRANT: dict[GrantStatus, Step] = {
    GrantStatus.OFFERED: Step(
        lazy(N_("The association reads the offer and accepts it. It needs a confirmed payout account.")), Role.MEMBER
    ),
    GrantStatus.ACCEPTED: Step(
        lazy(
            N_(
                "The chair signs the agreement on the screen and the secretary countersigns it; or it is printed, "
                "signed by both sides and scanned, and finance enters the scan."
            )
        ),
        Role.MEMBER,
    ),
    GrantStatus.COMPLETED: Step(lazy(N_("Everything is paid, accounted for, visited and verified. Nothing waits."))),
    GrantStatus.CLOSED: Step(lazy(N_("The grant is closed. Nothing waits."))),
    GrantStatus.TERMINATED: Step(lazy(N_("The grant was ended early. Nothing waits."))),
}
_PAYMENT: dict[TrancheStatus, tuple[str, Role]] = {
    TrancheStatus.REQUESTED: (N_("Finance prepares the payment of tranche %(number)s: %(amount)s."), Role.FINANCE),
    TrancheStatus.PREPARED: (
        N_("Another finance officer approves the payment of tranche %(number)s: %(amount)s."),
        Role.FINANCE,
    ),
    TrancheStatus.APPROVED: (
        N_("Finance sends the money of tranche %(number)s and enters the bank's reference: %(amount)s."),
        Role.FINANCE,
    ),
    TrancheStatus.RELEASED: (
        N_("The association looks at its account and confirms that tranche %(number)s arrived: %(amount)s."),
        Role.MEMBER,
    ),
    TrancheStatus.CONFIRMED: (
        N_("The association spends tranche %(number)s and records each document; finance accepts the lines."),
        Role.MEMBER,
    ),
}


def step_of(grant: Grant) -> Step:
    """The next thing that keeps the grant from going on."""
    if grant.status is GrantStatus.SUSPENDED:
        reason = grants.suspension_reason(grant.suspended_reason)
        if grant.suspended_reason == grants.NO_LONGER_CARRIES:
            brings = N_(
                "Money is kept back: %(reason)s The association records what is missing, then finance lets it go on."
            )
            return Step(lazy(brings, reason=reason), Role.MEMBER)
        text = lazy(N_("Money is kept back: %(reason)s Finance lets the grant go on."), reason=reason)
        return Step(text, Role.FINANCE)
    if grant.status is GrantStatus.TERMINATED and (unspent := repayments.unspent(grant)):
        back = N_("The grant was ended early. The association pays %(amount)s back.")
        return Step(lazy(back, amount=Money(unspent)), Role.MEMBER)
    if grant.status is GrantStatus.ACCEPTED and agreement_signatures.of(grant.agreement):
        text = lazy(N_("The chair has signed the agreement on the screen: the secretary countersigns it."))
        return Step(text, Role.SECRETARY)
    if grant.status is not GrantStatus.ACTIVE:
        return _GRANT[grant.status]
    if grant.change_unsigned:
        return _signing(grant)
    tranche = next((one for one in grant.tranches if not one.is_settled), None)
    if tranche is None:
        text = lazy(N_("Every tranche is accounted for. After a visit and a verified result the grant is completed."))
        return Step(text, Role.MONITOR, grant.ends_on)
    return replace(step_of_tranche(tranche), tranche=tranche)


def _signing(grant: Grant) -> Step:
    """A change of the agreement waits for its signatures."""
    if agreement_signatures.of(grant.agreement):
        text = N_("The chair has signed the change of the agreement on the screen: the secretary countersigns it.")
        return Step(lazy(text), Role.SECRETARY)
    text = N_(
        "The chair signs the change of the agreement on the screen and the secretary countersigns it; or finance "
        "enters the paper signed by both sides. No more is paid before."
    )
    return Step(lazy(text), Role.MEMBER)


def step_of_tranche(tranche: Tranche) -> Step:
    """The next step of one tranche."""
    number, amount = tranche.sequence, Money(tranche.amount)
    if tranche.status is TrancheStatus.APPROVED and (payment := payments.live(tranche)) is not None:
        listed = N_("Tranche %(number)s stands on the list %(list)s for the bank: %(amount)s.")
        return Step(lazy(listed, number=number, list=payment.batch.number, amount=amount), Role.FINANCE)
    if tranche.status in _PAYMENT:
        text, who = _PAYMENT[tranche.status]
        return Step(lazy(text, number=number, amount=amount), who)  # the planned day binds only who may request
    if tranche.status is TrancheStatus.ACCOUNTED:
        return Step(lazy(N_("This tranche is accounted for. Nothing waits.")))
    if tranche.status is TrancheStatus.DROPPED:
        return Step(lazy(N_("Nothing is left of this tranche: the grant was reduced.")))
    if not gates.is_open(tranche):
        closed = N_("Tranche %(number)s of %(amount)s opens when every condition below is met.")
        return Step(lazy(closed, number=number, amount=amount), Role.MEMBER)
    ready = N_("Tranche %(number)s can be requested: %(amount)s.")
    return Step(lazy(ready, number=number, amount=amount), Role.MEMBER, tranche.due_on)
