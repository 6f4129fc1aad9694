"""Where each part of an application is written: the same for the task list, the links of gaps and "on to the next"."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.services import questions
from app.services.questions import Form, Part, Section
from models.applications import Application
from models.calls import Call

PAGES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "budget": ("budget_lines.index", {}),
    "business_plan": ("business_plans.frame", {}),
    "sales": ("business_plans.index", {"kind": "sales"}),
    "costs": ("business_plans.index", {"kind": "costs"}),
    "financing": ("business_plans.index", {"kind": "financing"}),
    "steps": ("business_plans.index", {"kind": "steps"}),
    "pledges": ("pledges.index", {}),
    "targets": ("targets.index", {}),
    "documents": ("documents.index", {}),
}
"""{key of a fixed part: page and what its address needs}."""


def form_of(call: Call) -> Form:
    """The form of the call, for templates."""
    return questions.form_of(call)


def part_url(application: Application, part: Part) -> str:
    """The page on which the part is written."""
    if isinstance(part, Section):
        return url_for("applications.edit_section", application_id=application.id, section_key=part.key)
    endpoint, more = PAGES[part.key]
    return url_for(endpoint, application_id=application.id, **more)
