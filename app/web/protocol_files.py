"""A signed protocol, the first one or a corrected one, as the file the reader asks for."""

from flask import Response, request

from app.localisation import current_locale
from app.web.presentation import is_demonstration
from models.corrected_protocols import CorrectedProtocol
from models.council_sessions import Protocol
from reports import protocol as protocol_report
from reports import protocol_content

SIDE_BY_SIDE = ("ky", "ru")
"""The two languages of a protocol that is printed in both."""


def protocol_pdf(protocol: Protocol | CorrectedProtocol) -> Response:
    """PDF in the reader's language, or in Kyrgyz and Russian side by side (`?languages=ky-ru`)."""
    locales = SIDE_BY_SIDE if request.args.get("languages") == "-".join(SIDE_BY_SIDE) else (current_locale(),)
    content = protocol_report.to_pdf(protocol_content.gather(protocol), *locales, demonstration=is_demonstration())
    headers = {"Content-Disposition": f'attachment; filename="{protocol.number}.{"-".join(locales)}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)
