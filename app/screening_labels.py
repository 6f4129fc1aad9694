"""What people read instead of codes where the secretary screens; `app.labels` takes them up."""

from collections.abc import Mapping

from app.localisation import N_
from models.applications import ScreeningOutcome
from models.duplicates import DuplicateVerdict, MarkKind

DUPLICATE_VERDICTS: Mapping[DuplicateVerdict, str] = {
    DuplicateVerdict.CONFIRMED: N_("A duplicate"),
    DuplicateVerdict.FALSE_ALARM: N_("A false alarm"),
}
MARK_KINDS: Mapping[MarkKind, str] = {
    MarkKind.TEXT: N_("The texts"),
    MarkKind.PIN: N_("The same PIN"),
    MarkKind.PHONE: N_("The same phone number"),
    MarkKind.NAME: N_("The same name and year of birth"),
    MarkKind.REMITTER: N_("The same remitter, country and amount"),
}
SCREENING_OUTCOMES: Mapping[ScreeningOutcome, str] = {
    ScreeningOutcome.ELIGIBLE: N_("Eligible"),
    ScreeningOutcome.INELIGIBLE: N_("Not eligible"),
    ScreeningOutcome.RETURNED: N_("Returned for changes"),
}
