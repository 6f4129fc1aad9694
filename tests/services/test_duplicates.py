"""Screening finds planted duplicates among honest applications, and keeps what the secretary says of a pair."""

import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from app.services import applications, duplicates, questions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.likeness import THRESHOLD
from models.applications import Application, ApplicationStatus
from models.associations import Association, Membership
from models.audit import AuditEvent
from models.base import db
from models.calls import Call, CallStatus
from models.duplicates import DuplicateFinding, DuplicateVerdict, MarkKind, SubmissionMark
from seeds import content
from tests.conftest import Demonstration
from tests.factories import Programme
from tests.support.shelf import kept

EXTRA_HONEST = 30
SPELLINGS = (
    ("Таңатаров Өмүрбек", "Тангатаров Омурбек Асанович"),
    ("Жумабаева Гүлзыйнат", "Джумабаева Гулзийнат"),
    ("Эсенов Ырыс", "Есенов Ирис"),
    ("Бүбүкан Сүйүнбаева", "Суйунбаева Бубукан Токтосуновна"),
    ("Өзгөнбай уулу Үсөн", "Усон Озгонбай уулу"),
    ("Үмүтбекова Айгүл", "Айгуль Умутбекова Эсеновна"),
)


class Planter:
    """Hands in applications of associations that have none in the open call of the demonstration."""

    def __init__(self, demo: Demonstration) -> None:
        self.now, self.actor = demo.now, Actor(demo.user("secretary"))
        self.call = db.session.scalars(db.select(Call).where(Call.status == CallStatus.OPEN)).one()
        self.content = content.load()
        taken = db.select(Application.association_id).where(Application.call_id == self.call.id)
        free = db.select(Association).where(Association.id.not_in(taken), Association.village_id.is_not(None))
        self.free = iter(list(db.session.scalars(free.order_by(Association.id))))
        self.number = 0

    def honest_texts(self, association: Association) -> dict[str, str]:
        """What an association writes by itself; the kinds of projects go round."""
        self.number += 1
        kind = self.content.kinds[self.number % len(self.content.kinds)]
        told = self.content.told(kind, ("ky", "ru")[self.number % 2], Random(f"honest/{self.number}"))
        village = association.village
        assert village is not None
        return {key: text.format(village=village.name_ky, ao=association.name_ky) for key, text in told.items()}

    def hand_in(self, texts: dict[str, str] | None = None, prepare: Callable[[Association], Any] = id) -> Application:
        """An application as if it had been submitted: `prepare` changes the association before."""
        association = next(self.free)
        prepare(association)
        made = applications.create(self.call, association, language="ky", actor=self.actor, now=self.now)
        answers = texts or self.honest_texts(association)
        for section in made.sections:
            section.answers = {key: text for key, text in answers.items() if key in keys_of(self.call, section.key)}
        made.status, made.submitted_at = ApplicationStatus.SUBMITTED, self.now
        db.session.flush()
        duplicates.keep(made, now=self.now)
        return made


def keys_of(call: Call, key: str) -> set[str]:
    section = questions.form_of(call).section(key)
    assert section is not None
    return {question.key for question in section.questions}


def renamed(original: Application) -> dict[str, str]:
    """A copy with the names of another village."""
    village = original.association.village or original.association.ayil_okmotu
    names = {village.name_ky: "Жаңы-Турмуш", village.name_ru: "Жаны-Турмуш"}
    answers = {}
    for key, text in original.answers.items():
        for old, new in names.items():
            text = text.replace(old, new)
        answers[key] = re.sub(r"\d+", lambda found: str(int(found[0]) + 7), text)
    return answers


def reworded(original: Application, chance: Random) -> dict[str, str]:
    """A copy with one word in twenty changed, endings changed, and the sentences in another order."""
    answers = {}
    for key, text in renamed(original).items():
        sentences = re.split(r"(?<=[.!?])\s+", text)
        chance.shuffle(sentences)
        words = " ".join(sentences).split()
        for place in range(chance.randrange(20), len(words), 20):
            end = words[place][-1] if words[place][-1] in ".!?" else ""
            words[place] = chance.choice(["азыркыча", "болжолдуу", "примерно", "ошондой"]) + end
        answers[key] = " ".join(word + "нын" if len(word) > 8 and word.isalpha() else word for word in words)
    return answers


def member(association: Association) -> Any:
    """A member of this association and no other."""
    return next(one.person for one in association.memberships if one.is_current and is_only_here(one.person_id))


def is_only_here(person_id: int) -> bool:
    query = db.select(db.func.count()).where(Membership.person_id == person_id)
    return db.session.scalar(query) == 1


def planted(planter: Planter, originals: list[Application]) -> list[tuple[str, Application, Application]]:
    """(kind, what was planted, what it is a duplicate of): 32 pairs of six kinds.

    People are planted between the open call and associations that are not in it, so that each is one pair.
    """
    chance, pairs = Random("planted"), []
    source = iter([one for one in originals if one.call_id != planter.call.id])
    for _number in range(8):
        original = next(source)
        pairs.append(("copied, names changed", planter.hand_in(renamed(original)), original))
    for _number in range(8):
        original = next(source)
        pairs.append(("lightly reworded", planter.hand_in(reworded(original, chance)), original))
    source = iter([one for one in originals if one.call_id == planter.call.id])
    for number in range(4):
        original = next(source)
        phone = f"+99677712345{number}"
        member(original.association).phone = phone
        duplicates.keep(original, now=planter.now)
        given = f"0777 12-34-5{number}"
        pairs.append(
            (
                "same phone",
                planter.hand_in(None, lambda one, given=given: setattr(member(one), "phone", given)),
                original,
            )
        )
    for number in range(4):
        original = next(source)
        pin = f"1230119850000{number}"
        member(original.association).pin = pin
        duplicates.keep(original, now=planter.now)
        pairs.append(
            ("same PIN", planter.hand_in(None, lambda one, pin=pin: setattr(member(one), "pin", pin)), original)
        )
    for kyrgyz, russian in SPELLINGS:
        original = next(source)
        person = member(original.association)
        person.full_name, person.birth_year = kyrgyz, 1971
        duplicates.keep(original, now=planter.now)

        def write(one: Association, name: str = russian) -> None:
            member(one).full_name, member(one).birth_year = name, 1971

        pairs.append(("same person, other spelling", planter.hand_in(None, write), original))
    for _number in range(2):
        original = next(source)
        made = planter.hand_in()
        pledge = applications.pledges_of(original)[0]
        pledge.is_pseudonym = False
        fields = (
            "remitter_name",
            "is_pseudonym",
            "country",
            "currency",
            "amount",
            "amount_kgs",
            "due_on",
            "has_consent",
        )
        again = {name: getattr(pledge, name) for name in (*fields, "rate_id", "recorded_by_id", "recorded_at")}
        db.session.add(type(pledge)(application_id=made.id, **again))
        db.session.flush()
        for one in (original, made):
            duplicates.keep(one, now=planter.now)
        pairs.append(("same remitter", made, original))
    return pairs


def test_planted_duplicates_are_found_and_honest_applications_are_not(demo: Demonstration) -> None:
    planter = Planter(demo)
    first = db.select(Application).where(Application.submitted_at.is_not(None), ~Application.is_test)
    of_demonstration = list(db.session.scalars(first.order_by(Application.id)))
    copies = {one.id for one in of_demonstration if duplicates.found(one)}
    assert len(copies) == 2, "the demonstration shows one pair"
    originals = [one for one in of_demonstration if one.id not in copies]
    pairs = planted(planter, originals)
    extra = [planter.hand_in() for _number in range(EXTRA_HONEST)]

    found = [kind for kind, made, original in pairs if duplicates.suspect(made, original.id) is not None]
    meant = {made.id: original.id for _kind, made, original in pairs}
    meant |= {original: made for made, original in meant.items()}
    honest = [*originals, *extra, *(made for kind, made, _original in pairs if kind.startswith("same"))]
    alarms = [one for one in honest if any(meant.get(one.id) != other.other.id for other in duplicates.found(one))]
    print(
        f"planted {len(pairs)} pairs of {len({kind for kind, *_pair in pairs})} kinds, found {len(found)}; "
        f"honest {len(honest)}, false alarms {len(alarms)}"
    )
    assert len(pairs) >= 30 and len(honest) >= 100
    missed = [kind for kind, made, original in pairs if duplicates.suspect(made, original.id) is None]
    assert missed == []
    assert len(alarms) <= len(honest) * 5 / 100


@pytest.fixture
@kept
def pair(programme: Programme) -> tuple[Application, Application]:
    """Two submissions of two associations in the same words."""
    one = programme.make_application("submitted", association=programme.make_association())
    other = programme.make_application("submitted", association=programme.make_association())
    return one, other


def judge(programme: Programme, pair: tuple[Application, Application], **given: Any) -> DuplicateFinding:
    actor = given.pop("actor", Actor(programme.secretary))
    return duplicates.judge(
        pair[0], pair[1].id, **{"verdict": DuplicateVerdict.FALSE_ALARM, "reason": "Экөө тең оригинал"} | given,
        actor=actor, now=pair[0].submitted_at,
    )  # fmt: skip


def test_each_shows_the_other_with_its_likeness(pair: tuple[Application, Application]) -> None:
    for one, other in (pair, pair[::-1]):
        (suspect,) = duplicates.found(one)
        assert suspect.other is other and suspect.finding is None
        assert suspect.likeness >= THRESHOLD
        assert MarkKind.TEXT in {clue.kind for clue in suspect.clues}
    answers = duplicates.side_by_side(*pair)
    assert {one.question.key for one in answers} == set(pair[0].answers) and any(one.is_alike for one in answers)


def test_the_finding_is_made_once_and_kept(programme: Programme, pair: tuple[Application, Application]) -> None:
    made = judge(programme, pair)
    assert (made.application_id, made.other_id) == (max(one.id for one in pair), min(one.id for one in pair))
    assert made.likeness >= 60 and "text" in made.evidence
    assert [one.finding for one in (*duplicates.found(pair[0]), *duplicates.found(pair[1]))] == [made, made]
    with pytest.raises(AlreadyUsedError):
        judge(programme, pair[::-1], verdict=DuplicateVerdict.CONFIRMED)
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "application.judge_duplicate")).one()
    assert event.subject == f"applications:{pair[0].id}" and "false_alarm" in event.details


@pytest.mark.parametrize("statement", ["UPDATE duplicate_findings SET reason = 'x'", "DELETE FROM duplicate_findings"])
def test_what_was_said_cannot_be_changed(
    programme: Programme, pair: tuple[Application, Application], statement: str
) -> None:
    judge(programme, pair)
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(sa.text(statement))
    db.session.rollback()


def test_a_reason_a_pair_and_an_outsider_are_needed(
    programme: Programme, pair: tuple[Application, Application]
) -> None:
    with pytest.raises(IncompleteError):
        judge(programme, pair, reason=" ")
    for one in pair:
        with pytest.raises(SeparationOfDutyError):
            judge(programme, pair, actor=Actor(programme.chair_of(one.association)))
    stranger = programme.make_application("draft", association=programme.make_association())
    with pytest.raises(DomainError):
        judge(programme, (pair[0], stranger))


def test_it_is_renewed_at_submission_and_not_at_saving(
    programme: Programme, pair: tuple[Application, Application]
) -> None:
    def marks() -> set[int]:
        own = db.select(SubmissionMark.mark).where(SubmissionMark.application_id == pair[0].id)
        return set(db.session.scalars(own))

    before = marks()
    pair[0].sections[0].answers = {"title": "Башка иш", "summary": "Таптакыр башка сөздөр менен жазылган текст."}
    applications.renew(pair[0])
    assert marks() == before
    duplicates.keep(pair[0], now=pair[0].submitted_at)
    assert marks() != before


def test_submissions_from_before_are_kept_later(programme: Programme, pair: tuple[Application, Application]) -> None:
    for table in ("submission_marks", "submitted_texts"):
        db.session.execute(sa.text(f"DELETE FROM {table}"))
    db.session.expire_all()
    assert duplicates.found(pair[0]) == []
    assert duplicates.keep_missing(pair[0].submitted_at) == 2
    assert duplicates.keep_missing(pair[0].submitted_at) == 0
    assert [one.other for one in duplicates.found(pair[0])] == [pair[1]]
