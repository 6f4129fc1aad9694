"""Spending of the demonstration: paid documents on the lines of the budget, with scans, accepted by finance."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from app.services import documents, expenditures, grant_budgets, ledger, supplier_flags, suppliers
from models.applications import BudgetHeading, BudgetLine, Payer
from models.documents import DocumentKind
from models.expenditures import Expenditure
from models.grants import Grant, Tranche
from models.ledger import AccountKind
from seeds import papers
from seeds.agenda import Chapter, Story, later
from seeds.content import pick
from seeds.programme import Programme

CO_PAYERS = (Payer.REMITTANCE, Payer.COMMUNITY)
SUPPLIER_TYPES = {BudgetHeading.OTHER: "services"}
REFUSALS = {
    "ky": "Чекте берүүчүнүн мөөрү жок, сумма окулбайт. Кайра сүрөткө тартып жүктөңүз.",
    "ru": "На чеке нет печати поставщика, сумма не читается. Переснимите и загрузите снова.",
}
CUTS = {
    "ky": "Жеткирүү бюджетте жок: ал кабыл алынган жок.",
    "ru": "Доставки нет в бюджете: она не принята.",
}
LOOKED_AT = {
    "ky": "Айыл башчысына чалдык, келишимди жана жүк кагазын көрдүк: товар келген, баасы базардагыдай.",
    "ru": "Позвонили главе села, посмотрели договор и накладную: товар получен, цена рыночная.",
}


def account_for(
    programme: Programme, tranche: Tranche, chance: Random, now: datetime, *, is_part: bool = False
) -> Chapter:
    """Spend the tranche and the co-investment that has come, in two batches; finance accepts each line.

    `is_part`: of one line of the grant only a part.
    """
    grant = tranche.grant
    batches = (
        _shares(grant, (Payer.GRANT,), tranche.amount),
        _shares(grant, CO_PAYERS, _held(grant, AccountKind.CO_INVESTMENT))
        + _shares(grant, (Payer.IN_KIND,), _held(grant, AccountKind.IN_KIND_HELD)),
    )
    for batch in reversed(batches):
        now = yield later(now, chance.randint(4, 7), chance)
        recorded = [record(programme, grant, line, amount, chance, now) for line, amount in batch]
        now = yield later(now, chance.randint(2, 3), chance)
        for expenditure in recorded:
            is_cut = is_part and expenditure is recorded[0] and expenditure.payer is Payer.GRANT
            _accept(programme, expenditure, "finance2", now, is_cut=is_cut)
    return now


def waiting(programme: Programme, grant: Grant, chance: Random, now: datetime) -> Story:
    """Some of the money is spent: one line accepted, one refused, one waiting."""
    now = yield later(now, 4, chance)
    line = next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)
    accepted, refused, _waiting = (
        record(programme, grant, line, line.amount // part // 100 * 100, chance, now) for part in (5, 9, 8)
    )
    now = yield later(now, 2, chance)
    _accept(programme, accepted, "finance1", now)
    reason = REFUSALS[grant.application.language]
    expenditures.refuse(refused, reason=reason, actor=programme.as_staff("finance1"), now=now)


def _accept(programme: Programme, expenditure: Expenditure, who: str, now: datetime, *, is_cut: bool = False) -> None:
    """Accept a line, or nineteen twentieths of it; what is flagged is looked at first."""
    actor = programme.as_staff(who)
    if supplier_flags.open_of(expenditure):
        reason = LOOKED_AT[expenditure.grant.application.language]
        expenditures.look_at(expenditure, reason=reason, actor=actor, now=now)
    if is_cut:
        reason, part = CUTS[expenditure.grant.application.language], expenditure.amount * 19 // 20
        expenditures.accept_part(expenditure, part, reason=reason, actor=actor, now=now)
    else:
        expenditures.accept(expenditure, actor=actor, now=now)


def _held(grant: Grant, kind: AccountKind) -> int:
    return ledger.balances((kind,), grant_id=grant.id)[kind]


def _shares(grant: Grant, payers: tuple[Payer, ...], amount: int) -> list[tuple[BudgetLine, int]]:
    """How `amount` falls on the lines of `payers`, one after the other."""
    shares = []
    for line in grant.application.budget_lines:
        if line.payer in payers and amount:
            share = min(amount, grant_budgets.planned(grant, line) - expenditures.spent_on(line))
            amount -= share
            if share:
                shares.append((line, share))
    return shares


def record(
    programme: Programme, grant: Grant, line: BudgetLine, amount: int, chance: Random, now: datetime
) -> Expenditure:
    """Record a paid document with its scan."""
    actor, language = programme.actor_for(grant.association), grant.application.language
    supplier, number = _supplier(programme, grant, line, chance), programme.number("invoice")
    paid_on = max(grant.starts_on, now.date() - timedelta(days=chance.randint(0, 3)))
    document_number = f"{'АКТ' if line.payer is Payer.IN_KIND else 'СФ'}-{number:04d}"
    title = pick(chance, programme.content.misc["expenditure_titles"][line.heading.value])[language]
    known = suppliers.named(supplier, suppliers.Details(), is_another=True, actor=actor, now=now)
    expenditure = expenditures.record(
        grant,
        line,
        title=f"{title}: {line.item}"[:200],
        amount=amount,
        paid_on=paid_on,
        supplier=known,
        document_number=document_number,
        actor=actor,
        now=now,
    )
    scan = papers.slip(
        f"{document_number}.jpg",
        [f"{document_number}   {paid_on:%d.%m.%Y}", supplier[:36], line.item[:38], f"{Decimal(amount) / 100} KGS"],
        chance,
    )
    documents.attach(expenditure, DocumentKind.INVOICE, scan, storage=programme.storage, actor=actor, now=now)
    return expenditure


def _supplier(programme: Programme, grant: Grant, line: BudgetLine, chance: Random) -> str:
    """A supplier of what the line is for; labour and goods are given by the village itself."""
    if line.payer is Payer.IN_KIND:
        return grant.association.name(grant.application.language)
    wanted = SUPPLIER_TYPES.get(line.heading, line.heading.value)
    return str(pick(chance, [one["name"] for one in programme.content.misc["suppliers"] if one["type"] == wanted]))
