"""The application form as data: sections, questions and limits. Page, receipt, paper and checks are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.localisation import N_


@dataclass(frozen=True)
class Question:
    """One question. `limit` is the longest answer in characters; `least` the shortest that says anything."""

    key: str
    label: str
    hint: str
    limit: int = 2000
    least: int = 20
    rows: int = 6


@dataclass(frozen=True)
class Section:
    """One page of the form."""

    key: str
    title: str
    questions: tuple[Question, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        "idea",
        N_("The idea"),
        (
            Question("title", N_("Name of the project"), N_("Short, as you would say it to a neighbour."), 120, 5, 1),
            Question(
                "summary",
                N_("Summary"),
                N_("What you want to do, for whom and what it costs, in two or three sentences."),
                800,
                rows=4,
            ),
        ),
    ),
    Section(
        "problem",
        N_("The problem and the people"),
        (
            Question("problem", N_("Which problem do you solve?"), N_("What is hard now, and since when?")),
            Question(
                "beneficiaries",
                N_("Who benefits?"),
                N_("How many households, women, young people, returned migrants and families of migrants."),
            ),
        ),
    ),
    Section(
        "plan",
        N_("What you will do"),
        (
            Question(
                "objective", N_("Objective"), N_("What will be different when the project is done?"), 1000, rows=4
            ),
            Question("activities", N_("Activities"), N_("Step by step, with months.")),
        ),
    ),
    Section(
        "business",
        N_("Business plan"),
        (
            Question(
                "market",
                N_("Who will buy, and at what price?"),
                N_("Buyers, prices, how much in a month, and what it costs you."),
            ),
        ),
    ),
    Section(
        "future",
        N_("Sustainability and risks"),
        (
            Question(
                "sustainability",
                N_("How will it go on after the grant?"),
                N_("Who looks after it, who pays for repairs, where the income goes."),
            ),
            Question("risks", N_("Risks"), N_("What can go wrong, and what you will do then.")),
        ),
    ),
)

BY_KEY: Mapping[str, Section] = {section.key: section for section in SECTIONS}


def missing_in(section: Section, answers: Mapping[str, str]) -> list[Question]:
    """The questions of `section` that are not answered well enough to be submitted."""
    return [question for question in section.questions if len(answers.get(question.key, "").strip()) < question.least]
