"""Donors, funds and the instalments received in the demonstration."""

from datetime import date
from decimal import Decimal
from typing import Any

from app.services import donors, funds
from app.services.funds import FundInput
from models.funds import Emblem, Fund
from seeds import payment_batches, people
from seeds.agenda import Story, at
from seeds.programme import Programme

REPRESENTATIVES = {"EU": "donor_eu", "DDA": "donor_dd"}
FUND = "EU-DEMO"
MOUNTAINS = "CH-DEMO"
"""Pays a part of two calls, for the villages of one oblast."""
INSTALMENTS: dict[str, tuple[tuple[tuple[int, int, int], str], ...]] = {
    "EU-DEMO": (((2025, 1, 21), "80000"), ((2026, 1, 14), "95000"), ((2026, 7, 22), "105000")),
    "EU-DEMO-2": (((2026, 3, 18), "40000"),),
    "CH-DEMO": (((2025, 9, 16), "50000"), ((2026, 6, 17), "45000")),
}
"""Fund: day and amount in major units of the fund's currency."""


def agreements(programme: Programme) -> Story:
    """The donors' agreements are entered, then the money as it comes."""
    now = yield at(programme.calendar.on(2025, 1, 9), 11)
    actor = programme.as_staff("finance1")
    for row in programme.content.funds["donors"]:
        programme.donors[row["code"]] = donors.create(
            row["code"], row["name"], Emblem(row["emblem"]), actor=actor, now=now
        )
        people.donor_account(programme, row["code"], REPRESENTATIVES[row["code"]], now)
    for row in programme.content.funds["funds"]:
        fund = funds.create(
            programme.donors[row["donor"]],
            FundInput(
                code=row["code"],
                names=row["title"],
                currency=row["currency"],
                amount=minor(row["amount"]),
                starts_on=programme.calendar.on(2025, 1, 1),
                ends_on=programme.calendar.on(2027, 12, 31),
                purpose=row["purpose"],
                statement=row["statement"],
            ),
            actor=actor,
            now=now,
        )
        programme.funds[fund.code] = fund
        for number, (day, amount) in enumerate(INSTALMENTS[fund.code], start=1):
            programme.agenda.start(_instalment(programme, fund, programme.calendar.on(*day), amount, number))
    yield from payment_batches.accounts(programme, now, programme.chance("paying accounts"))


def _instalment(programme: Programme, fund: Fund, day: date, amount: str, number: int) -> Story:
    now = yield at(day, 14, 20)
    funds.receive(
        fund,
        minor(amount),
        received_on=day,
        bank_reference=f"{fund.code}-{number:02d}",
        actor=programme.as_staff("finance1"),
        now=now,
    )


def minor(amount: Any) -> int:
    """Major units of a currency with two decimals as minor units."""
    return int(Decimal(str(amount)) * 100)
