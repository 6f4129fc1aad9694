"""Synthetic applications: many at once, with sections, budget, pledges, targets, snapshots and reviews."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from random import Random
from typing import Any

from app.localisation import fold
from app.services import audit, call_forms, duplicates, match, questions, rates
from app.services.likeness import bands, packed, shingles
from models.allocations import Allocation
from models.applications import (
    Application,
    ApplicationSection,
    ApplicationStatus,
    ApplicationTarget,
    BudgetHeading,
    BudgetLine,
    Payer,
    Snapshot,
)
from models.associations import Association
from models.base import canonical_json, db, fingerprint, round_half_up
from models.calls import Call, CallStatus, Criterion, RanksBy
from models.duplicates import AlikePair, SubmissionMark, SubmittedText
from models.numbering import NumberSeries
from models.pledges import Pledge
from models.signatures import Signature, SignatureOutcome
from seeds.business_plans import starts_on
from seeds.content import pick
from seeds.scale import beneficiaries, business_plans, history, meetings, reviews
from seeds.scale import stage as stages
from seeds.scale.stage import DemonstrationMissingError, Draft, PlanRows, Stage

BATCH = 1000
SERIES = "S"
S = ApplicationStatus
SHARES: tuple[tuple[ApplicationStatus, int], ...] = (
    (S.DRAFT, 14),
    (S.SIGNED_OFF, 4),
    (S.SUBMITTED, 11),
    (S.RETURNED, 4),
    (S.RESUBMITTED, 3),
    (S.ELIGIBLE, 8),
    (S.INELIGIBLE, 6),
    (S.IN_REVIEW, 14),
    (S.REVIEWED, 12),
    (S.SELECTED, 4),
    (S.RESERVE, 8),
    (S.REJECTED, 9),
    (S.WITHDRAWN, 3),
)
"""Statuses in percent. A grant needs a decision and a ledger, so none is offered here."""
NOT_SUBMITTED = frozenset({S.DRAFT, S.SIGNED_OFF})
TARGETS = ("jobs_created", "persons_trained")
PLEDGE_SHARES = (60, 45)
SPAN, CLOSED_FOR = timedelta(days=300), timedelta(days=1)


LEFT_OPEN = 8
"""So many of many calls still take applications, so that handing in can be measured."""


def load(count: int, *, now: datetime) -> None:
    """Add `count` applications; a second call adds more. The caller commits.

    Raises `DemonstrationMissingError` on a database without the demonstration programme.
    """
    stage = stages.find()
    chance = Random(f"scale/{count}")
    first = _reserve_numbers(count, now)
    plans = business_plans.by_kind(stage.content.kinds, starts_on(now - CLOSED_FOR))
    numbered = iter(range(first, first + count))
    calls = -(-count // len(stage.associations))
    for place_of_call in range(calls):
        batch = list(islice(numbered, len(stage.associations)))
        call = _call(stage, now, is_open=calls > 2 * LEFT_OPEN and place_of_call >= calls - LEFT_OPEN)
        drafts = [_draft(stage, call, place, number, plans, chance, now) for place, number in enumerate(batch)]
        for start in range(0, len(drafts), BATCH):
            _write(stage, drafts[start : start + BATCH], chance, now)
    audit.record(None, "seed.scale", f"scale:{first}", now, count=count)


def load_reviewed(count: int, *, now: datetime, ranks_by: RanksBy) -> Call:
    """Add a call past its deadline with `count` reviewed applications, one of each association. The caller commits."""
    stage = stages.find()
    chance, first = Random(f"scale/reviewed/{ranks_by}/{count}"), _reserve_numbers(count, now)
    plans = business_plans.by_kind(stage.content.kinds, starts_on(now - CLOSED_FOR))
    call = _call(stage, now, is_open=True, is_past=True, ranks_by=ranks_by)
    places = enumerate(range(first, first + count))
    _write(stage, [_draft(stage, call, *place, plans, chance, now, S.REVIEWED) for place in places], chance, now)
    return call


def _reserve_numbers(count: int, now: datetime) -> int:
    """Take `count` numbers of the series at once; returns the first."""
    name = f"{SERIES}-{now.year}"
    series = db.session.get(NumberSeries, name)
    if series is None:
        series = NumberSeries(name=name, last=0)
        db.session.add(series)
    first = series.last + 1
    series.last += count
    db.session.flush()
    return first


def _call(
    stage: Stage, now: datetime, *, is_open: bool, is_past: bool = False, ranks_by: RanksBy = RanksBy.MEAN
) -> Call:
    """One more call that nobody outside sees, an association applies once in each; one `is_past` can be decided."""
    model = db.session.scalars(db.select(Call).where(Call.is_public).order_by(Call.id)).first()
    if model is None:
        raise DemonstrationMissingError("There is no call to take the rules from: flask demo.")
    number = 1 + int(db.session.scalar(db.select(db.func.count()).where(~Call.is_public)) or 0)
    call = Call(
        code=f"scale-{number}",
        fund_id=model.fund_id,
        title={code: f"{text} [{number}]" for code, text in model.title.items()},
        summary=model.summary,
        status=CallStatus.DRAFT,  # its criteria may only be written while it is a draft
        opens_at=now - SPAN,
        closes_at=now + SPAN if is_open and not is_past else now - CLOSED_FOR,
        opened_at=now - SPAN,
        budget=model.budget,
        grant_floor=model.grant_floor,
        grant_ceiling=model.grant_ceiling,
        **{name: getattr(model, name) for name in ("match_percent", "in_kind_counts", "match_terms")},
        created_by_id=stage.secretary,
        is_public=False,
        ranks_by=ranks_by,
        form=model.form,
        required_documents=model.required_documents,
    )
    for part in model.allocations:
        call.allocations.append(
            Allocation(fund_id=part.fund_id, oblast_id=part.oblast_id, theme_id=part.theme_id, amount=part.amount)
        )
    for one in model.criteria:
        call.criteria.append(
            Criterion(
                position=one.position,
                key=one.key,
                weight=one.weight,
                title=one.title,
                description=one.description,
                anchors=one.anchors,
            )
        )
    db.session.add(call)
    db.session.flush()
    call.status = CallStatus.OPEN if is_open else CallStatus.DECIDED
    db.session.flush()
    call_forms.keep(call, now=now)
    return call


def _draft(
    stage: Stage,
    call: Call,
    place: int,
    number: int,
    plans: Mapping[tuple[str, str], PlanRows],
    chance: Random,
    now: datetime,
    status: ApplicationStatus | None = None,
) -> Draft:
    association = stage.associations[place]
    kind, language = pick(chance, stage.content.kinds), chance.choice(("ky", "ru"))
    status = status or chance.choices([one for one, _share in SHARES], [share for _one, share in SHARES])[0]
    texts = _texts(stage, kind, language, association, chance)
    amounts = dict.fromkeys(Payer, 0)
    for line in kind["budget"]:
        amounts[Payer(line["payer"])] += _amount(line)
    pledges = [_pledge(stage, amounts[Payer.REMITTANCE] * share // 100, chance, now) for share in PLEDGE_SHARES]
    wanted = match.due(match.rule_of(call), amounts[Payer.GRANT])
    created_at = now - timedelta(seconds=chance.randint(86_400 * 2, int(SPAN.total_seconds())))
    submitted_at = None if status in NOT_SUBMITTED else created_at + timedelta(hours=chance.randint(4, 40))
    operator = stage.operators[association.centre_id]
    theme = stage.themes[kind["theme"]]
    words = (f"{SERIES}-{now.year}-{number:05d}", texts["title"], association.name_ky, association.name_ru)
    row = {
        "number": words[0],
        "call_id": call.id,
        "association_id": association.id,
        "status": status,
        "title": texts["title"],
        "search_text": fold(" ".join((*words, association.name_en))),
        "theme_id": theme.id,
        "language": language,
        "grant_requested": amounts[Payer.GRANT],
        "remittance_pledged": sum(one["amount_kgs"] for one in pledges),
        "total_cost": sum(amounts.values()),
        "pledges_due": wanted.total - wanted.community,
        "created_by_id": operator,
        "created_at": created_at,
        "signed_off_by_id": None if status is S.DRAFT else operator,
        "signed_off_at": None if status is S.DRAFT else created_at + timedelta(hours=3),
        "submitted_at": submitted_at,
        "screened_at": None,
        "decided_at": submitted_at + timedelta(hours=6) if submitted_at and status in reviews.CLOSED else None,
        "version": 1,
    }
    return Draft(row, kind, association, call, texts, pledges, plans[kind["key"], language], theme)


def _texts(stage: Stage, kind: Any, language: str, association: Association, chance: Random) -> dict[str, str]:
    place = association.village or association.ayil_okmotu
    names = {"village": place.name(language), "ao": association.ayil_okmotu.name(language)}
    return {key: text.format(**names) for key, text in stage.content.told(kind, language, chance).items()}


def _amount(line: Any) -> int:
    return round_half_up(Decimal(str(line["quantity"])) * int(line["unit_cost"]) * 100)


def _pledge(stage: Stage, som: int, chance: Random, now: datetime) -> dict[str, Any]:
    amount = int(som * stage.rate.nominal / stage.rate.value)
    people = stage.content.people
    return {
        "remitter_name": f"{pick(chance, people['surnames'])[0]} {pick(chance, people['male'])}",
        "is_pseudonym": False,
        "country": "RU",
        "currency": stage.rate.currency,
        "amount": amount,
        "rate_id": stage.rate.id,
        "amount_kgs": rates.in_som(amount, stage.rate.currency, stage.rate),
        "due_on": (now + timedelta(days=90)).date(),
        "has_consent": True,
        "version": 1,
    }


def _write(stage: Stage, drafts: Sequence[Draft], chance: Random, now: datetime) -> None:
    """Write applications with all that belongs to them."""
    ids = stages.write_returning(Application, [draft.row for draft in drafts])
    written = list(zip(ids, drafts, strict=True))
    stages.write(ApplicationSection, [row for id_, draft in written for row in _sections(id_, draft)])
    stages.write(BudgetLine, [row for id_, draft in written for row in _lines(id_, draft)])
    stages.write(
        Pledge,
        [
            pledge
            | {
                "application_id": id_,
                "recorded_by_id": draft.row["created_by_id"],
                "recorded_at": draft.row["created_at"],
                "status": "pledged",
            }
            for id_, draft in written
            for pledge in draft.pledges
        ],
    )
    stages.write(
        ApplicationTarget,
        [
            {
                "application_id": id_,
                "indicator_id": stage.indicators[key],
                "baseline": Decimal(0),
                "target": Decimal(draft.kind["indicators"][key]),
                "version": 1,
            }
            for id_, draft in written
            for key in TARGETS
        ],
    )
    handed_in = [(id_, draft) for id_, draft in written if draft.row["submitted_at"]]
    taken = {id_: _snapshot(id_, draft) for id_, draft in handed_in}
    stages.write(Snapshot, list(taken.values()))
    stages.write(Signature, [_signature(id_, draft, taken) for id_, draft in written if draft.row["signed_off_at"]])
    texts = {id_: shingles(". ".join(draft.texts.values())) for id_, draft in handed_in}
    stages.write(
        SubmittedText,
        [
            {"application_id": id_, "shingles": packed(text), "taken_at": now, "compared_at": now}
            for id_, text in texts.items()
        ],
    )
    stages.write(AlikePair, _pairs(handed_in))
    stages.write(
        SubmissionMark, [row for id_, text in texts.items() for row in duplicates.mark_rows(id_, bands(text), {})]
    )
    business_plans.write(written)
    meetings.write(written)
    beneficiaries.write(written)
    reviews.write(stage, written, chance, now)
    history.record_ends(stage, written)


def _pairs(handed_in: Sequence[tuple[int, Draft]]) -> list[dict[str, int]]:
    """Neighbours that tell of the same kind of project: to look for all that are alike would take many minutes."""
    return [
        {"application_id": id_, "other_id": before}
        for (before, first), (id_, second) in pairwise(handed_in)
        if first.kind["key"] == second.kind["key"]
    ]


def _sections(id_: int, draft: Draft) -> Iterator[dict[str, Any]]:
    for section in questions.form_of(draft.call).sections:
        yield {
            "application_id": id_,
            "key": section.key,
            "answers": {question.key: draft.texts[question.key] for question in section.questions},
            "saved_at": draft.row["created_at"],
            "saved_by_id": draft.row["created_by_id"],
            "version": 1,
        }


def _lines(id_: int, draft: Draft) -> Iterator[dict[str, Any]]:
    language = draft.row["language"]
    for line in draft.kind["budget"]:
        yield {
            "application_id": id_,
            "heading": BudgetHeading(line["heading"]),
            "item": line["item"][language],
            "unit": line["unit"][language],
            "quantity": Decimal(str(line["quantity"])),
            "unit_cost": int(line["unit_cost"]) * 100,
            "payer": Payer(line["payer"]),
            "month": line["month"],
            "version": 1,
        }


def _snapshot(id_: int, draft: Draft) -> dict[str, Any]:
    """The content that was handed in, in the shape of `applications.content_of`."""
    language = draft.row["language"]
    text = canonical_json(
        {
            "number": draft.row["number"],
            "call": draft.call.code,
            "form": questions.form_of(draft.call).sha256,
            "association": {"id": draft.association.id, "name": draft.association.name_ky},
            "language": language,
            "theme": {"code": draft.theme.code, "name": draft.theme.names},
            "answers": draft.texts,
            "budget": [
                {
                    "price": None,
                    "heading": line["heading"],
                    "item": line["item"][language],
                    "unit": line["unit"][language],
                    "quantity": str(line["quantity"]),
                    "unit_cost": int(line["unit_cost"]) * 100,
                    "amount": _amount(line),
                    "payer": line["payer"],
                    "month": line["month"],
                }
                for line in draft.kind["budget"]
            ],
            "plan": business_plans.content_of(draft.plan),
            "pledges": [
                {
                    "remitter": one["remitter_name"],
                    "country": one["country"],
                    "currency": one["currency"],
                    "amount": one["amount"],
                    "amount_kgs": one["amount_kgs"],
                    "due_on": one["due_on"].isoformat(),
                    "is_pseudonym": one.get("is_pseudonym", False),
                    "monthly_capacity": one.get("monthly_capacity"),
                    "has_consent": one["has_consent"],
                    "consent": [one.get("consent_version"), one.get("consent_locale"), None],
                }
                for one in draft.pledges
            ],
            "targets": [
                {"indicator": key, "baseline": "0", "target": str(draft.kind["indicators"][key])} for key in TARGETS
            ],
            "meeting": meetings.content_of(draft),
            "beneficiaries": beneficiaries.content_of(draft),
            "documents": [],
        }
    )
    return {
        "application_id": id_,
        "sequence": 1,
        "content": text,
        "sha256": fingerprint(text),
        "taken_at": draft.row["submitted_at"],
        "taken_by_id": draft.row["created_by_id"],
    }


def _signature(id_: int, draft: Draft, taken: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """That somebody signed it off, as old records say it: not who."""
    return {
        "application_id": id_,
        "outcome": SignatureOutcome.SIGNED,
        "typed_by_id": draft.row["signed_off_by_id"],
        "signed_at": draft.row["signed_off_at"],
        "sha256": taken[id_]["sha256"] if id_ in taken else "",
        "receipt": "",
        "reason": "",
    }
