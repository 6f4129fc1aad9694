"""The list of tasks of an application that is being written: the parts of its form, each with its state."""

from datetime import datetime

from app.localisation import current_locale, gettext
from app.services import applications, differences, questions
from app.services.applications import Held
from app.services.questions import Part
from app.web.form_parts import part_url
from models.applications import Application


def tasks(application: Application, now: datetime) -> list[dict[str, object]]:
    """One line for each part of the form with its state."""
    held = applications.held_by(application, now)
    missing: dict[str, list[str]] = {}
    for gap in applications.gaps(application, now, held):
        missing.setdefault(gap.part, []).append(str(gap.problem))
    begun = _begun(application, held)
    if not application.budget_lines and "financing" not in begun:
        missing.setdefault("financing", [""])  # nothing to pay yet is not a table that closes
    changed = differences.since_submitted(application) if application.asked_parts else set()
    return [
        _asked_task(application, part, missing.get(part.key, []), part.key in changed)
        if application.asked_parts
        else _task(
            part.numbered_in(current_locale()),
            part_url(application, part),
            missing.get(part.key, []),
            part.key in begun,
        )
        for part in questions.form_of(application.call).parts
    ]


def _begun(application: Application, held: Held) -> set[str]:
    """The parts in which something stands already."""
    filled = {
        "budget": application.budget_lines,
        "business_plan": held.plan.frame,
        "sales": held.plan.sales,
        "costs": held.plan.costs,
        "financing": held.plan.financing,
        "steps": held.plan.steps,
        "pledges": application.remittance_pledged,
        "beneficiaries": application.beneficiaries,
        "theme": application.theme_id,
        "targets": application.targets,
        "documents": held.papers,
        "meeting": application.meeting,
    }
    sections = {section.key for section in application.sections if any(section.answers.values())}
    return sections | {part for part, content in filled.items() if content}


def _asked_task(application: Application, part: Part, missing: list[str], is_changed: bool) -> dict[str, object]:
    """A part of a returned application: asked for or not, mended or not."""
    title = part.numbered_in(current_locale())
    if not application.is_open(part.key):
        return {"title": title, "status_text": gettext("Not asked for"), "tone": "neutral"}
    task: dict[str, object] = {"title": title, "href": part_url(application, part), "hint": " ".join(missing) or None}
    if missing:
        return task | {"status_text": gettext("In progress"), "tone": "waiting"}
    if is_changed:
        return task | {"status_text": gettext("Changed"), "tone": "met"}
    return task | {"status_text": gettext("Asked for"), "tone": "waiting"}


def _task(title: str, href: str, missing: list[str], is_begun: bool) -> dict[str, object]:
    if not missing:
        return {"title": title, "href": href, "status_text": gettext("Complete"), "tone": "met"}
    state = gettext("In progress") if is_begun else gettext("Not started yet")
    hint = " ".join(missing) if is_begun else None
    tone = "waiting" if is_begun else "neutral"
    return {"title": title, "href": href, "status_text": state, "tone": tone, "hint": hint}
