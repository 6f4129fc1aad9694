"""A personal link: made for one person."""

from wtforms import BooleanField
from wtforms.validators import DataRequired

from app.localisation import N_, lazy
from forms.base import BaseForm

LOOK_FIRST = N_("Look at the list first: the link shows all of it.")


class RemitterLinkForm(BaseForm):
    """Who makes the link has looked at what it shows."""

    is_one = BooleanField(
        lazy(N_("All of this was sent or promised by this one person")),
        validators=[DataRequired(message=lazy(LOOK_FIRST))],
    )
