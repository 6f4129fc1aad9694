"""One application's story: drafted part by part, signed off, submitted, screened; the reviews follow."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.services import applications, documents, plan_warnings, questions, rates, screenings
from app.services.actors import Actor
from app.services.applications import beneficiaries, themes
from models.applications import Application, BudgetHeading, Payer, ScreeningOutcome
from models.associations import Association
from models.calls import Call
from models.documents import DocumentKind
from models.themes import Theme
from seeds import business_plans, dictations, meetings, papers, people, reviews
from seeds.agenda import Story, later, office, working_day
from seeds.beneficiaries import counted
from seeds.content import by_key, pick
from seeds.programme import Programme

INDICATORS = ("jobs_created", "household_income", "persons_trained", "annual_sales", "migrant_families_served")
CURRENCIES: tuple[tuple[str, str, int], ...] = (
    ("RU", "RUB", 100_000),
    ("KZ", "KZT", 1_000_000),
    ("US", "USD", 5_000),
    ("TR", "TRY", 50_000),
    ("KR", "KRW", 50_000),
)
"""Country, currency and the step pledges are rounded up to, in minor units."""
SHARES = ((48, 36, 20), (46, 38, 20), (50, 34, 20))
"""Percent of the remittance part that each of three migrants pledges; a little more than is needed."""
BEYOND_CAPACITY = 8  # one pledge of so many is more than the person says can be sent
SUBMITTED_DAYS_AGO = {
    "reviewed": 30,
    "in_review": 26,
    "resubmitted": 20,
    "ineligible": 19,
    "withdrawn": 17,
    "eligible": 15,
    "returned": 14,
    "submitted": 5,
    "signed_off": 1,
    "draft_complete": 1,
    "draft_budget": 0,
    "draft_started": 0,
}
"""When applications of the open call are handed in, or would be."""
SHORT_OF_MATCH, WITHOUT_LIST = "match_short", "no_list"
WITHDRAWALS = {
    "ky": "Айыл жыйыны ишти быйыл өз күчү менен баштоону чечти, арызды кийинки сынакка калтырабыз.",
    "ru": "Сход решил начать дело в этом году своими силами, заявку отложим до следующего конкурса.",
}
ASKED = {"budget_mismatch": ("budget",), "targets_empty": ("targets",)}
"""{reason of a return: the parts asked for}; for every other one it is the documents."""
RISK_ASKED = {
    "ky": "Тобокелдиктерде кургакчылык жылы эмне кыларыңызды да жазыңыз.",
    "ru": "В рисках напишите и то, что сделаете в засушливый год.",
}
RISK_MENDED = {
    "ky": "Кургакчылык жылы суу сактагычтан алабыз, үлүштү бирикме мүчөлөрү кошот.",
    "ru": "В засушливый год возьмём воду из хранилища, долю внесут члены объединения.",
}
UNREADABLE = {
    "ky": "Катышкандардын колдору окулбайт. Протоколду жарык жерде кайра сүрөткө тартыңыз.",
    "ru": "Подписи участников не читаются. Сфотографируйте протокол ещё раз при хорошем свете.",
}
RETURNED_BEFORE = 5  # every so many of a decided call came back for changes once


@dataclass
class Plan:
    """What is going to happen to one application. `application` is there once it is drafted."""

    call: Call
    association: Association
    kind: str
    language: str
    fate: str
    opens_on: date
    last_day: date
    sits_on: date | None
    position: int
    application: Application = field(init=False)
    pledges_short: bool = False
    copied_from: int | None = None
    """The position of who told the same in the same words: screening finds the pair."""

    @property
    def told_as(self) -> tuple[object, ...]:
        """Who has the same tells a kind of project in the same words."""
        return (self.call.code, self.position if self.copied_from is None else self.copied_from)

    @property
    def is_decided(self) -> bool:
        return self.sits_on is not None


def story(programme: Programme, plan: Plan) -> Story:
    """From the first draft to the secretary's finding."""
    chance = programme.chance(plan.call.code, plan.position)
    plan.pledges_short = plan.fate == "ineligible" and plan.position % 2 == 1
    hand_in_on = _hand_in_day(programme, plan, chance)
    begin_on = max(plan.opens_on + timedelta(days=1), hand_in_on - timedelta(days=chance.randint(8, 13)))
    now = yield office(working_day(begin_on), chance)
    actor = dictations.begin(plan.association, programme.actor_for(plan.association), chance, now)
    plan.application = applications.create(plan.call, plan.association, language=plan.language, actor=actor, now=now)
    application = plan.application
    programme.agenda.start(_follow(programme, plan, chance, hand_in_on))
    texts = answers(programme, plan)
    for key in ("idea", "problem"):
        _answer(application, key, texts, actor, now)
    themes.choose(application, theme_of(programme, plan.kind), actor=actor, now=now)
    if plan.fate == "draft_started":
        dictations.end(actor, now)
        return
    now = yield later(now, 1, chance)
    for key in ("plan", "business", "future"):
        _answer(application, key, texts, actor, now)
    now = yield later(now, 1, chance)
    add_budget(programme, plan, actor, now)
    content = by_key(programme.content.kinds, plan.kind)["plan"]
    business_plans.begin(application, content, actor=actor, now=now)
    if plan.fate == "draft_budget":
        dictations.end(actor, now)
        return
    now = yield later(now, 1, chance)
    business_plans.complete(application, content, actor=actor, now=now)
    add_pledges(programme, plan, chance, actor, now)
    kind = by_key(programme.content.kinds, plan.kind)
    beneficiaries.record(application, counted(kind, chance), actor=actor, now=now)
    add_targets(programme, plan, actor, now)
    now = yield later(now, 1, chance)
    meetings.hold(programme, application, chance, actor, now)
    _scans(programme, plan, actor, now)
    dictations.end(actor, now)


def _hand_in_day(programme: Programme, plan: Plan, chance: Random) -> date:
    if plan.is_decided:
        return working_day(plan.last_day - timedelta(days=chance.randint(0, 11)), -1)
    return programme.calendar.ago(SUBMITTED_DAYS_AGO[plan.fate] + chance.randint(0, 2))


def _follow(programme: Programme, plan: Plan, chance: Random, hand_in_on: date) -> Story:
    """Sign-off, submission and screening of what has been drafted."""
    application, actor = plan.application, programme.actor_for(plan.association)
    now = yield office(hand_in_on, chance)
    if plan.fate.startswith("draft"):
        return
    dictations.sign_off(programme, application, actor, chance, now)
    if plan.fate == "signed_off":
        return
    now = yield later(now, 0, chance)
    applications.submit(application, actor=actor, now=now)
    if plan.fate == "submitted":
        return
    after_the_call = working_day(plan.last_day + timedelta(days=3))
    now = yield (office(after_the_call, chance) if plan.is_decided else later(now, 3, chance))
    secretary = programme.as_staff("secretary")
    if plan.fate == "withdrawn":
        applications.withdraw(application, reason=WITHDRAWALS[plan.language], actor=actor, now=now)
        return
    reasons = programme.content.misc["screening"]
    if plan.fate in ("returned", "resubmitted") or (plan.is_decided and plan.position % RETURNED_BEFORE == 1):
        found = pick(chance, reasons["returned"])
        reason = f"{found['text'][plan.language]} {RISK_ASKED[plan.language]}"
        parts = ("future", *ASKED.get(found["key"], ()), "meeting", "documents")
        if plan.fate == "returned":
            minutes = next(one for one in documents.of(application) if one.kind is DocumentKind.MEETING_MINUTES)
            documents.refuse(minutes, application, reason=UNREADABLE[plan.language], actor=secretary, now=now)
        screenings.screen(application, ScreeningOutcome.RETURNED, reason=reason, parts=parts, actor=secretary, now=now)
        if plan.fate == "returned":
            return
        now = yield later(now, 2, chance)
        speaker = dictations.begin(application.association, actor, chance, now)
        _mend(application, plan, speaker, now)
        meetings.hold(programme, application, chance, speaker, now)
        dictations.sign_off(programme, application, speaker, chance, now)
        applications.submit(application, actor=actor, now=now)
        if plan.fate == "resubmitted":
            return
        now = yield later(now, 1, chance)
    if plan.fate == "ineligible":
        key = SHORT_OF_MATCH if plan.pledges_short else WITHOUT_LIST
        reason = by_key(reasons["ineligible"], key)["text"][plan.language]
        screenings.screen(application, ScreeningOutcome.INELIGIBLE, reason=reason, actor=secretary, now=now)
        return
    screenings.screen(application, ScreeningOutcome.ELIGIBLE, reason="", actor=secretary, now=now)
    if plan.fate != "eligible":
        programme.agenda.start(reviews.story(programme, application, plan.fate, later(now, 1, chance)))


def _mend(application: Application, plan: Plan, actor: Actor, now: datetime) -> None:
    """Do what a returned application was returned for: a risk more, and a promise nearer to what can be counted."""
    section = applications.section_of(application, "future")
    assert section is not None
    mended = section.answers | {"risks": f"{section.answers['risks']} {RISK_MENDED[plan.language]}"}
    applications.save_section(application, "future", mended, actor=actor, now=now)
    if application.is_open("targets"):
        promise = application.targets[0]
        goal = promise.target + 1
        applications.set_target(application, promise.indicator, promise.baseline, goal, actor=actor, now=now)


def answers(programme: Programme, plan: Plan) -> dict[str, str]:
    """The texts of the kind of project with the names of the village and its ayil okmotu filled in."""
    kind = by_key(programme.content.kinds, plan.kind)
    told = programme.content.told(kind, plan.language, programme.chance(*plan.told_as, "texts"))
    village = programme.village_of(plan.association)
    names = {"village": village.name(plan.language), "ao": plan.association.ayil_okmotu.name(plan.language)}
    return {key: text.format(**names) for key, text in told.items()}


def theme_of(programme: Programme, kind: str) -> Theme:
    """The theme of a kind of project."""
    return programme.themes[by_key(programme.content.kinds, kind)["theme"]]


def _answer(application: Application, key: str, texts: dict[str, str], actor: Actor, now: datetime) -> None:
    section = questions.form_of(application.call).section(key)
    assert section is not None
    wanted = {question.key: texts[question.key] for question in section.questions}
    applications.save_section(application, key, wanted, actor=actor, now=now)


def _lines(programme: Programme, plan: Plan) -> Iterator[Any]:
    """The kind's budget; an application that falls short of the match leaves a remittance line out."""
    left_out = not plan.pledges_short
    for line in by_key(programme.content.kinds, plan.kind)["budget"]:
        if not left_out and line["payer"] == Payer.REMITTANCE:
            left_out = True
            continue
        yield line


def add_budget(programme: Programme, plan: Plan, actor: Actor, now: datetime) -> None:
    """The lines of the kind's budget."""
    rates = {rate.name_ky: rate for rate in applications.rates_for(plan.application, None, locale="ky", now=now)}
    for line in _lines(programme, plan):
        applications.add_budget_line(
            plan.application,
            heading=BudgetHeading(line["heading"]),
            item=line["item"][plan.language],
            unit=line["unit"][plan.language],
            quantity=Decimal(str(line["quantity"])),
            unit_cost=int(line["unit_cost"]) * 100,
            payer=Payer(line["payer"]),
            month=line["month"],
            price=rates[line["rate"]] if "rate" in line else None,
            actor=actor,
            now=now,
        )


def add_pledges(programme: Programme, plan: Plan, chance: Random, actor: Actor, now: datetime) -> None:
    """Three migrants of three countries promise the remittance part between them, and a little more."""
    application = plan.application
    needed = application.amount_paid_by(Payer.REMITTANCE)
    first = plan.position % len(CURRENCIES)
    for share, number in zip(pick(chance, SHARES), range(3), strict=True):
        country, currency, step = CURRENCIES[0 if number == 0 and first % 2 else (first + number) % len(CURRENCIES)]
        rate = rates.rate_for(currency, now.date())
        steps = 1
        if rate is not None:
            steps = -(-needed * share // (100 * rates.in_som(step, currency, rate)))
        pseudonym = chance.random() < 0.2
        female = chance.random() < 0.4
        due_on = now.date() + timedelta(days=chance.randint(60, 200))
        months = plan_warnings.months_of(now.date(), due_on)
        is_beyond = (plan.position + number) % BEYOND_CAPACITY == 0
        applications.add_pledge(
            application,
            remitter_name=people.villager_name(programme, female, chance),
            is_pseudonym=pseudonym,
            country=country,
            currency=currency,
            amount=steps * step,
            due_on=due_on,
            has_consent=True,
            monthly_capacity=-(-steps // (months + 1 if is_beyond else months)) * step,
            actor=actor,
            now=now,
        )


def add_targets(programme: Programme, plan: Plan, actor: Actor, now: datetime) -> None:
    """What the kind of project promises on five indicators."""
    promised = by_key(programme.content.kinds, plan.kind)["indicators"]
    for key in INDICATORS:
        value = promised[key]
        baseline, goal = value if isinstance(value, list) else (0, value)
        applications.set_target(
            plan.application,
            programme.indicators[key],
            Decimal(baseline),
            Decimal(goal),
            actor=actor,
            now=now,
        )


def _scans(programme: Programme, plan: Plan, actor: Actor, now: datetime) -> None:
    """A second page of the minutes for some, a certificate that expires some day for others."""
    chance = programme.chance("scans", plan.call.code, plan.position)
    by: dict[str, Any] = {"storage": programme.storage, "actor": actor, "now": now}
    name = plan.association.name(plan.language)
    if plan.position % 3 == 0:
        first = next(one for one in documents.of(plan.application) if one.kind is DocumentKind.MEETING_MINUTES)
        sheet = papers.photo(f"protokol-{plan.application.number}-2.jpg", chance)
        documents.attach(plan.application, DocumentKind.MEETING_MINUTES, sheet, page_of=first, **by)
    if plan.position % 4 == 0:
        title = "Каттоо күбөлүгү" if plan.language == "ky" else "Свидетельство о регистрации"
        certificate = papers.pdf(f"{plan.application.number}.pdf", title, [name])
        until = now.date() + timedelta(days=chance.choice((21, 200, 400)))
        documents.attach(plan.application, DocumentKind.REGISTRATION, certificate, expires_on=until, **by)
