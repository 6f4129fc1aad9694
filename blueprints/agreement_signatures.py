"""Signing the agreement on the screen: the chair of the association first, then the programme."""

from collections.abc import Callable

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import agreement_signatures
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page
from forms.base import ConfirmForm
from models.agreement_signatures import AgreementSignature
from models.grants import Grant

bp = Blueprint("agreement_signatures", __name__, url_prefix="/grants/<int:grant_id>")
SIGN, COUNTERSIGN = Permission.AGREEMENT_SIGN, Permission.AGREEMENT_COUNTERSIGN


@bp.route("/sign", methods=["GET", "POST"])
@requires(GET=SIGN, POST=SIGN)
def sign(grant_id: int) -> ResponseReturnValue:
    """The chair signs what the paper says."""
    message = gettext("The agreement is signed. The programme countersigns next.")
    return _page(grant_id, SIGN, agreement_signatures.sign, message, "agreement_signatures/sign.html")


@bp.route("/countersign", methods=["GET", "POST"])
@requires(GET=COUNTERSIGN, POST=COUNTERSIGN)
def countersign(grant_id: int) -> ResponseReturnValue:
    """The programme signs: the grant is active."""
    verb, template = agreement_signatures.countersign, "agreement_signatures/countersign.html"
    return _page(grant_id, COUNTERSIGN, verb, gettext("The grant is active."), template)


def _page(
    grant_id: int, permission: Permission, verb: Callable[..., AgreementSignature], message: str, template: str
) -> ResponseReturnValue:
    grant, form = load(Grant, grant_id, permission), ConfirmForm()
    if form.validate_on_submit() and attempt(form, lambda: verb(grant, actor=actor(grant), now=clock.now())):
        return finish(url_for("grants.show", grant_id=grant_id), message)
    signed = agreement_signatures.of(grant.agreement)
    problem = agreement_signatures.obstacle(grant, signed_in_user())
    return form_page(template, form, grant=grant, signed=signed, problem=problem)
