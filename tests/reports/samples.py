"""Data of reports built by hand: ordinary, hostile, crowded and empty."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count as counting

from app.services import agreements
from models.base import LOCALES, Texts
from models.calls import usual_match_terms
from models.dictations import ConfirmationWay
from models.grants import Grant, Tranche
from reports.agreement_content import AgreementData, BudgetRow, PlanData, StepRow, TargetRow, TrancheLine
from reports.allocations import AllocationLine
from reports.credits import Credit
from reports.funding.data import (
    VERSION,
    CoInvestment,
    Figure,
    FundingReportData,
    GrantRow,
    InstalmentRow,
    Leverage,
    Position,
    RateRow,
    ResultRow,
    RiskRow,
    TrancheDelay,
    TrancheRow,
    VisitDelay,
)
from reports.protocol_content import CriterionLine, DecisionLine, ProtocolData
from reports.receipt import DocumentLine, ReceiptData

HASH = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592"
MOMENT = datetime(2027, 3, 12, 9, 30, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://x","y")'


def texts(ky: str, ru: str, en: str) -> Texts:
    return {"ky": ky, "ru": ru, "en": en}


STATEMENT = texts(
    "Европа Биримдиги тарабынан каржыланат", "Финансируется Европейским союзом", "Funded by the European Union"
)
ASSOCIATION = texts("«Ынтымак» айыл ассоциациясы", "Ассоциация села «Ынтымак»", "Village association “Yntymak”")
OKMOTU = texts("Көк-Таш айыл өкмөтү", "Кок-Ташский айыл окмоту", "Kok-Tash ayil okmotu")
OBLASTS = (
    texts("Баткен облусу", "Баткенская область", "Batken oblast"),
    texts("Жалал-Абад облусу", "Джалал-Абадская область", "Jalal-Abad oblast"),
    texts("Ош облусу", "Ошская область", "Osh oblast"),
)
LONG = "Тоолуу айылдарда сүттү кайра иштетүү жана муздаткыч жабдууларды орнотуу боюнча долбоор " * 3


def receipt(long: bool = False) -> ReceiptData:
    name = "Өтө узун аталыштагы айыл ассоциациясы " * 5 if long else "Ынтымак"
    documents = tuple(
        DocumentLine("meeting_minutes" if index == 0 else "quotation", f"Протокол-{index}-{name}.pdf", HASH)
        for index in range(30 if long else 2)
    )
    return ReceiptData(
        number="A-2027-0042",
        title=LONG if long else "Сүт муздаткыч цехи <b>& 'K°'</b>",
        association=texts(name, name, name) if long else ASSOCIATION,
        ayil_okmotu=OKMOTU,
        call_title=texts("Айылдык чакан гранттар 2027", "Сельские микрогранты 2027", "Village microgrants 2027"),
        submitted_at=MOMENT,
        sequence=3 if long else 1,
        sha256=HASH,
        paid_by={"grant": 40_000_000, "remittance": 40_000_050, "community": 5_000_000, "in_kind": 12_000_000},
        pledged=41_000_000,
        questions_asked=9,
        questions_answered=9,
        budget_lines=12,
        pledges=21,
        targets=3,
        documents=documents,
        credits=(Credit("eu", STATEMENT),),
        signed_at=MOMENT,
        signed_way=ConfirmationWay.THUMBPRINT,
        signed_receipt="A-2027-0042/118",
    )


def protocol(count: int = 6) -> ProtocolData:
    outcomes = ("selected", "selected", "reserve", "rejected")
    decisions = tuple(
        DecisionLine(
            number=f"A-2027-{index:04d}",
            title=LONG if index == 1 else f"Сүт цехи № {index}",
            association=ASSOCIATION,
            rank=index,
            score=9_150 - 137 * index if index < 60 else None,
            requested=40_000_000,
            outcome=outcomes[index % 4],
            amount=40_000_000 if outcomes[index % 4] == "selected" else None,
            allocation=index % 3 % 2 if outcomes[index % 4] == "selected" else None,
            reason="Себеби: базар даяр, кошумча салым далилденген. " * (40 if index == 1 else 2),
            votes=(7, 1, 1),
            recused=("Асанова Гүлнара Токтогуловна",) if index % 3 == 0 else (),
        )
        for index in range(1, count + 1)
    )
    return ProtocolData(
        number="P-2027-0001",
        sha256=HASH,
        dated_at=MOMENT,
        signed_by="Мамытов Нурлан",
        call_title=texts("Айылдык чакан гранттар 2027", "Сельские микрогранты 2027", "Village microgrants 2027"),
        held_on=date(2027, 3, 11),
        place="Ош ш., Ленин көчөсү 205",
        seats=15,
        present=tuple(f"Кеңешмүчөсү Аты-{index}" for index in range(1, 11)),
        pass_total=60,
        pass_section_percent=50,
        criteria=tuple(
            CriterionLine(texts(name, name, name), weight)
            for name, weight in (("Мигранттар үчүн мааниси", 20), ("Ишкананын жашоо жөндөмү", 25), ("Калганы", 55))
        ),
        budget=500_000_000,
        allocations=(
            AllocationLine(texts("ЕБ фонду", "Фонд ЕС", "EU fund"), None, 300_000_000),
            AllocationLine(texts("Дан фонду", "Датский фонд", "Danish fund"), texts("Ош", "Ош", "Osh"), 200_000_000),
        ),
        decisions=decisions,
        credits=(Credit("eu", STATEMENT),),
    )


def terms(parts: tuple[int, ...]) -> dict[str, dict[str, list[str]]]:
    """The sentences of a grant that nobody has kept."""
    grant = Grant(
        amount=sum(parts),
        match_percent=100,
        accounting_percent=80,
        in_kind_counts=False,
        match_terms=usual_match_terms(),
        ends_on=date(2028, 3, 31),
        tranches=[Tranche(sequence=index, amount=amount) for index, amount in enumerate(parts, start=1)],
    )
    return {locale: agreements.terms(grant, locale) for locale in LOCALES}


def agreement(accepted: bool = True, lines: int = 14) -> AgreementData:
    parts = (16_000_000, 16_000_000, 8_000_001)
    return AgreementData(
        number="G-2027-0007",
        sha256=HASH if accepted else "",
        dated_at=MOMENT,
        application="A-2027-0042",
        project="Сүт муздаткыч цехи",
        association=ASSOCIATION,
        village=texts("Көк-Таш", "Кок-Таш", "Kok-Tash"),
        ayil_okmotu=OKMOTU,
        donor=texts("Европа Биримдиги", "Европейский союз", "European Union"),
        fund=texts("Айылдык чакан гранттар фонду", "Фонд сельских микрогрантов", "Village microgrant fund"),
        fund_code="EU-DEMO",
        amount=40_000_001,
        starts_on=date(2027, 4, 1),
        ends_on=date(2028, 3, 31),
        account=("Айыл Банк", "1280000012345678", "«Ынтымак» айыл ассоциациясы") if accepted else None,
        tranches=tuple(
            TrancheLine(index, amount, date(2027, 4 + 3 * index - 3, 1), sum(parts[:index]), sum(parts[:index]))
            for index, amount in enumerate(parts, start=1)
        ),
        budget=tuple(
            BudgetRow("equipment", f"Муздаткыч {index}, 500 л", "даана", Decimal("1.5"), 2_666_700, 4_000_050, payer)
            for index, payer in zip(range(lines), ("grant", "remittance", "in_kind") * lines, strict=False)
        ),
        targets=(
            TargetRow(texts("Жумуш орундары", "Рабочие места", "Jobs created"), "fte", Decimal(0), Decimal("4.5")),
        ),
        terms=terms(parts),
        emblem="eu",
        statement=STATEMENT,
        plan=PlanData(
            objective="Сүттү кайра иштетүү",
            activities="Цех куруу, жабдуу орнотуу, үч адамды окутуу",
            starts_on=date(2027, 4, 1),
            sales_from=4,
            invested=80_000_002,
            year_sales=120_000_000,
            break_even=5,
            payback=None,
            steps=(StepRow("Жабдууну орнотуу", "Төрага", 1, 2), StepRow("Окутуу", "", 3, 3)),
        ),
    )


def funding(count: int = 60) -> FundingReportData:
    """A report over `count` grants whose totals fit together."""
    grants, tranches = [], []
    statuses = ("active", "completed", "suspended", "accepted")
    for index in range(count):
        amount = 40_000_000 + 1_000_000 * (index % 7)
        paid = amount * 2 // 5 if index % 4 != 3 else 0
        grants.append(
            GrantRow(
                number=f"G-2027-{index + 1:04d}",
                association=ASSOCIATION,
                ayil_okmotu=OKMOTU,
                oblast=OBLASTS[index % 3],
                title=(HOSTILE, LONG, "Сүт цехи", "+996 суу", "@ашар", "-1 күнөскана")[index % 6],
                status=statuses[index % 4],
                starts_on=date(2027, 4, 1),
                ends_on=date(2028, 3, 31),
                amount=amount,
                disbursed=paid,
                spent=paid // 2,
                cash=paid + 2_500_000,
                in_kind=1_000_000,
                latitude=39.6 + (index * 37 % 170) / 100,
                longitude=70.2 + (index * 53 % 370) / 100,
            )
        )
        for sequence, share in ((1, 2), (2, 2), (3, 1)):
            first = sequence == 1 and paid > 0
            tranches.append(
                TrancheRow(
                    grants[-1].number, sequence, date(2027, 4 + 3 * (sequence - 1), 1), amount * share // 5,
                    paid if first else 0, date(2027, 4, 20) if first else None, "confirmed" if first else "planned",
                )
            )  # fmt: skip
    total = {
        name: sum(getattr(one, name) for one in grants) for name in ("amount", "disbursed", "spent", "cash", "in_kind")
    }
    received = 4_000_000_000 if count else 0
    cash, in_kind = Figure(total["cash"], total["cash"] // 2), Figure(total["in_kind"], 0)
    countries = (("RU", "RUB", 50), ("KR", "KRW", 30), ("TR", "TRY", 15), ("US", "USD", 5))
    shares = [total["cash"] * part // 100 for *_rest, part in countries[1:]]
    kgs = [total["cash"] - sum(shares), *shares]
    co = [
        CoInvestment("remittance", code, currency, 12, amount, Figure(amount, cash.in_period if code == "RU" else 0))
        for (code, currency, _part), amount in zip(countries, kgs, strict=True)
    ]
    co.append(CoInvestment("in_kind", "KG", "KGS", count, total["in_kind"], in_kind))
    return FundingReportData(
        version=VERSION,
        donor=texts("Европа Биримдиги", "Европейский союз", "European Union"),
        emblem="eu",
        fund_code="EU-DEMO",
        fund=texts("Айылдык чакан гранттар фонду", "Фонд сельских микрогрантов", "Village microgrant fund"),
        purpose=texts("Айылдык ишканаларга", "На сельские предприятия", "For small village enterprises and jobs"),
        statement=STATEMENT,
        currency="EUR",
        agreed=45_000_000,
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
        generated_at=MOMENT,
        position=Position(
            received=Figure(received, received),
            committed=total["amount"] - total["disbursed"],
            advanced=total["disbursed"] - total["spent"],
            disbursed=Figure(total["disbursed"], total["disbursed"] // 2),
            spent=Figure(total["spent"], total["spent"] // 2),
            returned=Figure(0, 0),
            available=received - total["amount"],
        ),
        awarded=Figure(total["amount"], total["amount"]),
        cash=cash,
        in_kind=in_kind,
        leverage=Leverage(cash.total, in_kind.total, total["disbursed"]),
        co_investments=tuple(co) if count else (),
        grants=tuple(grants),
        tranches=tuple(tranches),
        results=(
            ResultRow(
                "jobs_created", texts("Түзүлгөн жумуш орундары", "Рабочие места", "Jobs created"),
                "fte", False, count, count // 2, Decimal(10), Decimal("180.5"), Decimal("64.5"), Decimal(30),
                Decimal("34.5"),
            ),
            ResultRow(
                "household_income", texts("Үй-бүлөнүн кирешеси", "Доход семьи", "Monthly household income"),
                "KGS", True, count, 0, Decimal("18500.00"), Decimal("24000.00"), None, None, None,
            ),
        ) if count else (),
        tranche_delays=tuple(
            TrancheDelay(one.grant, one.sequence, one.due_on, 91, one.amount, "planned")
            for one in tranches[2::9]
        ),
        visit_delays=(VisitDelay("G-2027-0003", date(2027, 10, 1), 91),) if count else (),
        visits_done=17,
        risk_counts={"low": 10, "medium": 3, "high": 1},
        risks=(RiskRow("G-2027-0009", date(2027, 11, 2), "high"),) if count else (),
        rates=(RateRow("RUB", date(2027, 5, 4), 1, Decimal("1.1023"), "nbkr_daily", 0, 12),) if count else (),
        instalments=(InstalmentRow(date(2027, 2, 1), "EB-2027/1", "EUR", 40_000_000, received),) if count else (),
    )  # fmt: skip


def unlike() -> FundingReportData:
    """A report in which no two figures are equal, so that none can stand in the place of another.

    No fund is like that: its parts do not add up. Texts hold no digits, so that every number is a figure.
    """
    amounts = (10_000_019 * number + 137 * number * number for number in counting(7, 3))

    def figure() -> Figure:
        return Figure(next(amounts), next(amounts))

    data = funding(4)
    grants = tuple(
        replace(
            one, title=title, amount=next(amounts), disbursed=next(amounts), spent=next(amounts), cash=next(amounts),
            in_kind=next(amounts),
        )
        for one, title in zip(data.grants, ("Сүт цехи", "Жылыткана", "Тигүү цехи", "Наабайкана"), strict=True)
    )  # fmt: skip
    position = Position(
        received=figure(),
        committed=next(amounts),
        advanced=next(amounts),
        disbursed=figure(),
        spent=figure(),
        returned=figure(),
        available=next(amounts),
        repaid=figure(),
        recoverable=next(amounts),
        written_off=next(amounts),
        indirect=next(amounts),
        given_back=next(amounts),
    )
    cash, in_kind = figure(), figure()
    return replace(
        data,
        position=position,
        awarded=figure(),
        cash=cash,
        in_kind=in_kind,
        leverage=Leverage(cash.total, in_kind.total, position.disbursed.total),
        co_investments=tuple(
            replace(one, count=number, amount=next(amounts), kgs=figure())
            for number, one in enumerate(data.co_investments, start=11)
        ),
        grants=grants,
        tranches=tuple(replace(one, amount=next(amounts), paid=next(amounts)) for one in data.tranches),
        tranche_delays=(),
        instalments=tuple(replace(one, amount=next(amounts), amount_kgs=next(amounts)) for one in data.instalments),
    )
