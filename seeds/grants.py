"""One grant's story: offered, accepted, paid in tranches against co-investment, visited, completed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.services import (
    agreement_signatures,
    grant_amendments,
    grants,
    overrides,
    recoveries,
    reductions,
    repayments,
)
from app.services import expenditures as spending
from app.services.actors import Actor
from models.applications import Application
from models.associations import MembershipRole
from models.grants import Grant, Tranche
from models.overrides import OverridableCondition
from models.recoveries import RecoveryKind
from seeds import assets, contributions, expenditure_reports, expenditures, papers, people, purchases, tranches
from seeds import results as reported
from seeds import visits as visited
from seeds.agenda import Chapter, Story, later
from seeds.programme import Programme

LENGTH = timedelta(days=364)


@dataclass(frozen=True)
class Course:
    """How far a grant gets: the last tranche acted on and the last step on it; what comes after that."""

    tranche: int
    step: str
    is_completed: bool = False
    is_suspended: bool = False
    is_reduced: bool = False
    is_overridden: bool = False
    is_amended: bool = False


COURSES: dict[str, Course] = {
    "awaiting_offer": Course(0, "decided"),
    "offered": Course(0, "offered"),
    "declined": Course(0, "declined"),
    "accepted": Course(0, "accepted"),
    "gate_closed": Course(0, "active"),
    "requested": Course(1, "requested"),
    "prepared": Course(1, "prepared"),
    "approved": Course(1, "approved"),
    "released": Course(1, "released"),
    "bank_returned": Course(1, "returned"),
    "confirmed": Course(1, "confirmed", is_reduced=True),
    "suspended": Course(1, "confirmed", is_suspended=True),
    "next_open": Course(1, "accounted"),
    "second_requested": Course(2, "requested", is_overridden=True),
    "third_released": Course(3, "released", is_amended=True),
    "completed": Course(3, "accounted", is_completed=True),
}
RECENT = {
    "requested": 10,
    "prepared": 11,
    "approved": 12,
    "released": 18,
    "returned": 17,
    "confirmed": 26,
    "accounted": 48,
}
"""So many days before today the last tranche of a grant that is still running begins to move."""
SUSPENSIONS = {
    "ky": "Жабдуу башка жерде сакталып турат, эсеп китеби жүргүзүлгөн эмес. Кийинки транш токтотулду.",
    "ru": "Оборудование хранится в другом месте, книга учёта не ведётся. Следующий транш приостановлен.",
}
DECLINES = {
    "ky": "Которуу жиберебиз дегендердин көбү быйыл жумушсуз калды: өз үлүшүбүздү чогулта албайбыз.",
    "ru": "Многие из тех, кто обещал переводы, остались в этом году без работы: свою долю мы не соберём.",
}
REDUCTIONS = {
    "ky": "Айыл калганын чогулта албасын жыйында айтты; азайтылган суммага макул.",
    "ru": "На собрании решили: остальное село не соберёт и согласно на меньшую сумму.",
}
OVERRIDES = {
    "ky": "Муздаткыч даяр турат, эсеп-фактурасы кечигип жатат. Сезон бүтүп баратат, күтүүгө болбойт.",
    "ru": "Оборудование готово, счёт-фактура задерживается. Сезон заканчивается, ждать нельзя.",
}
EXTENSIONS = {
    "ky": "Жол жабылып, жабдуу эки айга кечигип келди. Жаңы күнгө чейин орнотуп, эки ай иштетип көрөбүз.",
    "ru": "Дорога была закрыта, оборудование пришло на два месяца позже. До нового дня установим его и опробуем.",
}
SHIFTS = {
    "ky": "Бул беренедеги сатып алуу арзаныраак болду, калганы экинчи беренедеги кымбаттаган жумушка кетет.",
    "ru": "Покупка по этой статье обошлась дешевле, остаток пойдёт на подорожавшие работы по другой статье.",
}
EXTENDED_BY = timedelta(days=60)
REPAYMENTS = {
    "ky": "Жабдуу смета боюнча болжолдонгондон арзан алынды.",
    "ru": "Оборудование куплено дешевле, чем по смете.",
}
CLAIMS = {
    "ky": "Сатылып алынган жабдуунун үчтөн бири айылда жок. Анын акчасын грантка кайтаргыла.",
    "ru": "Трети купленного оборудования в селе нет. Верните деньги за него на грант.",
}
DUE_IN = timedelta(days=30)
DECLINED_AGO = 5
VISIT_AHEAD = timedelta(days=9)


def story(programme: Programme, application: Application, fate: str, signed_at: datetime) -> Story:
    """What becomes of a selected application."""
    chance, course = programme.chance("grant", application.number), COURSES[fate]
    now = yield later(signed_at, 4, chance)
    if course.step == "decided":
        return
    finance, actor = programme.as_staff("finance1"), programme.actor_for(application.association)
    starts_on = now.date() + timedelta(days=10)
    grant = grants.offer(application, starts_on=starts_on, ends_on=starts_on + LENGTH, actor=finance, now=now)
    programme.grants.append(grant)
    if course.step == "offered":
        return
    if course.step == "declined":
        yield from _decline(programme, grant, chance)
        return
    now = yield later(now, chance.randint(2, 4), chance)
    grants.accept(grant, actor=actor, now=now)
    if course.step == "accepted":
        yield from contributions.waiting(programme, grant, chance)
        return
    if course.step == "active":
        now = yield from _sign_on_screen(programme, grant, chance, now)
        yield from contributions.too_little(programme, grant, chance)
        return
    now = yield later(now, 4, chance)
    _agreement(programme, grant, programme.as_staff("finance2"), now)
    now = yield from contributions.of_the_village(programme, grant, chance, later(now, 6, chance))
    for tranche in grant.tranches[: course.tranche]:
        is_last = tranche.sequence == course.tranche and not course.is_completed
        begin = later(now, chance.randint(4, 9) if tranche.sequence == 1 else chance.randint(12, 20), chance)
        if is_last:
            begin = max(begin, later(_days_ago(programme, RECENT[course.step]), 0, chance))
        now = yield from contributions.for_tranche(programme, grant, tranche.sequence, chance, begin)
        if course.is_amended and tranche.sequence == 2:
            now = yield from _amend(programme, grant, chance, now)
        stop = course.step if is_last else "confirmed" if course.is_overridden else "accounted"
        if course.is_overridden and is_last:
            now = yield from _override(programme, tranche, chance, now)
        is_reported = course.is_amended and tranche.sequence == 1
        if is_reported:
            now = yield from purchases.prepared(programme, grant, chance, now)
        now = yield from tranches.cycle(programme, tranche, stop, chance, now, is_part=is_reported)
        if is_reported:
            now = yield from expenditure_reports.accepted(programme, grant, chance, now)
        if tranche.sequence == 1 and (not is_last or stop == "accounted" or course.is_suspended):
            now = yield from visited.made(programme, grant, course.is_suspended, chance, now)
            assets.entered(programme, grant, now, is_waiting=is_reported)
            assets.seen(programme, grant, now)
        if course.is_overridden and not is_last:
            yield from expenditures.waiting(programme, grant, chance, now)
            now = yield later(now, 7, chance)
        if stop == "accounted" and tranche.sequence < 3:
            now = yield from reported.midway(programme, grant, is_last, chance, now)
    if course.is_reduced:
        now = yield later(now, 2, chance)
        contributions.cash_is_gone(programme, grant, now)
        left, reason = reductions.proposed(grant).after, REDUCTIONS[application.language]
        reductions.reduce(grant, expected=left, reason=reason, actor=finance, now=now)
    if course.is_suspended:
        now = yield later(now, 1, chance)
        grants.suspend(grant, reason=SUSPENSIONS[application.language], actor=finance, now=now)
        yield from _claim(programme, grant, chance, now)
    elif course.is_completed:
        yield from _complete(programme, grant, chance, now)
    elif course.step == "confirmed":
        yield from expenditures.waiting(programme, grant, chance, now)
    elif course.tranche > 1:
        now = yield later(now, 1, chance)
        visited.planned(programme, grant, programme.calendar.today + VISIT_AHEAD, now)


def _override(programme: Programme, tranche: Tranche, chance: Random, now: datetime) -> Chapter:
    """Finance asks and the Council's chair agrees that the next tranche goes out before the last is accounted for."""
    reason, accounted = OVERRIDES[tranche.grant.application.language], OverridableCondition.ACCOUNTED
    override = overrides.propose(tranche, accounted, reason=reason, actor=programme.as_staff("finance1"), now=now)
    now = yield later(now, 1, chance)
    overrides.approve(override, actor=programme.as_staff("council_chair"), now=now)
    return now


def _amend(programme: Programme, grant: Grant, chance: Random, now: datetime) -> Chapter:
    """The association asks for more time; then finance lets a little money move between two lines of one payer."""
    language, association = grant.application.language, programme.actor_for(grant.association)
    now = yield later(now, 1, chance)
    day = min(grant.ends_on + EXTENDED_BY, grant.fund.ends_on)
    if day > grant.ends_on:
        extension = grant_amendments.extend(grant, day, reason=EXTENSIONS[language], actor=association, now=now)
        now = yield later(now, 2, chance)
        grant_amendments.approve(extension, actor=programme.as_staff("finance2"), now=now)
    uses = spending.by_line(grant)
    pairs = [
        (one, other, amount)
        for one in uses
        for other in uses
        if one.line.id != other.line.id and one.line.payer is other.line.payer
        if (amount := min(one.left // 2, one.planned // 10, other.planned // 10) // 100_000 * 100_000) > 0
    ]
    if pairs:
        one, other, amount = pairs[0]
        wanted = {one.line.id: one.planned - amount, other.line.id: other.planned + amount}
        now = yield later(now, 1, chance)
        moved = grant_amendments.shift(grant, wanted, reason=SHIFTS[language], actor=association, now=now)
        now = yield later(now, 1, chance)
        grant_amendments.approve(moved, actor=programme.as_staff("finance1"), now=now)
    now = yield later(now, 2, chance)
    _agreement(programme, grant, programme.as_staff("finance2"), now)
    return now


def _sign_on_screen(programme: Programme, grant: Grant, chance: Random, now: datetime) -> Chapter:
    """The chair of the association signs from an own account, the secretary of the Council countersigns."""
    chair = people.account_of_chair(programme, grant.association, now)
    now = yield later(now, 4, chance)  # a code counts a day after it was chosen
    agreement_signatures.sign(grant, seen=grant.agreement_sha256, actor=Actor(chair), now=now)
    now = yield later(now, 1, chance)
    agreement_signatures.countersign(grant, seen=grant.agreement_sha256, actor=programme.as_staff("secretary"), now=now)
    return now


def _claim(programme: Programme, grant: Grant, chance: Random, now: datetime) -> Chapter:
    """A third of what is not accounted for is claimed back: one officer proposes, the other decides."""
    amount = recoveries.most(grant, RecoveryKind.CLAIM) // 3 // 100_000 * 100_000
    now = yield later(now, 1, chance)
    claim = recoveries.propose(
        grant,
        RecoveryKind.CLAIM,
        amount=amount,
        due_on=now.date() + DUE_IN,
        reason=CLAIMS[grant.application.language],
        actor=programme.as_staff("finance1"),
        now=now,
    )
    now = yield later(now, 1, chance)
    recoveries.approve(claim, actor=programme.as_staff("finance2"), now=now)
    return now


def _decline(programme: Programme, grant: Grant, chance: Random) -> Story:
    """Only the chair can say no, so the chair gets an account; the Council's chair has not said yet who moves up."""
    now = yield later(_days_ago(programme, DECLINED_AGO + 2), 0, chance)
    chair = people.account_of_chair(programme, grant.association, now)
    now = yield later(_days_ago(programme, DECLINED_AGO), 0, chance)
    grants.decline(grant, reason=DECLINES[grant.application.language], actor=Actor(chair), now=now)


def _days_ago(programme: Programme, days: int) -> datetime:
    """The morning of a day before today."""
    return programme.calendar.until - timedelta(days=days) + timedelta(hours=9)


def _agreement(programme: Programme, grant: Grant, actor: Actor, now: datetime) -> None:
    """Enter the paper, of the agreement or of a change of it, that both have signed."""
    association = grant.association
    if grant.application.language == "ky":
        title = f"Грант келишими {grant.number}"
        facts = [f"Алуучу: {association.name_ky}", f"Долбоор: {grant.application.title}", "Эки тарап кол койду."]
    else:
        title = f"Договор о гранте {grant.number}"
        facts = [f"Получатель: {association.name_ru}", f"Проект: {grant.application.title}", "Подписан сторонами."]
    upload = papers.pdf(f"{grant.number}.pdf", title, facts)
    chair = next(held.person for held in association.memberships if held.role is MembershipRole.CHAIR).full_name
    secretary = programme.staff["secretary"].display_name
    agreement_signatures.record_paper(
        grant, upload, seen=grant.agreement_sha256, association=chair, programme=secretary,
        signed_on=now.date(), storage=programme.storage,
        actor=actor, now=now,
    )  # fmt: skip


def _complete(programme: Programme, grant: Grant, chance: Random, now: datetime) -> Story:
    """The last visit, the last results, the completion."""
    now = yield from visited.made(programme, grant, False, chance, now)
    now = yield from reported.final(programme, grant, chance, now)
    now = yield later(now, 5, chance)
    left = repayments.unspent(grant)
    if left:
        repayment = repayments.record(
            grant,
            amount=left,
            paid_on=now.date(),
            bank_reference=f"ПК-{now:%y}-{programme.number('repayment'):05d}",
            reason=REPAYMENTS[grant.application.language],
            actor=programme.as_staff("finance1"),
            now=now,
        )
        now = yield later(now, 0, chance)
        repayments.confirm(repayment, actor=programme.as_staff("finance2"), now=now)
        now = yield later(now, 0, chance)
    grants.complete(
        grant,
        actor=programme.as_staff("monitoring1"),
        now=now,
    )
