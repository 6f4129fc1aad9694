"""What of the journal a reader asks for, on its page and for a file: choices of the form, and the filter it means."""

from app.labels import label_text
from app.localisation import N_, current_locale, gettext
from app.policy import visible
from app.services import funds, grants
from app.services.errors import DomainError
from app.services.ledger import EventKind, JournalFilter
from app.web.access import signed_in_user
from forms.ledger_events import JournalForm
from models.funds import Fund
from models.grants import Grant


def offer(form: JournalForm) -> None:
    """Set what can be chosen."""
    among = funds.choices(visible(signed_in_user(), Fund), current_locale())
    form.fund.choices = [("", gettext("all funds")), *among]
    form.kind.choices = [("", gettext("everything")), *((one.value, label_text(one)) for one in EventKind)]


def filter_of(form: JournalForm, without_grants: frozenset[int] = frozenset()) -> JournalFilter:
    """What is asked for. Raises `DomainError` at the number of a grant that there is not."""
    number, grant_id = (form.grant.data or "").strip(), None
    if number:
        grant_id = grants.ids_of(visible(signed_in_user(), Grant), [number]).get(number)
        if grant_id is None:
            raise DomainError(N_("There is no grant with this number."), field="grant")
    kind = EventKind(form.kind.data) if form.kind.data in set(EventKind) else None
    return JournalFilter(form.fund.data, grant_id, kind, without_grants=without_grants, **form.period)
