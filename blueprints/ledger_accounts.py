"""An account of the ledger: what it held after each transfer, or, of a control account, what it controls."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.policy import Permission
from app.services import conflicts, grants, ledger, users
from app.services.ledger import LedgerAccount
from app.web.access import day_and_number, load, requires, row_number, signed_in_user
from forms.ledger_accounts import PeriodForm

bp = Blueprint("ledger_accounts", __name__, url_prefix="/ledger-accounts")
PAGE, MONTHS = 30, 12


@bp.get("/<int:account_id>")
@requires(GET=Permission.LEDGER_READ)
def show(account_id: int) -> ResponseReturnValue:
    """The newest transfers first, with the balance after each; the months it moved in."""
    account = load(LedgerAccount, account_id, Permission.LEDGER_READ)
    form = PeriodForm(request.args)
    is_understood = form.validate()
    page = render_template(
        "ledger_accounts/show.html",
        account=account,
        name=ledger.named([account.id])[account.id],
        form=form,
        balance=ledger.balance(account),
        months=ledger.months_of(account, limit=None if "months" in request.args else MONTHS),
        **(_controlled(account) if ledger.is_control(account) else _entries(account, form)),
    )
    return page, 200 if is_understood else 422


def _controlled(account: LedgerAccount) -> dict[str, Any]:
    after = request.args.get("after", 0, type=row_number)
    tied = grants.tied(conflicts.kept_from(signed_in_user()))
    rows = ledger.controlled(account, after_id=after, limit=PAGE, without_grants=tied)
    return {
        "controlled": rows,
        "balances": ledger.balances_of(rows),
        "accounts": ledger.named(one.id for one in rows),
        "next_after": rows[-1].id if len(rows) == PAGE else None,
        "is_first": after == 0,
        "left_out": len(tied),
    }


def _entries(account: LedgerAccount, form: PeriodForm) -> dict[str, Any]:
    before = request.args.get("before", type=day_and_number)
    rows = ledger.entries(account, before=before, limit=PAGE, **form.period)
    return {
        "entries": rows,
        "names": users.names_of(one.actor_id for one in rows),
        "older": ledger.place_text(*rows[-1].place) if len(rows) == PAGE else None,
        "is_first": before is None,
    }
