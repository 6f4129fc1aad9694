"""Bank statements: the file, and what its columns mean."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, TextField, UploadField, WholeNumberField, optional_id, required_input


class BankStatementForm(BaseForm):
    """A file of a bank or a channel. The channels are set by the view."""

    upload = UploadField(N_("File of the bank or the channel"))
    account = TextField(N_("Account whose statement it is"), required=False, longest=120)
    channel = SelectField(lazy(N_("Channel whose statement it is")), coerce=optional_id)


class BankColumnsForm(BaseForm):
    """What the columns of a table mean; every choice is set by the view. Rows are counted from 1, columns from 0."""

    head = WholeNumberField(N_("Row with the names of the columns"))
    day_column = SelectField(lazy(N_("Day")), coerce=optional_id)
    amount_column = SelectField(lazy(N_("Amount, with its sign")), coerce=optional_id)
    came_column = SelectField(lazy(N_("Money that came")), coerce=optional_id)
    went_column = SelectField(lazy(N_("Money that went")), coerce=optional_id)
    currency_column = SelectField(lazy(N_("Currency")), coerce=optional_id)
    reference_column = SelectField(lazy(N_("Number of the payment")), coerce=optional_id)
    name_column = SelectField(lazy(N_("Name of the other side")), coerce=optional_id)
    account_column = SelectField(lazy(N_("Account of the other side")), coerce=optional_id)
    text_column = SelectField(lazy(N_("What it was for")), coerce=optional_id)
    currency = SelectField(lazy(N_("Currency where no column names one")), validators=[required_input()])
    day = SelectField(lazy(N_("How days are written")), validators=[required_input()])
    mark = SelectField(lazy(N_("What stands before the fraction")), validators=[required_input()])
    encoding = SelectField(lazy(N_("Letters of the file")), validators=[required_input()])

    def columns(self) -> dict[str, int]:
        """{meaning: number of the column}, of those that were chosen."""
        chosen = {name: field.data for name, field in self._fields.items() if name.endswith("_column")}
        return {name.removesuffix("_column"): number for name, number in chosen.items() if number is not None}
