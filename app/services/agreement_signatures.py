"""Signing the agreement: on the screen by the chair and then the programme, or on the paper that finance enters.

A change of the agreement is signed in the same way: until both sides have, it keeps further money back.
"""

from datetime import date, datetime
from pathlib import Path

from app.clock import bishkek_day
from app.localisation import N_
from app.services import associations, audit, documents, grants, notifications, own_codes, user_accounts
from app.services.actors import Actor
from app.services.associations import is_chair
from app.services.documents import Upload
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.agreement_signatures import AgreementSignature, SigningSide
from models.agreements import Agreement
from models.base import db, lock
from models.documents import DocumentKind
from models.grant_amendments import GrantAmendment
from models.grants import Grant, GrantStatus
from models.users import Role, User


def sign(grant: Grant, *, seen: str, actor: Actor, now: datetime) -> AgreementSignature:
    """The chair of the association signs on the screen, from the own account; the programme is told.

    `seen` is the hash of the version the chair was shown. The edge asks for the code of the account anew. Raises
    `IncompleteError` where a newer version has come, `SeparationOfDutyError` for anybody else, and for an account
    whose code somebody else gave out in the last day: the paper is left then.
    """
    agreement = _to_sign(grant, seen)
    if actor.on_behalf_of is not None or not is_chair(grant.association, actor.user.person):
        raise SeparationOfDutyError(N_("Only the chair of the association signs the agreement."))
    own_codes.must_be_ones_own(actor.user, now)
    if of(agreement):
        raise AlreadyUsedError(N_("The agreement is signed for the association already."))
    made = _keep(
        agreement, SigningSide.ASSOCIATION, actor.user.display_name, bishkek_day(now), actor, now, on_screen=True
    )
    audit.record(actor, "grant.sign", grant, now, sha256=agreement.sha256)
    message = (
        N_("The chair has signed the change of the agreement of %(number)s on the screen: the programme countersigns.")
        if grant.change_unsigned
        else N_("The chair has signed the agreement of %(number)s on the screen: the programme countersigns.")
    )
    notifications.tell_holders(Role.SECRETARY, grant, message, now)
    return made


def countersign(grant: Grant, *, seen: str, actor: Actor, now: datetime) -> AgreementSignature:
    """The programme signs after the chair: the grant is active, or its change is signed; both sides are told.

    Raises `IncompleteError` before the chair has signed on the screen and for another version than the one `seen`,
    `SeparationOfDutyError` for who offered the grant, belongs to the association or has a tie to it.
    """
    agreement = _to_sign(grant, seen)
    if not of(agreement):
        raise IncompleteError(N_("First the chair of the association signs on the screen."))
    problem = obstacle(grant, actor.user)
    if problem is not None:
        raise SeparationOfDutyError(problem)
    associations.must_be_free(grant, actor)
    made = _keep(
        agreement, SigningSide.PROGRAMME, actor.user.display_name, bishkek_day(now), actor, now, on_screen=True
    )
    audit.record(actor, "grant.countersign", grant, now, sha256=agreement.sha256)
    _take_effect(grant, actor, now)
    return made


def record_paper(
    grant: Grant,
    upload: Upload,
    *,
    seen: str,
    association: str,
    programme: str,
    signed_on: date,
    storage: Path,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the scan of the signed paper, who signed it for each side, and on which day.

    Raises `AlreadyUsedError` once the chair has signed on the screen, `DomainError` for a day before the acceptance,
    or before the change was agreed, `IncompleteError` for another version than the one `seen`, `UploadRefusedError`.
    Who offered the grant, or asked for the change, does not enter it: nobody makes an agreement alone.
    """
    user_accounts.must_not_be_reset(actor, now)
    agreement = _to_sign(grant, seen)
    problem = paper_obstacle(grant, actor.user)
    if problem is not None:
        raise SeparationOfDutyError(problem)
    associations.must_be_free(grant, actor)
    if of(agreement):
        raise AlreadyUsedError(N_("The chair has signed on the screen: the programme countersigns there."))
    if not bishkek_day(agreement.made_at) <= signed_on <= bishkek_day(now):
        raise DomainError(N_("The day must lie between the day of the agreement and today."), field="signed_on")
    for side, name, field in (
        (SigningSide.ASSOCIATION, association.strip(), "association_signer"),
        (SigningSide.PROGRAMME, programme.strip(), "programme_signer"),
    ):
        if not name:
            raise IncompleteError(N_("Write who signed the paper."), field=field)
        _keep(agreement, side, name, signed_on, actor, now, on_screen=False)
    documents.attach(grant, DocumentKind.SIGNED_AGREEMENT, upload, storage=storage, actor=actor, now=now)
    _take_effect(grant, actor, now)


def _take_effect(grant: Grant, actor: Actor, now: datetime) -> None:
    """Both sides have signed: the grant runs, or its change keeps nothing back any more."""
    if grant.status is GrantStatus.ACCEPTED:
        notifications.tell_holders(Role.FINANCE, grant, N_("The agreement of %(number)s is signed by both sides."), now)
        grants.activate(grant, actor=actor, now=now)
        return
    grant.change_unsigned = False
    db.session.flush()
    audit.record(actor, "grant.sign_change", grant, now, amended=len(grant.agreements))
    message = N_("The change of the agreement of %(number)s is signed by both sides.")
    notifications.tell_association(grant, message, now)
    notifications.tell_holders(Role.FINANCE, grant, message, now)


def of(agreement: Agreement | None) -> list[AgreementSignature]:
    """Those of one version, the association's first."""
    if agreement is None:
        return []
    query = db.select(AgreementSignature).where(AgreementSignature.agreement_id == agreement.id)
    return list(db.session.scalars(query.order_by(AgreementSignature.id)))


def of_grant(grant: Grant) -> list[tuple[int, AgreementSignature]]:
    """Every signature with the version of the agreement it stands under, in the order they were made."""
    query = db.select(Agreement.sequence, AgreementSignature).join(
        Agreement, Agreement.id == AgreementSignature.agreement_id
    )
    found = db.session.execute(query.where(Agreement.grant_id == grant.id).order_by(AgreementSignature.id))
    return [(sequence, one) for sequence, one in found]


def on_screen(grant: Grant, sequence: int | None = None) -> list[tuple[str, str, date]]:
    """Who signed the version in force, or that one, on the screen: side, name and day, for its paper."""
    agreement = next((one for one in grant.agreements if one.sequence == sequence), grant.agreement)
    return [(one.side.value, one.name, one.signed_on) for one in of(agreement) if one.is_on_screen]


def obstacle(grant: Grant, user: User) -> str | None:
    """Why `user` cannot countersign (an English message id); None when they can."""
    if grant.offered_by_id == user.id:
        return N_("You offered this grant: another person countersigns.")
    return None


def paper_obstacle(grant: Grant, user: User) -> str | None:
    """Why `user` cannot enter the signed paper (an English message id); None when they can."""
    if not grant.change_unsigned:
        return (
            N_("You offered this grant: another person enters the paper.") if grant.offered_by_id == user.id else None
        )
    asked = db.select(GrantAmendment.proposed_by_id).where(GrantAmendment.agreement == grant.agreement)
    if db.session.scalar(asked) == user.id:
        return N_("You asked for this change: another person enters the paper.")
    return None


def is_due(grant: Grant) -> bool:
    """Whether the newest version of the agreement waits for signatures: the accepted one, or one that changes it."""
    return grant.status is GrantStatus.ACCEPTED or (grant.is_running and grant.change_unsigned)


def _to_sign(grant: Grant, seen: str) -> Agreement:
    lock(grant)
    if not is_due(grant) or grant.agreement is None:
        raise DomainError(N_("Each version of the agreement is signed once: nothing waits for signatures."))
    if grant.agreement.sha256 != seen:
        raise IncompleteError(N_("The agreement has a newer version than the one you opened: read it before you sign."))
    return grant.agreement


def _keep(
    agreement: Agreement, side: SigningSide, name: str, day: date, actor: Actor, now: datetime, *, on_screen: bool
) -> AgreementSignature:
    made = AgreementSignature(
        agreement_id=agreement.id,
        side=side,
        name=name,
        user_id=actor.user_id if on_screen else None,
        signed_on=day,
        sha256=agreement.sha256,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made
