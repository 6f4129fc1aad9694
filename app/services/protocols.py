"""What a protocol says: everything the Council decided, as plain values that are hashed and signed.

From it a person can recompute every decision by hand: the levels each unnamed reviewer gave, the weights, thresholds,
severities, caps and shares, what these are held against, the votes, and in which order it was decided.

Who has a tie to an application sees nothing of it while the session is open. A signed protocol is the legal record of
the Council: everybody who may read a session reads it whole, whoever was recused too. That is the office alone
(secretary and chair): no applicant, operator, reviewer, monitor, finance officer or donor reads a protocol, so while
letters are held nobody outside the office learns from it what was decided.
"""

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from app.services import departures, holding_protocols, new_decisions, protocol_places, rankings, selections
from app.services.calls import allocations
from app.services.rankings import RankedApplication, Ranking
from app.services.selection import Award, Hindrance
from app.services.selections import Proposal
from app.services.severity import printed
from models.agenda_items import AgendaItem
from models.applications import Application
from models.associations import Association
from models.base import db
from models.calls import Call, RanksBy
from models.council_sessions import CouncilSession, Decision, Dissent, Protocol, Vote
from models.places import AyilOkmotu, Rayon

FINE = 10_000
"""Figures of the severity model and scores made of them are kept in these parts of a point (or of a review, for λ)."""
RULES = (
    *("most_per_oblast", "most_per_ayil_okmotu", "most_per_applicant"),
    *("first_time_percent", "women_led_percent", "youth_led_percent", "partial_awards"),
)
"""Columns of a call by which is selected; a protocol keeps them under the same names."""


def content_of(session: CouncilSession) -> dict[str, Any]:
    """Everything the protocol says, as plain JSON values; scores in hundredths of a point, amounts in tyiyn.

    A decision's `allocation` is the place in the list of allocations, from 0. One made anew says in `follows` which
    one it follows and why; `earlier_awards` are those of the call that stood before such a session. They come first:
    what each fund gives (`funds`, without what it has promised to open calls) less these awards goes down the list.
    """
    _read_whole(session)
    call = session.call
    ranking = rankings.of_call(call)
    proposal = selections.proposed(call, ranking, new_decisions.money_left(call))
    places: dict[int | None, int] = {one.id: place for place, one in enumerate(proposal.allocations)}
    codes = codes_of(ranking)
    items = _items(session)
    names = {one.user_id: one.user.display_name for one in session.attendances}
    departed = departures.of_decisions(proposal, session.decisions, also=new_decisions.passed_over(session))
    return {
        "call": call.code,
        "title": dict(call.title),
        "held_on": session.held_on.isoformat(),
        "place": session.place,
        "seats": session.seats,
        "present": _present(session, names),
        "movements": _movements(session, names),
        "vote_rule": call.vote_rule.value,
        "agenda_order": session.agenda_order.value,
        "pass_total": call.pass_total,
        "pass_section_percent": call.pass_section_percent,
        "criteria": [{"key": one.key, "weight": one.weight, "title": dict(one.title)} for one in call.criteria],
        "budget": call.budget,
        "ceiling": call.grant_ceiling,
        "least": proposal.rules.least,
        **{name: getattr(call, name) for name in RULES},
        "ranks_by": call.ranks_by.value,
        "severity": _severity(ranking, codes),
        "allocations": allocations.in_words(proposal.allocations),
        "funds": _funds(proposal),
        **({"earlier_first": True} if new_decisions.sits_anew(session) else {}),
        "earlier_awards": [
            {
                "number": one.application.number,
                "association": one.application.association.names,
                "amount": one.amount,
                "allocation": places[one.allocation_id],
            }
            for one in proposal.earlier
        ],
        "ranking": _ranked(call, proposal, codes, places),
        "decisions": [
            _row(one, places)
            | _discussion(one, items.get(one.application_id), names)
            | {"departs": [each.in_words() for each in departed.get(one.application_id, ())]}
            | _standing(proposal.by_id.get(one.application_id))
            | _follows(one)
            for one in _in_order(session)
        ],
    }


def _funds(proposal: Proposal) -> list[int]:
    """What the fund of each allocation gives in all to this call, with the awards that stand already."""
    found = dict(proposal.rules.funds)
    fund_of = {one.id: one.fund_id for one in proposal.allocations}
    for one in proposal.earlier:
        found[fund_of[one.allocation_id]] += one.amount
    return [found[one.fund_id] for one in proposal.allocations]


def people_of(session: CouncilSession) -> dict[str, Any]:
    """The parts of the protocol that name people, made as `content_of` makes them, with the account's number (as text)
    in the place of each name: two of one name are two numbers."""
    _read_whole(session)
    items, numbers = _items(session), {one.user_id: str(one.user_id) for one in session.attendances}
    return {
        "present": _present(session, numbers),
        "movements": _movements(session, numbers),
        "decisions": [
            {"number": one.application.number} | _discussion(one, items.get(one.application_id), numbers)
            for one in _in_order(session)
        ],
    }


def _in_order(session: CouncilSession) -> list[Decision]:
    return sorted(session.decisions, key=lambda one: (one.rank or 9999, one.id))


def _present(session: CouncilSession, names: Mapping[int, str]) -> list[str]:
    return [names[one.user_id] for one in session.attendances]


def departed(session: CouncilSession) -> set[int]:
    """The applications whose decisions depart from the ranked list, as the signed protocol of a session has it."""
    content = json.loads(session.protocol.content) if session.protocol else {"decisions": []}
    numbers = {one["number"] for one in content["decisions"] if one.get("departs")}  # the first ones do not keep it
    query = db.select(Decision.application_id).join(Application, Application.id == Decision.application_id)
    return set(db.session.scalars(query.where(Decision.session_id == session.id, Application.number.in_(numbers))))


def levels_of(protocol: Protocol) -> dict[str, dict[str, list[int]]]:
    """{number of an application: {key of a criterion: the levels given}} as signed; the first ones do not keep them."""
    content = json.loads(protocol.content)
    keys = [one.get("key") for one in content["criteria"]]
    return {
        row["number"]: {key: [one["levels"][place] for one in row["reviews"]] for place, key in enumerate(keys)}
        for row in content.get("ranking", ())
    }


def _read_whole(session: CouncilSession) -> None:
    """Read who is present and what is decided, with ballots, dissents and the applications, in a query a table."""
    db.session.scalars(_WHOLE, {"session_id": session.id}).one()


_DECIDED = db.selectinload(CouncilSession.decisions)
_WHOLE = (
    db.select(CouncilSession)
    .where(CouncilSession.id == db.bindparam("session_id"))
    .options(
        db.selectinload(CouncilSession.attendances),
        db.selectinload(CouncilSession.presence_changes),
        db.joinedload(CouncilSession.call),
        _DECIDED.joinedload(Decision.application).joinedload(Application.association),
        _DECIDED.selectinload(Decision.votes).joinedload(Vote.user),
        _DECIDED.selectinload(Decision.dissents).joinedload(Dissent.user),
    )
)


def codes_of(ranking: Ranking) -> dict[int, str]:
    """{reviewer: the code that stands for this person throughout one protocol}, where severities rank; else nothing.

    The codes go by severity, the most severe first, and by the reviews where two are alike: by nothing that says who
    it is, and in another protocol the same person has another one.
    """
    if ranking.fit is None or ranking.by is not RanksBy.ADJUSTED:
        return {}
    judged: dict[int, list[tuple[str, int]]] = {one: [] for one in ranking.fit.severities}
    for row in ranking.rows:
        for reviewer, total in row.totals.items():
            judged[reviewer].append((row.application.number, total))
    found = ranking.fit.severities
    order = sorted(judged, key=lambda one: (printed(found[one].points), sorted(judged[one])))
    return {reviewer: f"R{place}" for place, reviewer in enumerate(order, start=1)}


def _severity(ranking: Ranking, codes: Mapping[int, str]) -> dict[str, Any] | None:
    """The model by which the scores are adjusted, in parts of `FINE`; None where the mean ranks."""
    fit = ranking.fit
    if fit is None or not codes:
        return None
    return {
        "mean": _fine(printed(fit.mean)),
        "shrinkage": _fine(printed(fit.shrinkage or 0)),
        "reviewers": {code: _fine(printed(fit.severities[one].points)) for one, code in codes.items()},
    }


def _fine(number: Fraction) -> int:
    """In parts of `FINE`, halves rounded up."""
    return math.floor(number * FINE + Fraction(1, 2))


def _applications(call: Call) -> Mapping[int, Application]:
    """The applications of the ranking by id, with where each comes from; read in one query."""
    path = db.joinedload(Application.association).joinedload(Association.ayil_okmotu)
    query = db.select(Application).where(Application.call_id == call.id, rankings.IS_RANKED)
    whole = path.joinedload(AyilOkmotu.rayon).joinedload(Rayon.oblast)
    return {one.id: one for one in db.session.scalars(query.options(whole, db.joinedload(Application.theme)))}


def _items(session: CouncilSession) -> dict[int, AgendaItem]:
    query = db.select(AgendaItem).where(AgendaItem.session_id == session.id)
    found = query.options(db.selectinload(AgendaItem.recusals), db.selectinload(AgendaItem.notes))
    return {one.application_id: one for one in db.session.scalars(found.order_by(AgendaItem.closed_at, AgendaItem.id))}


def _movements(session: CouncilSession, names: Mapping[int, str]) -> list[Mapping[str, Any]]:
    return [
        {"name": names[one.user_id], "is_present": one.is_present, "at": one.changed_at.isoformat()}
        for one in session.presence_changes
    ]


def _ranked(
    call: Call, proposal: Proposal, codes: Mapping[int, str], places: Mapping[int | None, int]
) -> list[Mapping[str, Any]]:
    """The applications of the ranking with what caps and shares are held against, and what the list gives to each, or
    what it was awarded before and keeps."""
    awards = {one.application.id: Award(one.allocation_id, one.amount) for one in proposal.earlier}
    awards |= proposal.straight.awards
    out = {one.id: Hindrance.DECLINED for one in proposal.listed if one.id not in awards}
    hindrances = {**out, **proposal.straight.hindrances}
    whole = _applications(call)
    return [
        _reviewed(row, proposal.ranking, call, codes)
        | {
            "oblast": dict(whole[one.id].association.ayil_okmotu.rayon.oblast.names),
            "ayil_okmotu": dict(whole[one.id].association.ayil_okmotu.names),
            "association": whole[one.id].association.names,
            "theme": dict(theme.names) if (theme := whole[one.id].theme) else None,
            "is_first_time": one.is_first_time,
            "is_women_led": one.is_women_led,
            "is_youth_led": one.is_youth_led,
        }
        | _straight(awards.get(one.id), hindrances.get(one.id), places)
        for row, one in zip(proposal.ranking.rows, proposal.listed, strict=True)
    ]


def _straight(award: Award | None, why: Hindrance | None, places: Mapping[int | None, int]) -> dict[str, Any]:
    """What straight down the list goes to one application, and from which allocation; or why nothing does."""
    return {
        "straight": award.amount if award else None,
        "straight_from": places[award.line_id] if award else None,
        "hindrance": why.value if why else None,
    }


def _reviewed(row: RankedApplication, ranking: Ranking, call: Call, codes: Mapping[int, str]) -> dict[str, Any]:
    """One application with every review, the highest total first: their order tells nothing of who."""
    keys = [one.key for one in call.criteria]
    reviews = sorted(
        ((row.totals[one], given, codes.get(one)) for one, given in ranking.levels[row.application.id].items()),
        key=lambda review: (-review[0], [-review[1][key] for key in keys], review[2] or ""),
    )
    return {
        "number": row.application.number,
        "rank": row.rank,
        "score": row.points,
        "mean": row.mean_points,
        "adjusted": _fine(row.score / 100) if codes else None,
        "spread": row.spread,
        "passes": row.passes,
        "weak": row.weak,
        "requested": row.application.grant_requested,
        "reviews": [
            {"levels": [given[key] for key in keys], "total": total, "by": code} for total, given, code in reviews
        ],
    }


def _standing(row: RankedApplication | None) -> dict[str, Any]:
    return {"passes": row.passes if row else None}


def _discussion(decision: Decision, item: AgendaItem | None, names: Mapping[int, str]) -> dict[str, Any]:
    """How it came to the decision: when, who was in the room and who was not, what was noted."""
    recusals = item.recusals if item else []
    return {
        "decided_at": decision.decided_at.isoformat(),
        "in_room": [names[one] for one in decision.present],
        "recused": [names[one.user_id] for one in recusals if one.user_id in names],
        "recusals": [
            {
                "name": names[one.user_id],
                "ground": one.ground.value,
                "kind": one.kind.value if one.kind else None,
            }
            for one in recusals
            if one.user_id in names
        ],
        "ballots": [{"name": names[one.user_id], "choice": one.choice.value} for one in decision.votes],
        "dissents": [{"name": names[one.user_id], "reason": one.reason} for one in decision.dissents],
        "notes": [one.text for one in item.notes if one.in_protocol] if item else [],
    }


def _follows(decision: Decision) -> dict[str, Any]:
    """Which signed decision this one takes the place of, and why the appeal against that one was upheld.

    It is named with the protocol that holds, and in its words: the first one may have a mistake in its record.
    """
    followed = new_decisions.followed_by(decision)
    if followed is None:
        return {}
    earlier, appeal = followed.decision, followed.appeal
    holds = holding_protocols.of(earlier.session.protocol) if earlier.session.protocol else None
    said = json.loads(str(holds.content)) if holds else {}
    row = protocol_places.decision_of(said, decision.application.number) if holds else {}
    return {
        "follows": {
            "protocol": holds.number if holds else None,
            "sha256": holds.sha256 if holds else None,
            "held_on": said.get("held_on", earlier.session.held_on.isoformat()),
            "outcome": earlier.outcome.value,
            "reason": row.get("reason", earlier.reason),
            "lodged_at": appeal.lodged_at.isoformat(),
            "upheld_at": appeal.closed_at.isoformat() if appeal.closed_at else None,
            "upheld_for": appeal.reason,
        }
    }


def _row(decision: Decision, places: Mapping[int | None, int]) -> dict[str, Any]:
    application = decision.application
    return {
        "number": application.number,
        "title": application.title,
        "association": application.association.names,
        "requested": application.grant_requested,
        "allocation": places.get(decision.allocation_id),
    } | told_of(decision)


def told_of(decision: Decision) -> dict[str, Any]:
    """What a protocol says of a decision itself, whatever stands around it; `flask verify` compares the two."""
    return {
        "rank": decision.rank,
        "score": decision.score,
        "outcome": decision.outcome.value,
        "amount": decision.amount,
        "reason": decision.reason,
        "votes": [decision.votes_for, decision.votes_against, decision.abstentions],
    }
