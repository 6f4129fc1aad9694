"""The journal as text that beancount reads (its language, version 2 of the syntax): each entry a transaction.

Beancount checks that every transaction is balanced and, where the whole ledger is written, that each account holds at
the end what our own balances say: a proof by a tool that is not ours.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from app.localisation import EXPONENTS, plain_amount
from app.services.ledger import NamedAccount
from models.ledger import AccountKind
from reports.journal.lines import Line

K = AccountKind
ROOTS: Mapping[AccountKind, str] = {
    K.DONOR: "Income:Donors",
    K.EXCHANGE: "Equity:Exchange",
    K.REMITTER: "Income:Remitters",
    K.COMMUNITY: "Income:Community",
    K.IN_KIND_GIVEN: "Income:InKind",
    K.ROUNDING: "Equity:Rounding",
    K.AVAILABLE: "Assets:Available",
    K.INDIRECT: "Expenses:Indirect",
    K.COMMITTED: "Assets:Committed",
    K.ADVANCED: "Assets:Advanced",
    K.RECOVERABLE: "Assets:Recoverable",
    K.WRITTEN_OFF: "Expenses:WrittenOff",
    K.SPENT: "Expenses:Grant",
    K.CO_INVESTMENT: "Assets:CoInvestment",
    K.CO_INVESTMENT_SPENT: "Expenses:CoInvestment",
    K.IN_KIND_HELD: "Assets:InKind",
    K.IN_KIND_USED: "Expenses:InKind",
}
"""The roots beancount knows: what is held, where it came from, what it was spent on."""
DAY = timedelta(days=1)


def account_name(account: NamedAccount) -> str:
    """A name as the syntax wants it: parts of letters, digits and hyphens, each beginning with a capital or a digit."""
    parts = [ROOTS[account.kind], *(_part(one) for one in (account.fund, account.grant, account.heading) if one)]
    return ":".join(parts)


def _part(text: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "X"
    return plain[0].upper() + plain[1:]


def write(path: Path, lines: Iterable[Line], balances: Iterable[tuple[NamedAccount, str, int]] = ()) -> int:
    """Write the lines; `balances`: what each account holds (currency, minor units) after all of them, to be checked.

    Answers how many lines.
    """
    opened: set[str] = set()
    count, last = 0, date.min
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('option "title" "Ashar"\noption "operating_currency" "KGS"\n')
        for currency in EXPONENTS:
            file.write(f"1990-01-01 commodity {currency}\n")
        for _event, group in groupby(lines, lambda line: line.event_id):
            legs = list(group)
            file.writelines(_opened(legs, opened))
            file.writelines(_transaction(legs))
            count, last = count + len(legs), legs[0].value_on
        for account, currency, amount in balances:
            if last is not date.min:
                file.write(f"{last + DAY} balance {account_name(account)} {_amount(amount, currency)}\n")
    return count


def _opened(legs: list[Line], opened: set[str]) -> Iterator[str]:
    for line in legs:
        for account in (line.debit, line.credit):
            name = account_name(account)
            if name not in opened:
                opened.add(name)
                yield f"{line.value_on} open {name}\n"


def _transaction(legs: list[Line]) -> Iterator[str]:
    first = legs[0]
    about = " ".join(part for part in (first.kind.value.replace("_", " "), first.grant or first.fund or "") if part)
    yield f"\n{first.value_on} * {_quoted(first.who)} {_quoted(about)} ^entry-{first.event_id}"
    yield f" ^entry-{first.reverses_id}\n" if first.reverses_id is not None else "\n"
    if first.reason:
        yield f"  reason: {_quoted(first.reason)}\n"
    for line in legs:
        yield f"  {account_name(line.debit)}  {_amount(line.amount, line.currency)}\n"
        yield f"  {account_name(line.credit)}  {_amount(-line.amount, line.currency)}\n"


def _amount(amount: int, currency: str) -> str:
    return f"{plain_amount(amount, currency):f} {currency}"


def _quoted(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
