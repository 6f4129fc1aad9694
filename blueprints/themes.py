"""The theme of an application: chosen from the list, or another one."""

from types import SimpleNamespace

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services.applications import themes
from app.web.access import actor, load, requires
from app.web.form_parts import closed_page, following_url, number_fields
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.themes import ThemeForm
from models.applications import Application
from models.themes import Theme

bp = Blueprint("themes", __name__, url_prefix="/applications/<int:application_id>/theme")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def edit(application_id: int) -> ResponseReturnValue:
    """Say what the project is about."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    if back := closed_page(application, "theme", url_for("applications.show", application_id=application_id)):
        return back
    if request.method == "POST":
        themes.hold(application)
    offered = themes.offered_to(application)
    form, kept = _form(application, offered), _form(application, offered, None)
    guard_version(form, _stamp(application), in_words(kept), url_for(".edit", application_id=application_id))
    if form.validate_on_submit() and attempt(form, lambda: _choose(application, offered, form)):
        onward = following_url(application, "theme")
        return finish(onward, gettext("Saved: %(part)s.", part=gettext("Theme of the project")))
    return form_page("themes/edit.html", form, application=application)


def _stamp(application: Application) -> SimpleNamespace:
    """What a form is made from: the theme alone, so that who writes another part meanwhile is not in the way."""
    return SimpleNamespace(version=application.theme_id or 0)


def _form(application: Application, offered: list[Theme], *typed: None) -> ThemeForm:
    """The form, filled with what is kept; with None, only with that."""
    form = ThemeForm(*typed, data={"theme": str(application.theme_id or "")})
    form.theme.choices = [("", gettext("Choose")), *((str(one.id), one.name(current_locale())) for one in offered)]
    number_fields(form, application, "theme")
    return form


def _choose(application: Application, offered: list[Theme], form: ThemeForm) -> None:
    theme = next(one for one in offered if str(one.id) == form.theme.data)
    themes.choose(application, theme, actor=actor(application), now=clock.now())
