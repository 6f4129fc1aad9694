"""A protocol, the first one or a corrected one, as the file the reader asks for; a draft is marked as one."""

from flask import Response, request

from app import clock
from app.localisation import current_locale
from app.web.presentation import is_demonstration
from models.corrected_protocols import CorrectedProtocol
from models.council_sessions import CouncilSession, Protocol
from reports import protocol as protocol_report
from reports import protocol_content
from reports.protocol_content import ProtocolData

SIDE_BY_SIDE = ("ky", "ru")
"""The two languages of a protocol that is printed in both."""


def protocol_pdf(protocol: Protocol | CorrectedProtocol) -> Response:
    """PDF in the reader's language, or in Kyrgyz and Russian side by side (`?languages=ky-ru`)."""
    return _file(protocol_content.gather(protocol), str(protocol.number))


def draft_pdf(correction: CorrectedProtocol) -> Response:
    """What a drafted correction would say, in the same languages; no number stands in its name either."""
    return _file(protocol_content.gather_draft(correction, clock.now()), "corrected-protocol-draft")


def unsigned_pdf(session: CouncilSession) -> Response:
    """What the protocol of an open session would say if it were signed now, in the same way."""
    return _file(protocol_content.gather_unsigned(session, clock.now()), "protocol-not-signed")


def _file(data: ProtocolData, name: str) -> Response:
    locales = SIDE_BY_SIDE if request.args.get("languages") == "-".join(SIDE_BY_SIDE) else (current_locale(),)
    content = protocol_report.to_pdf(data, *locales, demonstration=is_demonstration())
    headers = {"Content-Disposition": f'attachment; filename="{name}.{"-".join(locales)}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)
