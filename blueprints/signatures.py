"""Signatures of the chair: the receipt that is signed on paper, and its scan."""

import io

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale
from app.policy import Permission
from app.services import applications, associations, documents, signatures
from app.web.access import load, requires
from app.web.presentation import is_demonstration
from app.web.submissions import uploads
from models.applications import Application
from reports import signatures as receipts

bp = Blueprint("signatures", __name__, url_prefix="/applications/<int:application_id>/signatures")


@bp.get("/receipt.pdf")
@requires(GET=Permission.DICTATION_READ)
def receipt(application_id: int) -> ResponseReturnValue:
    """The whole application as it stands, to be read aloud and signed by the chair."""
    application = load(Application, application_id, Permission.DICTATION_READ)
    chair, stamp = associations.chair_of(application.association), applications.stamp_of(application)
    data = receipts.gather(
        application,
        signatures.receipt_number(application, stamp),
        chair.full_name if chair else "–",
        stamp,
        clock.now(),
    )
    return send_file(
        io.BytesIO(receipts.to_pdf(data, current_locale(), demonstration=is_demonstration())),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{application.number}-sign-off.pdf",
    )


@bp.get("/<int:signature_id>/scan")
@requires(GET=Permission.DICTATION_READ)
def scan(application_id: int, signature_id: int) -> ResponseReturnValue:
    """The receipt with signature or thumbprint."""
    application = load(Application, application_id, Permission.DICTATION_READ)
    signature = signatures.find(application, signature_id)
    if (
        signature is None
        or signature.file is None
        or not (path := documents.path_of(signature.file, uploads())).exists()
    ):
        abort(404)
    name = documents.clean_filename(f"{application.number}-sign-off", signature.file.media_type)
    return send_file(path, mimetype=signature.file.media_type, as_attachment=True, download_name=name)
