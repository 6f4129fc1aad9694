"""The pages of the guide: for whom, how much, what is asked, how it is judged, and how to apply step by step."""

from datetime import date

from reportlab.platypus import Flowable

from app.labels import label_text
from app.localisation import (
    N_,
    date_text,
    deadline_text,
    money,
    ngettext,
    percent_text,
    use_locale,
)
from app.localisation import gettext as _
from app.services import match
from app.services.questions import RequiredDocument
from models.base import text_in
from models.calls import QuorumOf
from reports import allocations
from reports.binding import Paper, build
from reports.call_guides.data import LEVELS, CallGuideData
from reports.opening_hours import hours_text
from reports.pages import (
    BODY,
    STRONG,
    Column,
    demonstration_note,
    facts,
    gap,
    heading,
    numbered,
    small,
    table,
    text,
    title,
    together,
)

TITLE = N_("Guide for applicants")
QUORUMS = {
    QuorumOf.HOUSEHOLDS: N_("At least %(percent)s of the households of the village have to be represented."),
    QuorumOf.ADULTS: N_("At least %(percent)s of the adults of the village have to come."),
}


def to_pdf(data: CallGuideData, locale: str, *, demonstration: bool = False) -> bytes:
    """The guide as A4 pages in `locale`."""
    with use_locale(locale):
        paper = Paper(
            title=_(TITLE),
            number=f"{data.code} {text_in(data.call, locale)}",
            locale=locale,
            dated_at=data.made_at,
            credits=data.credits,
            note=demonstration_note(demonstration),
        )
        story = [
            *title(text_in(data.call, locale), _(TITLE)),
            text(text_in(data.summary, locale)),
            *_in_short(data, locale),
            *_who(data),
            *_match(data),
            *_timetable(data),
            *_asked(data, locale),
            *_judged(data, locale),
            *_steps(data),
            *_form(data, locale),
            *_helpers(data, locale),
        ]
        return build(paper, story)


def _in_short(data: CallGuideData, locale: str) -> list[Flowable]:
    floor, ceiling = money(data.grant_floor), money(data.grant_ceiling)
    parts = " + ".join(percent_text(part) for part in data.tranche_percents)
    rows = [
        (_("Paid from"), "; ".join(text_in(one, locale) for one in data.funds)),
        (_("Applications are taken from"), deadline_text(data.opens_at)),
        (_("Deadline"), deadline_text(data.closes_at)),
        (_("Grant"), _("%(floor)s to %(ceiling)s", floor=floor, ceiling=ceiling)),
        (_("Budget of the call"), money(data.budget)),
        (_("Paid in"), _("%(count)s instalments: %(parts)s", count=len(data.tranche_percents), parts=parts)),
        (_("Judged by"), _("%(count)s reviewers from other ayil aymaks", count=data.reviewers)),
    ]
    return [heading(_("In short")), facts(rows), *allocations.given(data.allocations, locale)]


def _who(data: CallGuideData) -> list[Flowable]:
    return [
        heading(_("Who may apply")),
        *numbered(
            [
                *(str(rule) for rule in data.eligible),
                _(QUORUMS[data.quorum_of], percent=percent_text(data.quorum_percent))
                + " "
                + _("More than half of those present vote for the project."),
                _("The chair of the association signs off; without that nothing can be submitted."),
            ]
        ),
    ]


def _match(data: CallGuideData) -> list[Flowable]:
    in_kind = (
        _("They count toward the co-investment.")
        if data.rule.in_kind_counts
        else _("They are shown, but do not count toward the co-investment.")
    )
    rows = [(money(sent), money(grant), money(sent + grant)) for sent, grant in data.examples]
    sent, grant = data.examples[1]
    wanted = match.due(data.rule, grant)
    columns = [
        Column(
            _("Verified co-investment") if wanted.community else _("Sent by migrants and verified"), 1.4, numeric=True
        ),
        Column(_("The grant is at most"), 1.2, numeric=True),
        Column(_("Together for the project"), 1.2, numeric=True),
    ]
    rule = " ".join(str(one) for one in data.match)
    ceiling = _("However much is sent, the grant is never more than %(ceiling)s.", ceiling=money(data.grant_ceiling))
    shares = [text(str(one)) for one in match.shares_of(wanted)]
    example = _(
        "For example: %(sent)s are sent, then the grant can be up to %(grant)s, together %(total)s for the project.",
        sent=money(sent),
        grant=money(grant),
        total=money(sent + grant),
    )
    return [
        together(
            [
                heading(_("How much grant for how much co-investment")),
                text(f"{rule} {ceiling}"),
                text(example),
                *shares,
                *table(columns, rows, size=9),
                gap(4),
                text(f"{_('Goods and labour')}: {in_kind}"),
                text(
                    _(
                        "A promise is enough for applying. Before each payment the money that was sent is checked "
                        "by its receipts."
                    )
                ),
            ]
        )
    ]


def _timetable(data: CallGuideData) -> list[Flowable]:
    return [
        together(
            [
                heading(_("What happens when")),
                *numbered(
                    [
                        _("%(day)s: applications can be written and submitted.", day=deadline_text(data.opens_at)),
                        _("%(day)s: the last minute to submit.", day=deadline_text(data.closes_at)),
                        _dated(
                            _("Then the secretary checks the rules of the call; what can be mended comes back to you."),
                            _("Screening until"),
                            data.screening_ends_on,
                        ),
                        _dated(
                            _(
                                "%(count)s reviewers from other ayil aymaks read each application and give points.",
                                count=data.reviewers,
                            ),
                            _("Reviews until"),
                            data.reviews_end_on,
                        ),
                        _dated(
                            _("The Public Council decides in a session. You get a message with the decision."),
                            _("Session of the Council"),
                            data.council_sits_on,
                        ),
                        _dated(
                            _("Who is selected signs the agreement; then the first instalment is paid."),
                            _("First payment"),
                            data.first_payment_on,
                        ),
                    ]
                ),
            ]
        )
    ]


def _dated(words: str, label: str, day: date | None) -> str:
    return f"{words} {label}: {date_text(day)}." if day else words


def _asked(data: CallGuideData, locale: str) -> list[Flowable]:
    rows = [(label_text(one.kind), one.text_in(locale), _needed(one)) for one in data.asked]
    columns = [Column(_("Document"), 1.5), Column(_("What it should be"), 3), Column(_("Needed"), 1.3)]
    return [
        heading(_("Papers asked for")),
        *table(columns, rows, size=9, empty=_("No papers are asked for.")),
    ]


def _needed(one: RequiredDocument) -> str:
    needed = _("Always") if one.is_required else _("If you have it")
    if one.months is None:
        return needed
    return f"{needed}, {ngettext('not older than %(num)s month', 'not older than %(num)s months', one.months)}"


def _judged(data: CallGuideData, locale: str) -> list[Flowable]:
    passing = _(
        "%(total)s of 100 points, and at least %(part)s in each criterion",
        total=data.pass_total,
        part=percent_text(data.pass_section_percent),
    )
    story: list[Flowable] = [
        heading(_("How applications are judged")),
        text(
            _(
                "Each reviewer gives each criterion a level from 1 to 5. "
                "Points are the weight times the level, divided by 5."
            )
        ),
        text(f"{_('Needed to pass')}: {passing}."),
        *numbered([str(rule) for rule in data.selected]),
    ]
    columns = [Column(_("Level"), 0.7), Column(_("What each level means"), 6)]
    for place, one in enumerate(data.criteria, start=1):
        name = f"{place}. {text_in(one.title, locale)} – {_('Weight')} {one.weight}"
        levels = [(str(level), text_in(words, locale)) for level, words in zip(LEVELS, one.levels, strict=True)]
        story.append(
            together(
                [gap(5), text(name, STRONG), text(text_in(one.description, locale), BODY), *table(columns, levels)]
            )
        )
    return story


def _steps(data: CallGuideData) -> list[Flowable]:
    return [
        together(
            [
                heading(_("How to apply, step by step")),
                *numbered(
                    [
                        _("Talk in the village about what is needed most, and with your relatives who work abroad."),
                        _("Write on the empty form with a pen, or begin at once on the screen."),
                        _("Go to your resource centre: the operator types with you and reads everything aloud."),
                        _("Reckon the budget and the business plan together; the system warns where money is missing."),
                        _("Write down who promises how much, with the consent of each person."),
                        _("Hold the village meeting and have the minutes signed."),
                        _("Attach the papers asked for; photos made with a phone are enough."),
                        _("The chair reads the application and signs off."),
                        _("Submit before the deadline and keep the receipt: it proves what was submitted and when."),
                    ]
                ),
            ]
        )
    ]


def _form(data: CallGuideData, locale: str) -> list[Flowable]:
    names = "; ".join(part.numbered_in(locale) for part in data.form.parts)
    return [
        together(
            [
                heading(_("Parts of the form")),
                text(names),
                small(_("Paper and screen have the same numbers. The empty form is on the page of the call.")),
            ]
        )
    ]


def _helpers(data: CallGuideData, locale: str) -> list[Flowable]:
    rows = [
        (
            text_in(one.names, locale),
            one.address or "–",
            hours_text(one.hours, one.note),
            one.phone or "–",
        )
        for one in data.helpers
    ]
    columns = [
        Column(_("Resource centre"), 2.2),
        Column(_("Address"), 1.8),
        Column(_("Opening hours"), 2.4),
        Column(_("Phone"), 1.3),
    ]
    return [
        heading(_("Who helps")),
        text(_("Each resource centre helps the associations of its ayil aymak. It costs nothing.")),
        *table(columns, rows, empty=_("No resource centre is registered yet.")),
    ]
