"""The journal of the ledger, and one event with its legs."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.policy import Permission
from app.services import conflicts, grants, ledger, rates, users
from app.services.errors import DomainError
from app.services.ledger import JournalFilter, LedgerEvent
from app.web import journal_filters
from app.web.access import day_and_number, load, requires, signed_in_user
from forms.ledger_events import JournalForm

bp = Blueprint("ledger_events", __name__, url_prefix="/ledger-events")
PAGE = 40


@bp.get("")
@requires(GET=Permission.LEDGER_READ)
def index() -> ResponseReturnValue:
    """The newest events first, by value day, narrowed by what the address says."""
    form = JournalForm(request.args)
    journal_filters.offer(form)
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


def _filter(form: JournalForm, tied: frozenset[int]) -> JournalFilter | None:
    """What is asked for; None when it names a grant that there is not."""
    try:
        return journal_filters.filter_of(form, tied)
    except DomainError as refusal:
        form.refuse(refusal.field, str(refusal))
        return None


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
