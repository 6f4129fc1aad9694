"""The rules of overrides: which office may propose and which may approve, a setting of the programme."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import override_rules
from app.web.access import actor, requires
from app.web.submissions import attempt, finish, form_page
from forms.overrides import OverrideRulesForm
from models.overrides import OverridableCondition
from models.users import Role

bp = Blueprint("override_rules", __name__, url_prefix="/override-rules")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.OVERRIDE_RULE_MANAGE, POST=Permission.OVERRIDE_RULE_MANAGE)
def edit() -> ResponseReturnValue:
    """Who may override which condition."""
    form = _form()
    if form.validate_on_submit() and attempt(form, lambda: _change(form)):
        return finish(url_for(".edit"), gettext("The rules of overrides are changed."))
    return form_page("override_rules/edit.html", form, conditions=list(OverridableCondition))


def _form() -> OverrideRulesForm:
    """One group of boxes for each condition and step, ticked as it holds today."""
    held = {}
    for condition, rule in override_rules.rules().items():
        held[f"{condition.value}_proposers"] = [one.value for one in rule.proposers]
        held[f"{condition.value}_approvers"] = [one.value for one in rule.approvers]
    form = OverrideRulesForm(data=held | {"seen": override_rules.stamp()})
    for name in held:
        form[name].choices = [(one.value, label_text(one)) for one in override_rules.OFFICES]
    return form


def _change(form: OverrideRulesForm) -> None:
    """Only what differs is written."""
    rules = {}
    for condition in OverridableCondition:
        chosen = (form[f"{condition.value}_{step}"].data or [] for step in ("proposers", "approvers"))
        proposers, approvers = (tuple(Role(one) for one in names) for names in chosen)
        rules[condition] = override_rules.Rule(proposers, approvers)
    override_rules.change_all(rules, seen=form.seen.data or "", actor=actor(), now=clock.now())
