"""The agenda of a session: moving items, noting what is said, leaving the room."""

from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, WholeNumberField, optional_id, required_input, required_value
from models.council_sessions import AgendaOrder


class MoveForm(BaseForm):
    """An item to another place among those that wait."""

    application = HiddenField(validators=[InputRequired()])
    place = WholeNumberField(N_("Place on the agenda"))


class SortForm(BaseForm):
    """The order of what waits."""

    order = HiddenField(validators=[InputRequired()])

    def chosen(self) -> AgendaOrder:
        """One of the orders that are computed; whatever else is sent counts as the first of them."""
        return AgendaOrder.RANKED if self.order.data == AgendaOrder.RANKED.value else AgendaOrder.GROUPED


class NoteForm(BaseForm):
    """What was said."""

    text = LongTextField(N_("What was said"), longest=2000)
    in_protocol = BooleanField(lazy(N_("It stands in the protocol")))


class OwnRecusalForm(BaseForm):
    """A member leaves the room for an application: why; the view sets the choices."""

    kind = RadioField(lazy(N_("Your interest")), validators=[required_input()])


class RecusalForm(OwnRecusalForm):
    """The secretary records who says so; the view sets the choices."""

    member = SelectField(lazy(N_("Who leaves the room")), coerce=optional_id, validators=[required_value()])
    kind = RadioField(lazy(N_("The interest")), validators=[required_input()])
