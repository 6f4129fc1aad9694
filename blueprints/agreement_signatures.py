"""Signing the agreement on the screen: the chair of the association first, then the programme."""

from collections.abc import Callable, Mapping

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import N_, gettext
from app.policy import Permission
from app.services import agreement_signatures
from app.services.associations import chair_name
from app.web.access import actor, load, requires, signed_in_user, takes_upload
from app.web.submissions import attempt, finish, form_page, sent_upload, uploads
from forms.agreement_signatures import SignedPaperForm, SigningForm
from models.agreement_signatures import AgreementSignature
from models.grants import Grant

bp = Blueprint("agreement_signatures", __name__, url_prefix="/grants/<int:grant_id>")
SIGNED = N_("Both sides have signed: nothing waits for signatures.")
SIGN, COUNTERSIGN = Permission.AGREEMENT_SIGN, Permission.AGREEMENT_COUNTERSIGN


@bp.route("/sign", methods=["GET", "POST"])
@requires(GET=SIGN, POST=SIGN)
def sign(grant_id: int) -> ResponseReturnValue:
    """The chair signs what the paper says."""
    message = gettext("The agreement is signed. The programme countersigns next.")
    page = {
        "act": N_("Sign the agreement on the screen"),
        "what_follows": N_(
            "You sign for the association what this paper says, with the code of your account. "
            "Then the programme countersigns."
        ),
    }
    return _page(grant_id, SIGN, agreement_signatures.sign, message, page)


@bp.route("/signed-paper", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_MANAGE, POST=Permission.GRANT_MANAGE)
@takes_upload
def record(grant_id: int) -> ResponseReturnValue:
    """Finance enters the paper both sides have signed."""
    grant = load(Grant, grant_id, Permission.GRANT_MANAGE)
    chair, today = chair_name(grant.association), clock.bishkek_day(clock.now())
    form = SignedPaperForm(association_signer=chair, signed_on=today, seen=grant.agreement_sha256)
    if form.validate_on_submit() and attempt(form, lambda: _record(grant, form)):
        message = gettext(SIGNED)
        return finish(url_for("grants.show", grant_id=grant_id), message)
    form.seen.data = grant.agreement_sha256  # whoever goes on is shown the version of now
    problem = agreement_signatures.paper_obstacle(grant, signed_in_user())
    return form_page("agreement_signatures/record.html", form, grant=grant, problem=problem)


def _record(grant: Grant, form: SignedPaperForm) -> None:
    agreement_signatures.record_paper(
        grant,
        sent_upload(),
        seen=form.seen.data or "",
        association=form.association_signer.data or "",
        programme=form.programme_signer.data or "",
        signed_on=form.signed_on.data,
        storage=uploads(),
        actor=actor(grant),
        now=clock.now(),
    )


@bp.route("/countersign", methods=["GET", "POST"])
@requires(GET=COUNTERSIGN, POST=COUNTERSIGN)
def countersign(grant_id: int) -> ResponseReturnValue:
    """The programme signs: the grant is active."""
    page = {
        "act": N_("Countersign the agreement"),
        "what_follows": N_(
            "You sign for the programme. Nothing waits for signatures then: the association can request what is "
            "planned."
        ),
    }
    return _page(
        grant_id,
        COUNTERSIGN,
        agreement_signatures.countersign,
        gettext(SIGNED),
        page,
    )


def _page(
    grant_id: int,
    permission: Permission,
    verb: Callable[..., AgreementSignature],
    message: str,
    page: Mapping[str, str],
) -> ResponseReturnValue:
    grant = load(Grant, grant_id, permission)
    form = SigningForm(seen=grant.agreement_sha256)

    def act() -> AgreementSignature:
        return verb(grant, seen=form.seen.data or "", actor=actor(grant), now=clock.now())

    if form.validate_on_submit() and attempt(form, act):
        return finish(url_for("grants.show", grant_id=grant_id), message)
    form.seen.data = grant.agreement_sha256  # whoever goes on is shown the version of now
    signed = agreement_signatures.of(grant.agreement)
    problem = agreement_signatures.obstacle(grant, signed_in_user()) if permission is COUNTERSIGN else None
    return form_page("agreement_signatures/new.html", form, grant=grant, signed=signed, problem=problem, **page)
