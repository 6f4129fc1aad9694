"""Funds: what was received, to the tyiyn."""

from datetime import date

import pytest

from app import clock
from app.services import fund_agreements, funds, ledger
from app.services.actors import Actor
from app.services.errors import LimitExceededError
from app.services.fund_agreements import FundInput
from models.ledger import AccountKind
from tests.factories import Programme, three


def test_what_a_bank_rounds_otherwise_goes_to_the_rounding_account(programme: Programme) -> None:
    """The fund has what the bank credited, to the tyiyn; more than rounding is another rate."""
    content = FundInput(
        "EU-2027",
        three("Фонд"),
        "EUR",
        100_000_00,
        date(2026, 1, 1),
        date(2027, 12, 31),
        three("Айыл"),
        three("Төлөйт"),
    )
    donor = programme.make_fund().donor
    fund = fund_agreements.create(donor, content, actor=Actor(programme.finance), now=clock.now())
    programme.make_rate("EUR", on=date(2026, 10, 1))
    by = {"received_on": date(2026, 10, 1), "actor": Actor(programme.finance), "now": clock.now()}
    first = funds.receive(fund, 1_000_33, bank_reference="B-1", **by)
    less = funds.receive(fund, 1_000_33, bank_reference="B-2", credited=first.amount_kgs - 7, **by)
    more = funds.receive(fund, 1_000_33, bank_reference="B-3", credited=first.amount_kgs + 100, **by)
    assert [less.amount_kgs, more.amount_kgs] == [first.amount_kgs - 7, first.amount_kgs + 100]
    assert funds.position(fund).available == funds.position(fund).received == 3 * first.amount_kgs + 93
    rounding = ledger.account(AccountKind.ROUNDING, fund_id=fund.id)
    assert ledger.balance(rounding) == -93
    for credited in (first.amount_kgs + 101, first.amount_kgs - 101):
        with pytest.raises(LimitExceededError) as refused:
            funds.receive(fund, 1_000_33, bank_reference="B-4", credited=credited, **by)
        assert refused.value.field == "credited"
