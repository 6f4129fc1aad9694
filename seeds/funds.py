"""Donors, funds and the instalments received in the demonstration."""

from datetime import date
from decimal import Decimal
from typing import Any

from app.services import donors, fund_agreements, fund_closings, funds, reporting_dates
from app.services.fund_agreements import FundInput
from models.funds import Emblem, Fund
from seeds import payment_batches, people
from seeds.agenda import Story, at
from seeds.programme import Programme

REPRESENTATIVES = {"EU": "donor_eu", "DDA": "donor_dd"}
FUND = "EU-DEMO"
MOUNTAINS = "CH-DEMO"
"""Pays a part of two calls, for the villages of one oblast."""
TRIAL = "DDA-TRIAL"
"""Came to nothing: the donor has its money back, and the fund is closed."""
INSTALMENTS: dict[str, tuple[tuple[tuple[int, int, int], str], ...]] = {
    "EU-DEMO": (((2025, 1, 21), "80000"), ((2026, 1, 14), "95000"), ((2026, 7, 22), "105000")),
    "EU-DEMO-2": (((2026, 3, 18), "40000"),),
    "CH-DEMO": (((2025, 9, 16), "50000"), ((2026, 6, 17), "45000")),
    TRIAL: (((2025, 3, 12), "12000"),),
}
"""Fund: day and amount in major units of the fund's currency."""
CLOSING = "Район 2025-жылы кошула албады, сынак ачылган жок. Акча донорго кайтарылды, келишим аяктады."

INDIRECT = {"EU": 7}
"""Percent of the money received that the agreement lets the programme use for its own running."""
REPORTS: tuple[tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int], bool], ...] = (
    ((2025, 1, 1), (2025, 12, 31), (2026, 3, 31), False),
    ((2026, 1, 1), (2026, 12, 31), (2027, 3, 31), False),
    ((2025, 1, 1), (2027, 12, 31), (2028, 6, 30), True),
)
"""First day, last day, due by, whether it is the final one: what each agreement asks for."""


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
        fund = fund_agreements.create(
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
                agreement_number=f"{row['code']}/2025",
                agreed_on=programme.calendar.on(2025, 1, 9),
                indirect_percent=INDIRECT.get(row["donor"], 0),
            ),
            actor=actor,
            now=now,
        )
        programme.funds[fund.code] = fund
        for first, last, due, is_final in REPORTS if fund.code != TRIAL else ():
            reporting_dates.enter(
                fund,
                starts_on=programme.calendar.on(*first),
                ends_on=programme.calendar.on(*last),
                due_on=programme.calendar.on(*due),
                is_final=is_final,
                actor=actor,
                now=now,
            )
        for number, (day, amount) in enumerate(INSTALMENTS[fund.code], start=1):
            programme.agenda.start(_instalment(programme, fund, programme.calendar.on(*day), amount, number))
    programme.agenda.start(_closed(programme, programme.funds[TRIAL]))
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


def _closed(programme: Programme, fund: Fund) -> Story:
    """The bank pays the rest back to the donor; one officer proposes to close the fund, the other looks and does."""
    now = yield at(programme.calendar.on(2025, 12, 16), 11, 30)
    closing = fund_closings.propose(
        fund,
        kept=0,
        amount=sum(one.amount for one in fund.instalments),
        paid_on=programme.calendar.on(2025, 12, 15),
        bank_reference=f"{fund.code}-BACK-01",
        reason=CLOSING,
        actor=programme.as_staff("finance1"),
        now=now,
    )
    now = yield at(programme.calendar.on(2025, 12, 17), 10, 5)
    fund_closings.approve(closing, actor=programme.as_staff("finance2"), now=now)


def minor(amount: Any) -> int:
    """Major units of a currency with two decimals as minor units."""
    return int(Decimal(str(amount)) * 100)
