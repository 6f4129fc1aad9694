"""Overrides: the condition and the reason; the rules of who may."""

from wtforms import HiddenField, RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, ReasonForm, required_input
from forms.visits import ChecklistField


class OverrideForm(BaseForm):
    """What is set aside, and why. The conditions are set by the view."""

    condition = RadioField(lazy(N_("Condition")), validators=[required_input()])
    reason = LongTextField(N_("Reason"), longest=1000)


class OverrideReasonForm(ReasonForm):
    """Refusing or withdrawing an override."""


class OverrideRulesForm(BaseForm):
    """Who may propose and who may approve. The offices are set by the view; `seen` is the stamp of what was shown."""

    seen = HiddenField()
    accounted_proposers = ChecklistField(N_("Who may propose"))
    accounted_approvers = ChecklistField(N_("Who may approve"))
    visit_proposers = ChecklistField(N_("Who may propose"))
    visit_approvers = ChecklistField(N_("Who may approve"))
    report_proposers = ChecklistField(N_("Who may propose"))
    report_approvers = ChecklistField(N_("Who may approve"))
