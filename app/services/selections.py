"""The selection of a call: its rules as figures, and what they come to for its ranking."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from app.clock import bishkek_day
from app.localisation import N_
from app.services import new_decisions, rankings, scoring, selection_solver
from app.services.applicants import YOUTH
from app.services.calls import allocations, paid_from
from app.services.calls.allocations import Standing
from app.services.errors import LimitExceededError
from app.services.new_decisions import EarlierAward
from app.services.rankings import RankedApplication, Ranking
from app.services.selection import Candidate, Cap, Line, Rules, Selection, Share, down_the_list
from app.services.selection_solver import Optimum
from models.allocations import Allocation
from models.applications import Application, ApplicationStatus
from models.associations import Association, Membership, MembershipRole
from models.base import db
from models.calls import Call, CallStatus, RanksBy
from models.grants import Grant
from models.people import Person, Sex
from models.places import AyilOkmotu, Rayon

# What the rules are applied to ------------------------------------------------------------------------------


@dataclass(frozen=True)
class WhatIf:
    """Other figures than the call's, for once: caps and shares that hold, amounts (tyiyn) of lines and applications."""

    caps: Mapping[Cap, int]
    shares: Mapping[Share, int]
    partial_awards: bool
    lines: Mapping[int, int]
    amounts: Mapping[int, int]


@dataclass(frozen=True)
class Proposal:
    """What the ranking and the rules of a call come to. `by_id`: the rows of the ranking by application.

    `listed` is every application of the ranking in its order, `candidates` those among which is selected: not whose
    grant was declined, nor while the Council decides anew who has an award that stands (`earlier`).
    """

    ranking: Ranking
    allocations: Sequence[Allocation]
    listed: Sequence[Candidate]
    candidates: Sequence[Candidate]
    rules: Rules
    straight: Selection
    earlier: Sequence[EarlierAward] = ()

    @cached_property
    def by_id(self) -> Mapping[int, RankedApplication]:
        return {row.application_id: row for row in self.ranking.rows}


def caps_of(call: Call) -> Mapping[Cap, int]:
    """The caps a call has set."""
    given = {
        Cap.OBLAST: call.most_per_oblast,
        Cap.AYIL_OKMOTU: call.most_per_ayil_okmotu,
        Cap.APPLICANT: call.most_per_applicant,
    }
    return {cap: most for cap, most in given.items() if most is not None}


def shares_of(call: Call) -> Mapping[Share, int]:
    """The shares a call has set, in percent."""
    given = {
        Share.FIRST_TIME: call.first_time_percent,
        Share.WOMEN_LED: call.women_led_percent,
        Share.YOUTH_LED: call.youth_led_percent,
    }
    return {share: percent for share, percent in given.items() if percent is not None}


def rules_of(call: Call, standings: Sequence[Standing], earlier: Sequence[EarlierAward] = ()) -> Rules:
    """The rules of a call with all its money but that of `earlier` awards, as if nothing else were awarded yet."""
    funds = {one.allocation.fund_id: one.fund_has for one in standings}
    given = {one.allocation.id: one.allocation.amount for one in standings}
    for one in standings:
        funds[one.allocation.fund_id] += one.awarded
    fund_of = {one.allocation.id: one.allocation.fund_id for one in standings}
    for award in earlier:
        given[award.allocation_id] -= award.amount
        funds[fund_of[award.allocation_id]] -= award.amount
    return Rules(
        tuple(Line(line_id, fund_of[line_id], left) for line_id, left in given.items()),
        funds,
        caps_of(call),
        shares_of(call),
        partial_awards=call.partial_awards,
        least=max(call.grant_floor, 1),
    )


def of_call(call: Call, without: Collection[int] = ()) -> Proposal:
    """The selection straight down the ranked list, made `without` the applications a reader has a tie to."""
    return proposed(call, rankings.with_severities(call, without), new_decisions.money_left(call))


def proposed(call: Call, ranking: Ranking, standings: Sequence[Standing]) -> Proposal:
    """The same for a ranking and standings (`new_decisions.money_left`) that were read already.

    While the Council decides anew the awards that stand come first: what they leave goes down the list. An award the
    Council could not make any more is none that it passed by.
    """
    given = [one.allocation for one in standings]
    listed, earlier = candidates_of(call, ranking.rows, given), new_decisions.earlier_awards(call)
    candidates, rules = listed, rules_of(call, standings, earlier)
    if call.status is CallStatus.DECIDED:  # before that nothing stands and no grant was declined
        stands = {one.application.id for one in earlier}
        out = {row.application_id for row in ranking.rows if row.application.status is ApplicationStatus.WITHDRAWN}
        apart = stands | out
        candidates = [one for one in listed if one.id not in apart]
        rules = replace(rules, taken=tuple(one for one in listed if one.id in stands))
    return Proposal(ranking, given, listed, candidates, rules, down_the_list(candidates, rules), earlier)


def candidates_of(
    call: Call, rows: Sequence[RankedApplication], given: Sequence[Allocation] | None = None
) -> list[Candidate]:
    """Ranked applications as the selection sees them, in the order of the ranking.

    Led by whom: by the chair on the last day of the call; young is who turns at most `YOUTH` in its year. For the
    first time: no grant accepted until then.
    """
    facts, had_grant = _facts(call), _had_grant(call)
    lines = sorted(allocations.of(call) if given is None else given, key=paid_from.narrowest_first)
    fitting: dict[tuple[int, int | None], tuple[int, ...]] = {}  # few places and themes, hundreds of applications
    year = bishkek_day(call.closes_at).year
    found = []
    for row in rows:
        application_id = row.application_id
        association_id, theme_id, asked, oblast_id, ayil_okmotu_id, is_woman, birth_year = facts[application_id]
        wanted = oblast_id, theme_id
        if wanted not in fitting:
            fitting[wanted] = tuple(one.id for one in lines if one.is_for(*wanted))
        found.append(
            Candidate(
                application_id,
                row.score,
                call.most_for(asked),
                fitting[wanted],
                oblast_id,
                ayil_okmotu_id,
                association_id,
                association_id not in had_grant,
                bool(is_woman),
                birth_year is not None and year - birth_year <= YOUTH,
                row.passes,
            )
        )
    return found


def _facts(call: Call) -> Mapping[int, tuple[int, int | None, int, int, int, bool | None, int | None]]:
    """{application: its association, theme, what it asks for (tyiyn), oblast and ayil okmotu; of who chaired its
    association on the last day whether it is a woman, and the birth year}."""
    day = bishkek_day(call.closes_at)
    rows = db.session.connection().execute(_FACTS, {"call_id": call.id, "day": day})
    # of two chairs of one day the newer
    return {one[0]: (one[1], one[2], one[3], one[4], one[5], one[6], one[7]) for one in rows}


_DAY = db.bindparam("day", type_=db.Date)
_CHAIRED = (
    (Membership.association_id == Association.id)
    & (Membership.role == MembershipRole.CHAIR)
    & (Membership.since_on <= _DAY)
    & (Membership.until_on.is_(None) | (Membership.until_on > _DAY))
)
_FACTS = (
    db.select(
        Application.id,
        Application.association_id,
        Application.theme_id,
        Application.grant_requested,
        Rayon.oblast_id,
        Association.ayil_okmotu_id,
        Person.sex == Sex.FEMALE,
        Person.birth_year,
    )
    .join(Association, Association.id == Application.association_id)
    .join(AyilOkmotu, AyilOkmotu.id == Association.ayil_okmotu_id)
    .join(Rayon, Rayon.id == AyilOkmotu.rayon_id)
    .outerjoin(Membership, _CHAIRED)
    .outerjoin(Person, Person.id == Membership.person_id)
    .where(Application.call_id == db.bindparam("call_id"))
    .order_by(Membership.since_on)
)


def _had_grant(call: Call) -> set[int]:
    """Associations with a grant they accepted before the call closed."""
    return set(db.session.scalars(_ACCEPTED, {"until": call.closes_at}))


_ACCEPTED = db.select(Grant.association_id).where(Grant.accepted_at <= db.bindparam("until")).distinct()


def best_of(proposal: Proposal) -> Optimum:
    """The selection of highest value under the same rules."""
    return selection_solver.best(proposal.candidates, proposal.rules, proposal.straight)


def changed(proposal: Proposal, what_if: WhatIf) -> Proposal:
    """The same with other figures: a fund gives more or less by what its lines are changed by."""
    lines = tuple(replace(one, left=what_if.lines.get(one.id, one.left)) for one in proposal.rules.lines)
    funds = dict(proposal.rules.funds)
    for before, after in zip(proposal.rules.lines, lines, strict=True):
        funds[after.fund_id] += after.left - before.left
    rules = replace(
        proposal.rules,
        lines=lines,
        funds=funds,
        caps=what_if.caps,
        shares=what_if.shares,
        partial_awards=what_if.partial_awards,
    )
    candidates = [one._replace(asked=what_if.amounts.get(one.id, one.asked)) for one in proposal.candidates]
    return replace(proposal, rules=rules, candidates=candidates, straight=down_the_list(candidates, rules))


@dataclass(frozen=True)
class Raised:
    """One level more of one reviewer in one criterion would bring the application over."""

    reviewer_id: int
    criterion: str
    level: int


def one_level_more(call: Call, proposal: Proposal, application_id: int) -> list[Raised]:
    """Which single level, raised by one, would bring an application over the line, all else as it is.

    Where the adjusted score ranks, mean, λ and severities stay as they are.
    """
    ranking, weights = proposal.ranking, call.weights
    given = ranking.levels[application_id]
    others = [
        scoring.standing(row.application.id, list(ranking.levels[row.application.id].values()), weights)
        for row in ranking.rows
        if row.application.id != application_id
    ]
    scores = {row.application.id: row.score for row in ranking.rows}
    known = {one.id: one for one in proposal.candidates}
    found = []
    for reviewer_id, levels in sorted(given.items()):
        for key in weights:
            if levels[key] == max(scoring.LEVELS):
                continue
            mended = {**given, reviewer_id: {**levels, key: levels[key] + 1}}
            one = scoring.standing(application_id, list(mended.values()), weights)
            value = one.mean
            if ranking.fit and ranking.by is RanksBy.ADJUSTED:
                totals = {reviewer: scoring.total(of_it, weights) for reviewer, of_it in mended.items()}
                value = ranking.fit.ranking_score(totals)
            weak = scoring.weak_sections(one, weights, call.pass_section_percent)
            passes = scoring.passes(one, weak, call.pass_total)
            order = scoring.ranked([*others, one], list(weights), scores | {application_id: value})
            moved = known | {application_id: known[application_id]._replace(value=value, passes=passes)}
            listed = [moved[done.application_id] for _rank, done in order if done.application_id in moved]
            if application_id in down_the_list(listed, proposal.rules).awards:
                found.append(Raised(reviewer_id, key, levels[key]))
    return found


# What the Council makes of it -------------------------------------------------------------------------------


def must_be_within_caps(call: Call, application: Application, selected: Iterable[Application]) -> None:
    """Refuse one selection more than the call allows in an oblast, an ayil okmotu or of one association."""
    places = {
        Cap.OBLAST: lambda one: one.association.ayil_okmotu.rayon.oblast,
        Cap.AYIL_OKMOTU: lambda one: one.association.ayil_okmotu,
        Cap.APPLICANT: lambda one: one.association,
    }
    chosen = list(selected)
    for cap, most in caps_of(call).items():
        place = places[cap](application)
        if sum(places[cap](one).id == place.id for one in chosen) >= most:
            raise LimitExceededError(
                N_("The call allows %(most)s selected applications in %(place)s, and so many are selected."),
                field="outcome",
                most=most,
                place={"name": place.names},
            )


# For the page -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """One application beside a line: what it gets (tyiyn) down the list and in the best selection, None: nothing.

    `so_far` adds up what the line has given down the list.
    """

    row: RankedApplication
    straight: int | None
    best: int | None
    so_far: int


@dataclass(frozen=True)
class LineTable:
    """A budget line with those paid from it by either method, in the order of the ranking; amounts in tyiyn."""

    allocation: Allocation
    amount: int
    rows: Sequence[Beside]

    @property
    def straight(self) -> int:
        return sum(one.straight or 0 for one in self.rows)

    @property
    def best(self) -> int:
        return sum(one.best or 0 for one in self.rows)


def by_line(proposal: Proposal, best: Selection) -> list[LineTable]:
    """Who is paid from which line by either method."""
    amounts = {one.id: one.left for one in proposal.rules.lines}
    tables = []
    for allocation in proposal.allocations:
        rows, so_far = [], 0
        for row in proposal.ranking.rows:
            given = [
                award.amount if award and award.line_id == allocation.id else None
                for award in (one.awards.get(row.application.id) for one in (proposal.straight, best))
            ]
            so_far += given[0] or 0
            if given != [None, None]:
                rows.append(Beside(row, given[0], given[1], so_far))
        tables.append(LineTable(allocation, amounts[allocation.id], rows))
    return tables


def moved(before: Proposal, after: Proposal) -> tuple[list[RankedApplication], list[RankedApplication]]:
    """Who comes in and who goes out, down the list, with other figures."""
    was, now = before.straight.awards, after.straight.awards
    rows = before.ranking.rows
    come_in = [row for row in rows if row.application.id in now and row.application.id not in was]
    return come_in, [row for row in rows if row.application.id in was and row.application.id not in now]
