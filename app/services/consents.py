"""What a remitter agrees to when a promise is written down, version by version: a text is never changed, only followed.

`tests/unit/test_consents.py` holds every version and language to its fingerprint.
"""

from collections.abc import Mapping

from app.localisation import N_

TEXTS: Mapping[int, str] = {
    1: N_(
        "My promise may be written down with my name (or the name I chose), the country where I work, the amount and "
        "the day. The association, its resource centre and the Public Council read it; it is not published. "
        "I may take my promise back, or ask for my name to be replaced, at any time through the association. "
        "A promise binds me to nothing by law."
    ),
}
"""{version: message id}."""
CURRENT = max(TEXTS)
