"""What the project of an application is about: one theme, which also says from which allocations it can be paid."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.localisation import N_
from app.services import audit, themes
from app.services.actors import Actor
from app.services.applications.drafts import must_be_editable
from app.services.calls import allocations
from app.services.errors import DomainError, IncompleteError
from models.applications import Application
from models.base import db, lock
from models.calls import Call
from models.themes import Theme


def hold(application: Application) -> None:
    """Take the application's lock and read it anew, before a form is held against its theme: two come one by one."""
    lock(application)


def offered(call: Call, oblast_id: int | None = None) -> list[Theme]:
    """The themes for which a call has money in an oblast (None: in any). An open call never has money for fewer."""
    paid = allocations.themes_paid(call, oblast_id)
    return [one for one in themes.listed() if paid is None or one.id in paid]


def offered_to(application: Application) -> list[Theme]:
    """The themes an application may choose from."""
    return offered(application.call, application.association.ayil_okmotu.rayon.oblast_id)


def choose(application: Application, theme: Theme, *, actor: Actor, now: datetime) -> None:
    """Set the theme, or another one. The caller has held what is chosen against the form.

    Raises `DomainError` for a theme its call has no money for.
    """
    must_be_editable(application, "theme")
    if theme not in offered_to(application):
        raise DomainError(N_("The call has no money for this oblast and theme."), field="theme")
    application.theme = theme
    db.session.flush()
    audit.record(actor, "application.choose_theme", application, now, theme=theme.names)


def gaps(application: Application) -> Iterator[DomainError]:
    """What is missing before sign-off."""
    if application.theme_id is None:
        yield IncompleteError(N_("The theme of the project is not chosen yet."))


def content_of(application: Application) -> dict[str, Any] | None:
    """The theme as the snapshot keeps it, with its names of that day; None while there is none."""
    theme = application.theme
    return None if theme is None else {"code": theme.code, "name": theme.names}
