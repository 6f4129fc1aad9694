"""The journal of the ledger, and one event with its legs."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission, visible
from app.services import conflicts, funds, grants, ledger, rates, users
from app.services.ledger import EventKind, JournalFilter, LedgerEvent
from app.web.access import day_and_number, load, requires, signed_in_user
from forms.ledger_events import JournalForm
from models.funds import Fund
from models.grants import Grant

bp = Blueprint("ledger_events", __name__, url_prefix="/ledger-events")
PAGE = 40


@bp.get("")
@requires(GET=Permission.LEDGER_READ)
def index() -> ResponseReturnValue:
    """The newest events first, by value day, narrowed by what the address says."""
    form = _form()
    is_understood = form.validate()
    tied = grants.tied(conflicts.kept_from(signed_in_user()))
    wanted = _filter(form, tied)
    before = request.args.get("before", type=day_and_number)
    events = ledger.journal(wanted, before=before, limit=PAGE) if wanted else []
    page = render_template(
        "ledger_events/index.html",
        form=form,
        events=events,
        older=ledger.place_text(events[-1].value_on, events[-1].id) if len(events) == PAGE else None,
        is_first=before is None,
        left_out=len(tied),
        numbers=grants.numbers_of(one.grant_id for one in events),
        names=users.names_of(one.actor_id for one in events),
    )
    return page, 200 if is_understood and wanted else 422


def _form() -> JournalForm:
    form = JournalForm(request.args)
    form.fund.choices = [("", gettext("all funds")), *funds.choices(visible(signed_in_user(), Fund), current_locale())]
    form.kind.choices = [("", gettext("everything")), *((one.value, label_text(one)) for one in EventKind)]
    return form


def _filter(form: JournalForm, tied: frozenset[int]) -> JournalFilter | None:
    """What is asked for; None when it names a grant that there is not."""
    number, grant_id = (form.grant.data or "").strip(), None
    if number:
        grant_id = grants.ids_of(visible(signed_in_user(), Grant), [number]).get(number)
        if grant_id is None:
            form.refuse("grant", gettext("There is no grant with this number."))
            return None
    kind = EventKind(form.kind.data) if form.kind.data in set(EventKind) else None
    return JournalFilter(form.fund.data, grant_id, kind, without_grants=tied, **form.period)


@bp.get("/<int:event_id>")
@requires(GET=Permission.LEDGER_READ)
def show(event_id: int) -> ResponseReturnValue:
    """One event: its transfers, what it was booked for, at which rate, by whom, and what reverses it."""
    event = load(LedgerEvent, event_id, Permission.LEDGER_READ)
    return render_template(
        "ledger_events/show.html",
        event=event,
        origin=ledger.origin(event),
        rate=rates.by_id(event.rate_id) if event.rate_id is not None else None,
        reversed_by=ledger.reversal_of(event),
        accounts=ledger.named(one for leg in event.transfers for one in (leg.credit_account_id, leg.debit_account_id)),
        names=users.names_of([event.actor_id]),
    )
