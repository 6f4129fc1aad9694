"""Opening accounts and giving roles."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import Optional

from app.localisation import N_, gettext, lazy
from forms.base import BaseForm, TextField, optional_id, required_input
from models.users import Role

SCOPES: dict[Role, str] = {Role.MEMBER: "association", Role.OPERATOR: "centre", Role.DONOR: "donor"}
MISSING: dict[str, str] = {
    "association": N_("Choose the association of this member."),
    "centre": N_("Choose the centre of this operator."),
    "donor": N_("Choose the donor this person reads for."),
}


class RoleForm(BaseForm):
    """A role with what it is held over; the view sets the choices. A scope that is not the role's is ignored."""

    role = SelectField(lazy(N_("Role")), validators=[required_input()])
    association = SelectField(lazy(N_("Association")), coerce=optional_id, validators=[Optional()])
    centre = SelectField(lazy(N_("Centre")), coerce=optional_id, validators=[Optional()])
    donor = SelectField(lazy(N_("Donor")), coerce=optional_id, validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        needed = SCOPES.get(Role(self.role.data))
        if needed and self[needed].data is None:
            self.refuse(needed, gettext(MISSING[needed]))
            return False
        return True

    def scope(self) -> int | None:
        """The chosen association, centre or donor, when the role is held over one."""
        needed = SCOPES.get(Role(self.role.data))
        chosen: int | None = self[needed].data if needed else None
        return chosen


class NewUserForm(RoleForm):
    """An account for somebody, with the first role."""

    full_name = TextField(N_("Full name, as in the passport"))
    username = TextField(
        N_("User name"), longest=60, render_kw={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
    )
    phone = TextField(N_("Phone"), required=False, longest=20, render_kw={"inputmode": "tel", "autocomplete": "off"})


class NewMemberAccountForm(BaseForm):
    """An account for a member of an association of the own centre; the view sets the choices."""

    member = SelectField(lazy(N_("Member")), coerce=optional_id, validators=[required_input()])
    username = TextField(
        N_("User name"), longest=60, render_kw={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
    )
    phone = TextField(N_("Phone"), required=False, longest=20, render_kw={"inputmode": "tel", "autocomplete": "off"})
