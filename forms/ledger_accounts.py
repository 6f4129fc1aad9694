"""An account of the ledger: which days of it are shown."""

from typing import Any

from app.localisation import N_, gettext
from forms.base import BaseForm, DayField


class PeriodForm(BaseForm):
    """Value days from and until, both included; either may be left out. The address alone says it."""

    class Meta(BaseForm.Meta):
        csrf = False  # it changes nothing

    starts_on = DayField(N_("First day"), required=False)
    ends_on = DayField(N_("Last day"), required=False)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if is_valid and self.starts_on.data and self.ends_on.data and self.ends_on.data < self.starts_on.data:
            self.refuse("ends_on", gettext("The end must not lie before the start."))
            return False
        return is_valid

    @property
    def period(self) -> dict[str, Any]:
        """What was chosen, by name; nothing of it when it cannot be understood."""
        return {} if self.errors else {"starts_on": self.starts_on.data, "ends_on": self.ends_on.data}
