"""Why a reviewer may not judge an application, and what speaks for or against the others, in numbers and in words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.localisation import N_, gettext, ngettext
from app.services.assignment_facts import Asked, Judge
from models.reviewers import Leaning


class Bar(StrEnum):
    """What keeps a reviewer from an application, whatever it costs."""

    UNAVAILABLE = "unavailable"
    INTEREST = "interest"
    AYIL_OKMOTU = "ayil_okmotu"
    ACTS_FOR = "acts_for"
    RAYON = "rayon"
    ASKED = "asked"


BARS = tuple(Bar)
"""In the order in which the first one is named."""
TIES = (Bar.INTEREST, Bar.AYIL_OKMOTU, Bar.ACTS_FOR)
"""Those that `conflicts.hindrance` knows too."""
BAR_TEXTS: Mapping[Bar, str] = {
    Bar.UNAVAILABLE: N_("does not judge in this call"),
    Bar.INTEREST: N_("has an interest, declared or found"),
    Bar.AYIL_OKMOTU: N_("lives in the same ayil okmotu or belongs to an association of it"),
    Bar.ACTS_FOR: N_("acts for the applicant"),
    Bar.RAYON: N_("lives in the same rayon or was born there"),
    Bar.ASKED: N_("has been asked already"),
}
COSTS: Mapping[tuple[str, str], int] = {
    ("language", "reads"): 0,
    ("language", "unsaid"): 25,
    ("language", "reads_not"): 100,
    ("theme", "knows"): 0,
    ("theme", "unsaid"): 15,
    ("theme", "knows_not"): 30,
    ("leaning", "wish"): 0,
    ("leaning", "none"): 20,
    ("leaning", "rather_not"): 60,
}
"""{(part, what is so): cost}. The last place of a reviewer costs 60, see `matching`."""
EARLIER, MOST_EARLIER = 40, 3
"""What each application of the same association costs that was judged in an earlier call, and how many count."""
TEXTS: Mapping[tuple[str, str], str] = {
    ("scores", "far_apart"): N_("a further reviewer: the scores so far lie far apart"),
    ("language", "reads"): N_("reads its language"),
    ("language", "unsaid"): N_("has not said which languages they read"),
    ("language", "reads_not"): N_("does not read its language"),
    ("theme", "knows"): N_("knows its theme"),
    ("theme", "knows_not"): N_("knows other themes"),
    ("leaning", "wish"): N_("wished for its theme"),
    ("leaning", "rather_not"): N_("would rather not judge its theme"),
}


def bar_of(application: Asked, judge: Judge) -> Bar | None:
    """The first thing that keeps `judge` from `application`; limits apart."""
    held = {
        Bar.UNAVAILABLE: judge.limit == 0,
        Bar.INTEREST: judge.id in application.interested,
        Bar.AYIL_OKMOTU: application.ayil_okmotu_id in judge.ayil_okmotu_ids,
        Bar.ACTS_FOR: application.association_id in judge.association_ids or application.centre_id in judge.centre_ids,
        Bar.RAYON: application.rayon_id in judge.rayon_ids,
        Bar.ASKED: judge.id in application.asked,
    }
    return next((bar for bar in BARS if held[bar]), None)


def reasons_of(application: Asked, judge: Judge) -> dict[str, Any]:
    """The parts of what a pair costs: {"language": …, "theme": …, "leaning": …, "earlier": number}.

    "scores" before them costs nothing: it says why a further reviewer is asked.
    """
    theme_id, leanings = application.theme_id, judge.leanings or {}
    if judge.languages is None:
        language = "unsaid"
    else:
        language = "reads" if application.language in judge.languages else "reads_not"
    if theme_id is None or not judge.theme_ids:
        theme = "unsaid"
    else:
        theme = "knows" if theme_id in judge.theme_ids else "knows_not"
    leaning = leanings.get(theme_id) if theme_id is not None else None
    names = {Leaning.WISH: "wish", Leaning.RATHER_NOT: "rather_not", None: "none"}
    earlier = (judge.judged or {}).get(application.association_id, 0)
    reasons = {"language": language, "theme": theme, "leaning": names[leaning], "earlier": earlier}
    return {"scores": "far_apart", **reasons} if application.needs else reasons


def cost_of(reasons: Mapping[str, Any]) -> int:
    """What a pair with these reasons costs, the place of the reviewer apart."""
    parts = sum(COSTS[part, reasons[part]] for part in ("language", "theme", "leaning"))
    return parts + EARLIER * min(int(reasons["earlier"]), MOST_EARLIER)


def in_words(reasons: Mapping[str, Any]) -> list[str]:
    """The reasons of a pair, in the language in force; what says nothing is left out."""
    known = [TEXTS[part, value] for part, value in reasons.items() if (part, value) in TEXTS]
    found = [gettext(text) for text in known]
    if earlier := int(reasons.get("earlier", 0)):
        found.append(ngettext("judged this association %(num)s time", "judged this association %(num)s times", earlier))
    elif reasons:
        found.append(gettext("has not judged this association in earlier calls"))
    return found
