"""What a file of a bank or a channel says, whatever form it has: rows, what was not taken and why, balances."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.localisation import EXPONENTS, N_, to_minor
from app.services.errors import DomainError, LimitExceededError
from app.services.references import reference_key
from models.bank_statements import BankFileForm
from models.base import canonical_json, fingerprint

LARGEST = 5 * 1024 * 1024
"""Bytes: a year of a village association's account has some hundred KB."""
MOST_ROWS = 20_000
MOST_TOLD = 200
"""So many refused rows are kept with their reasons; of more only how many they are."""
LONGEST = {"reference": 120, "name": 200, "account": 60, "text": 1000}
SHORTEST_KEY = 4
"""Letters of a reference: a shorter one stands for too much."""
MOST_KEYS = 12
LARGEST_AMOUNT = Decimal(10) ** 13
_APART = str.maketrans(dict.fromkeys(",;:()[]<>|", " "))


@dataclass(frozen=True)
class FileRow:
    """A movement as the file has it; `line` is its number there, `amount` in minor units, below 0 when money went.

    `others` are further references the file gives beside `reference`.
    """

    line: int
    on: date
    amount: int
    currency: str
    reference: str = ""
    name: str = ""
    account: str = ""
    text: str = ""
    is_reversal: bool = False
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every reference as it is compared, each once: what the file calls so, then words of the text with digits."""
        named = [reference_key(one) for one in (self.reference, *self.others)]
        words = (word for word in self.text.translate(_APART).split() if any(sign.isdigit() for sign in word))
        found = [*named, *(reference_key(word) for word in words)]
        return tuple(dict.fromkeys(one for one in found if len(one) >= SHORTEST_KEY))[:MOST_KEYS]


@dataclass(frozen=True)
class Refused:
    """A row that was not taken: its number in the file and why, a message id with its parameters."""

    line: int
    message: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Balance:
    """What the file says stood on the account before and after, and by how much its rows miss it; minor units."""

    currency: str
    opening: int
    closing: int
    difference: int


@dataclass
class BankFile:
    """What a file says. `account` is "" when the form has no place for it."""

    form: BankFileForm
    account: str = ""
    rows: list[FileRow] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)

    def refuse(self, line: int, refusal: DomainError) -> None:
        self.refused.append(Refused(line, refusal.message, refusal.parameters))


@dataclass(frozen=True)
class Summary:
    """What was found when the file was looked at; kept as JSON and shown before it is entered.

    `sums` is {currency: (came, went)} in minor units, `there` are the lines an entered statement has already.
    """

    account: str
    rows: int
    sums: dict[str, tuple[int, int]]
    balances: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    refused_count: int
    there: list[int]
    there_count: int
    first_on: str | None
    last_on: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def summed_up(file: BankFile, there: Sequence[int]) -> Summary:
    """What the page of the look shows; `there` are lines of the file that an entered statement has."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in file.rows:
        sums[row.currency][0 if row.amount > 0 else 1] += abs(row.amount)
    days = [row.on for row in file.rows]
    return Summary(
        account=file.account,
        rows=len(file.rows),
        sums={currency: (came, went) for currency, (came, went) in sorted(sums.items())},
        balances=[asdict(one) for one in file.balances[:MOST_TOLD]],
        refused=[asdict(one) for one in file.refused[:MOST_TOLD]],
        refused_count=len(file.refused),
        there=list(there[:MOST_TOLD]),
        there_count=len(there),
        first_on=min(days).isoformat() if days else None,
        last_on=max(days).isoformat() if days else None,
    )


def account_key(account: str) -> str:
    """The name or number of an account as it is compared."""
    return reference_key(account)


def fingerprints(rows: Iterable[FileRow], account: str) -> Iterator[str]:
    """For each row what it is recognised by in another file of the account.

    Day, amount, reference and text; two rows that agree in all of them are told apart by their running number.
    """
    seen: Counter[str] = Counter()
    key = account_key(account)
    for row in rows:
        what = [key, row.on.isoformat(), row.amount, row.currency, reference_key(row.reference), row.keys[:1], row.text]
        same = canonical_json(what)
        seen[same] += 1
        yield fingerprint(f"{same}#{seen[same]}")


def must_be_few(count: int) -> None:
    """Raise `LimitExceededError` when a file has more rows than are taken."""
    if count > MOST_ROWS:
        raise LimitExceededError(N_("The file has more than %(most)s rows."), field="upload", most=MOST_ROWS)


def minor(number: Decimal, currency: str) -> int:
    """An amount of a file in minor units. Raises `DomainError` naming what is wrong with it."""
    if currency not in EXPONENTS:
        raise DomainError(N_("The programme does not use the currency “%(code)s”."), code=currency[:10])
    if not number.is_finite() or abs(number) >= LARGEST_AMOUNT:
        raise DomainError(N_("The amount is too large."))
    try:
        amount = to_minor(number.normalize(), currency)
    except (ValueError, InvalidOperation) as error:
        raise DomainError(N_("The amount has more digits after the comma than its currency.")) from error
    if amount == 0:
        raise DomainError(N_("Nothing was moved: the amount is 0."))
    return amount


def cut(text: str, kind: str) -> str:
    """One line of text without control characters, as long as it is kept."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[: LONGEST[kind]]
