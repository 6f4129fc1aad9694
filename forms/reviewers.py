"""What reviewers say of themselves and of a call."""

from wtforms import BooleanField, SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, BoxesField, WholeNumberField, optional_id


class ProfileForm(BaseForm):
    """Languages, fields and village of birth; the view sets the choices."""

    languages = BoxesField(lazy(N_("Which languages do you read well?")))
    themes = BoxesField(lazy(N_("Which themes do you know about?")), coerce=int)
    birth_village = SelectField(lazy(N_("Where were you born?")), coerce=optional_id)


class LimitForm(BaseForm):
    """Whether and how much somebody judges in a call."""

    is_available = BooleanField(lazy(N_("Judges applications in this call")))
    most = WholeNumberField(N_("Applications at most"))


class PartForm(BaseForm):
    """The same of oneself, with the themes; the view sets the choices."""

    is_available = BooleanField(lazy(N_("I judge applications in this call")))
    most = WholeNumberField(N_("Applications I judge at most"))
    wishes = BoxesField(lazy(N_("Which themes would you rather judge?")), coerce=int)
    rather_not = BoxesField(lazy(N_("Which themes would you rather not judge?")), coerce=int)
