"""Overrides: a condition of a tranche set aside by two people, for one payment."""

from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission, visible
from app.services import conflicts, funds, gates, override_rules, overrides
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.overrides import OverrideForm, OverrideReasonForm
from models.funds import Fund
from models.grants import Tranche
from models.overrides import OverridableCondition, Override

bp = Blueprint("overrides", __name__)
READ, PROPOSE, DECIDE = Permission.OVERRIDE_READ, Permission.OVERRIDE_PROPOSE, Permission.OVERRIDE_DECIDE


@bp.get("/overrides")
@requires(GET=READ)
def index() -> ResponseReturnValue:
    """Every override, the newest first, and who may override what."""
    ties, query, before = conflicts.kept_from(signed_in_user()), _query(), request.args.get("before", type=row_number)
    rows = overrides.page(
        visible(signed_in_user(), Override),
        ties,
        fund_id=int(query["fund"]) if query["fund"] else None,
        number=query["number"],
        condition=OverridableCondition(query["condition"]) if query["condition"] else None,
        before_id=before,
    )
    return render_template(
        "overrides/index.html",
        rows=rows,
        query=query,
        funds=_funds(),
        conditions={one.value: label_text(one) for one in OverridableCondition},
        rules=override_rules.rules(),
        is_newest=before is None,
        older=rows[-1].id if len(rows) == overrides.PAGE else None,
    )


def _funds() -> dict[str, str]:
    return {str(key): name for key, name in funds.choices(visible(signed_in_user(), Fund), current_locale())}


def _query() -> dict[str, str]:
    """The choices as they stand in the addresses of the neighbouring pages; what is not known counts as not given."""
    fund, number, condition = (request.args.get(key, "").strip() for key in ("fund", "number", "condition"))
    return {
        "fund": fund if fund in _funds() else "",
        "number": number[:20],
        "condition": condition if condition in list(OverridableCondition) else "",
    }


@bp.route("/tranches/<int:tranche_id>/overrides/new", methods=["GET", "POST"])
@requires(GET=PROPOSE, POST=PROPOSE)
def new(tranche_id: int) -> ResponseReturnValue:
    """Ask that a condition be set aside for the next payment."""
    tranche = load(Tranche, tranche_id, PROPOSE)
    gate = gates.gate(tranche)
    open_to = overrides.overridable(tranche, gate, signed_in_user())
    form = OverrideForm()
    form.condition.choices = [(one.value, label_text(one)) for one in open_to]

    def act() -> Override:
        condition, reason = OverridableCondition(form.condition.data), form.reason.data or ""
        return overrides.propose(tranche, condition, reason=reason, actor=actor(tranche), now=clock.now())

    if form.validate_on_submit() and attempt(form, act):
        return finish(_page_of(tranche_id), gettext("The override is proposed. Another person decides about it."))
    return form_page("overrides/new.html", form, tranche=tranche, gate=gate, open_to=open_to)


@bp.post("/overrides/<int:override_id>/approve")
@requires(POST=DECIDE)
def approve(override_id: int) -> ResponseReturnValue:
    """The second person."""
    override = load(Override, override_id, DECIDE)
    return act_on_button(
        lambda: overrides.approve(override, actor=actor(override), now=clock.now()),
        _page_of(override.tranche_id),
        gettext("The condition is overridden for the next payment."),
    )


@bp.route("/overrides/<int:override_id>/refuse", methods=["GET", "POST"])
@requires(GET=DECIDE, POST=DECIDE)
def refuse(override_id: int) -> ResponseReturnValue:
    """The condition stays."""
    return _with_reason(override_id, overrides.refuse, gettext("The override is refused."), "overrides/refuse.html")


@bp.route("/overrides/<int:override_id>/withdraw", methods=["GET", "POST"])
@requires(GET=DECIDE, POST=DECIDE)
def withdraw(override_id: int) -> ResponseReturnValue:
    """The condition counts again."""
    message = gettext("The override is withdrawn.")
    return _with_reason(override_id, overrides.withdraw, message, "overrides/withdraw.html")


def _with_reason(override_id: int, verb: Callable[..., None], message: str, template: str) -> ResponseReturnValue:
    override, form = load(Override, override_id, DECIDE), OverrideReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: verb(override, reason=form.reason.data or "", actor=actor(override), now=clock.now())
    ):
        return finish(_page_of(override.tranche_id), message)
    return form_page(template, form, override=override)


def _page_of(tranche_id: int) -> str:
    return url_for("tranches.show", tranche_id=tranche_id, _anchor="overrides")
