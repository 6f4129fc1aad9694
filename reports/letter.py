"""The letter on a decision of the Council: the words the applicant reads, on the page and on one A4 sheet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from reportlab.platypus import Flowable

from app.clock import bishkek_day
from app.localisation import N_, date_text, datetime_text, money, ngettext, number_text, use_locale
from app.localisation import gettext as _
from app.services import letters, new_decisions
from app.services.letters import Mark
from models.base import Texts, text_in
from models.council_sessions import Decision, DecisionOutcome
from models.letters import Letter
from reports import binding, credits, pages, papers
from reports.binding import Paper, Part
from reports.credits import Credit
from reports.pages import Column, facts, gap, numbered, small, subheading, table, text, title

TITLE = N_("Decision of the Public Council on Migration")
ALL_TITLE = N_("Letters to the applicants")
NOT_SENT = N_("Not sent yet: for the office alone.")


@dataclass(frozen=True)
class MarkLine:
    """One criterion: its weight, the mean (hundredths of a point), and the described level nearest to it."""

    title: Texts
    weight: int
    points: Fraction
    level: int
    anchor: Texts


@dataclass(frozen=True)
class Followed:
    """The letter and the decision that one made anew takes the place of, and why the appeal was upheld."""

    number: str
    held_on: date
    upheld_for: str


@dataclass(frozen=True)
class LetterData:
    """A letter in figures and texts. Amounts in tyiyn; `sent_at` is None while it is held.

    `language` is the applicant's own: the one the application is written in.

    Nothing in it comes from a reviewer but the means: no name, no text, no number of reviews.
    """

    number: str
    centre: Texts
    association: Texts
    ayil_okmotu: Texts
    language: str
    application: str
    project: str
    call_title: Texts
    protocol: str
    held_on: date
    outcome: DecisionOutcome
    amount: int | None
    asked: int
    place: int | None
    reason: str
    marks: Sequence[MarkLine]
    appeal_days: int
    sent_at: datetime | None
    made_at: datetime
    appeal_until: datetime | None
    credits: tuple[Credit, ...]
    follows: Followed | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Words:
    """The letter in one language, for a page and for paper: (label, value) pairs, paragraphs, steps, the table."""

    facts: Sequence[tuple[str, str]]
    paragraphs: Sequence[str]
    next: str
    steps: Sequence[str]
    judged: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, str, str, str]]
    total: Sequence[str]
    note: str


def gather(letter: Letter, now: datetime) -> LetterData:
    """What one letter says, as `gather_all`."""
    return gather_all([letter], now)[0]


def gather_all(found: Sequence[Letter], now: datetime) -> list[LetterData]:
    """Read the signed decisions and the reviews they rest on, in queries whose number does not grow with the letters.

    `now` stands on one that is not sent yet.
    """
    marks = letters.feedback(found)
    places = letters.reserve_places([one.decision for one in found])
    payers = {call: credits.of_call(call) for call in {one.application.call for one in found}}
    return [
        _gathered(one, now, marks[one.id], places.get(one.decision_id), payers[one.application.call]) for one in found
    ]


def _gathered(
    letter: Letter, now: datetime, marks: Sequence[Mark], place: int | None, payers: tuple[Credit, ...]
) -> LetterData:
    decision, application = letter.decision, letter.application
    session, call, association = decision.session, application.call, application.association
    return LetterData(
        number=letter.number,
        centre=association.centre.names,
        association=association.names,
        ayil_okmotu=association.ayil_okmotu.names,
        language=application.language,
        application=application.number,
        project=application.title,
        call_title=dict(call.title),
        protocol=session.protocol.number if session.protocol else "",
        held_on=session.held_on,
        outcome=decision.outcome,
        amount=decision.amount,
        asked=application.grant_requested,
        place=place,
        reason=decision.reason,
        marks=[
            MarkLine(
                dict(one.criterion.title),
                one.criterion.weight,
                one.points,
                one.level,
                dict(one.criterion.anchors.get(str(one.level), {})),
            )
            for one in marks
        ],
        appeal_days=call.appeal_days,
        sent_at=letter.sent_at,
        made_at=letter.sent_at or now,
        appeal_until=letters.appeal_until(call, letter.sent_at) if letter.sent_at else None,
        credits=payers,
        follows=_followed(decision),
    )


def _followed(decision: Decision) -> Followed | None:
    found = new_decisions.followed_by(decision)
    if found is None:
        return None
    return Followed(found.appeal.letter.number, found.decision.session.held_on, found.appeal.reason)


def in_words(data: LetterData, locale: str) -> Words:
    """What the applicant reads in this language."""
    with use_locale(locale):
        return Words(
            facts=_facts(data, locale),
            paragraphs=_paragraphs(data),
            next=_("What happens next"),
            steps=_steps(data),
            judged=_("How the application was judged"),
            columns=(_("Criterion"), _("Weight"), _("Points"), _("Nearest level")),
            rows=[
                (
                    text_in(one.title, locale),
                    number_text(one.weight),
                    _points(one.points),
                    f"{one.level}. {text_in(one.anchor, locale)}",
                )
                for one in data.marks
            ],
            total=(
                _("Together"),
                number_text(sum(one.weight for one in data.marks)),
                _points(sum((one.points for one in data.marks), Fraction(0))),
                "",
            ),
            note=_(
                "The points are the mean of independent reviews; the level is the one nearest to the mean. "
                "Who reviewed is not disclosed to anybody outside the Council."
            ),
        )


def _points(hundredths: Fraction) -> str:
    return number_text(math.floor(hundredths / 10 + Fraction(1, 2)) / 10, 1)


def _facts(data: LetterData, locale: str) -> list[tuple[str, str]]:
    place = text_in(data.ayil_okmotu, locale)
    project = f"{data.application} · {data.project}" if data.project else data.application
    return [
        (_("To"), f"{text_in(data.association, locale)}, {place}"),
        (_("Application"), project),
        (_("Call"), text_in(data.call_title, locale)),
        (_("Protocol"), _("%(number)s, session of %(day)s", number=data.protocol, day=date_text(data.held_on))),
        (_("Letter"), data.number),
        (_("Sent on"), date_text(bishkek_day(data.sent_at)) if data.sent_at else _("not sent yet")),
    ]


def _paragraphs(data: LetterData) -> list[str]:
    return [*_anew(data), *_outcome(data)]


def _anew(data: LetterData) -> list[str]:
    """Of a decision made anew: what it takes the place of."""
    if data.follows is None:
        return []
    return [
        _(
            "Your appeal was upheld: %(reason)s The Council has decided anew. This letter takes the place of letter "
            "%(number)s on the session of %(day)s.",
            reason=data.follows.upheld_for,
            number=data.follows.number,
            day=date_text(data.follows.held_on),
        )
    ]


def _outcome(data: LetterData) -> list[str]:
    if data.outcome is DecisionOutcome.SELECTED:
        amount = data.amount or 0
        words = [_("The Council has selected your application. The grant is %(amount)s.", amount=money(amount))]
        if amount < data.asked:
            words.append(_("You asked for %(asked)s.", asked=money(data.asked)))
        return words
    reason = _("The Council's reason: %(reason)s", reason=data.reason)
    if data.outcome is DecisionOutcome.RESERVE:
        place = number_text(data.place or 0)
        return [_("Your application is on the reserve list of the call, in place %(place)s.", place=place), reason]
    return [_("The Council has not selected your application."), reason]


def _steps(data: LetterData) -> list[str]:
    if data.outcome is DecisionOutcome.SELECTED:
        return [
            _("Finance offers the grant: you get a message, and the offer stands on the page of the grant."),
            _("Accept the offer. For this the payout account of the association has to be confirmed."),
            _("Print the agreement, sign it and hand it in. Then the first tranche can be requested."),
        ]
    first = (
        _("You need not do anything: if a selected application falls away and yours is next, you get a message.")
        if data.outcome is DecisionOutcome.RESERVE
        else _("The table shows what was judged strong and what weak: use it for the next call.")
    )
    if data.follows:
        until = _("This decision was made anew after an appeal: it is final.")
    elif data.appeal_until:
        until = _(
            "If you do not agree, the chair of the association can appeal until %(day)s, on the page of this letter "
            "or at the resource centre.",
            day=datetime_text(data.appeal_until),
        )
    else:
        until = ngettext(
            "If you do not agree, the chair of the association can appeal within %(num)s day of the sending, on the "
            "page of this letter or at the resource centre.",
            "If you do not agree, the chair of the association can appeal within %(num)s days of the sending, on the "
            "page of this letter or at the resource centre.",
            data.appeal_days,
        )
    return [first, until]


def to_pdf(data: LetterData, locale: str, *, demonstration: bool) -> bytes:
    """The letter on A4, in one language; one that is not sent says so on every page."""
    return binding.build(*_paper(data, locale, demonstration=demonstration))


def all_to_pdf(
    found: Sequence[LetterData], locale: str | None, *, number: str, reader: str, demonstration: bool
) -> bytes:
    """The letters in one file, in their order, each from a new page on and with its own count of pages.

    In `locale`, or each in the applicant's own language; `number` is that of their protocol. Whoever prints them finds
    one by the outline: centre, and under it association and letter. File and outline speak the language of `reader`.
    """
    parts = [
        Part(
            *_paper(one, locale or one.language, demonstration=demonstration),
            under=text_in(one.centre, reader),
            entry=f"{text_in(one.association, reader)}, {one.number}",
        )
        for one in found
    ]
    with use_locale(reader):
        return binding.bind(_(ALL_TITLE), number, locale or reader, parts)


def _paper(data: LetterData, locale: str, *, demonstration: bool) -> tuple[Paper, Sequence[Flowable]]:
    note = "" if data.sent_at else NOT_SENT
    with use_locale(locale):
        paper = papers.paper_of(data, TITLE, data.made_at, locale, demonstration=demonstration, note=note)
        return paper, _story(in_words(data, locale))


def _story(words: Words) -> list[Flowable]:
    shares = ((2.2, False), (0.8, True), (0.8, True), (4.0, False))
    columns = [Column(name, share, is_number) for name, (share, is_number) in zip(words.columns, shares, strict=True)]
    return [
        *title(_(TITLE)),
        facts(words.facts),
        gap(),
        *(text(one) for one in words.paragraphs),
        subheading(words.next),
        *numbered(words.steps),
        subheading(words.judged),
        *table(columns, words.rows, words.total, size=8.5),
        small(words.note),
        pages.signatures([_("Chair of the Public Council on Migration"), _("Received for the association")]),
    ]
