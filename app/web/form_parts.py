"""Where each part of an application is written: the same for the task list, the links of gaps and "on to the next"."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.services import applications, questions
from app.services.questions import Form, Part, Section
from forms.base import BaseForm
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
    "beneficiaries": ("beneficiaries.edit", {}),
    "theme": ("themes.edit", {}),
    "targets": ("targets.index", {}),
    "meeting": ("meetings.edit", {}),
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


def closed_page(application: Application, key: str, location: str) -> ResponseReturnValue | None:
    """Back to `location` with the reason, when a page is asked for whose part (by its key) cannot be written now.

    A form that was sent goes on: the service refuses it, and its words are kept on the page.
    """
    problem = applications.closed(application, key)
    if problem is None or request.method != "GET":
        return None
    flash(str(problem), "error")
    return redirect(location, 303)


def number_fields(form: BaseForm, application: Application, key: str) -> BaseForm:
    """Put before each label the number that paper and workbook show for the field of the fixed part `key`."""
    for name, number in questions.form_of(application.call).fixed(key).numbers.items():
        if name in form:
            form[name].label.text = f"{number} {form[name].label.text}"
    return form


def following_url(application: Application, key: str) -> str:
    """The page of the part after `key`; behind the last one the list of tasks."""
    following = questions.form_of(application.call).after(key)
    if following is None:
        return url_for("applications.show", application_id=application.id)
    return part_url(application, following)
