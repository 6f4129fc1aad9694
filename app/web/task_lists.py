"""The list of tasks of an application that is being written: the parts of its form, each with its state."""

from app.localisation import current_locale, gettext
from app.services import differences, questions
from app.services.applications import Gap, business_plans
from app.services.questions import Part
from app.web.form_parts import part_url
from models.applications import Application


def tasks(application: Application, gaps: list[Gap]) -> list[dict[str, object]]:
    """One line for each part of the form with its state."""
    missing: dict[str, list[str]] = {}
    for gap in gaps:
        missing.setdefault(gap.part, []).append(str(gap.problem))
    begun = {section.key for section in application.sections if any(section.answers.values())}
    begun |= {"budget"} if application.budget_lines else set()
    begun |= {"pledges"} if application.remittance_pledged else set()
    begun |= {"meeting"} if application.meeting else set()
    begun |= {"financing"} if business_plans.has_financing(application) else set()
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
