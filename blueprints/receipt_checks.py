"""Receipt checks: receipts verified or refused one after another, the picture beside the checklist."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import checks_of, faults_of
from app.localisation import gettext
from app.policy import Permission
from app.services import bank_statement_lists, contributions, documents, receipt_checks, valuations
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import attempt, finish, form_page
from forms.receipt_checks import ReceiptCheckForm
from models.contributions import Contribution, ContributionStatus

bp = Blueprint("receipt_checks", __name__, url_prefix="/receipt-checks")
VERIFY = Permission.CONTRIBUTION_VERIFY


@bp.get("")
@requires(GET=VERIFY)
def index() -> ResponseReturnValue:
    """On to the receipt that waits longest, or to the one behind `after`; when none waits, a page that says so."""
    after = request.args.get("after", 0, type=row_number)
    following = receipt_checks.following(receipt_checks.waiting(signed_in_user()), after)
    if following is None:
        return render_template("receipt_checks/index.html")
    return redirect(url_for(".show", contribution_id=following), 303)


@bp.route("/<int:contribution_id>", methods=["GET", "POST"])
@requires(GET=VERIFY, POST=VERIFY)
def show(contribution_id: int) -> ResponseReturnValue:
    """One receipt: verified or refused, then the next. What was decided meanwhile is said and passed over."""
    row, onwards = load(Contribution, contribution_id, VERIFY), url_for(".index", after=contribution_id)
    form = _form(row)
    if row.status is not ContributionStatus.RECORDED and not form.is_submitted():
        flash(_who_decided(row), "info")
        return redirect(onwards, 303)
    if form.validate_on_submit() and attempt(form, lambda: _decide(form, row)):
        return finish(onwards, gettext("Refused.") if form.is_refusal else gettext("Verified."))
    ids = receipt_checks.waiting(signed_in_user())
    return form_page(
        "receipt_checks/show.html",
        form,
        row=row,
        evidence=documents.of(row),
        valuation=valuations.of(row),
        found=bank_statement_lists.evidence_of(row),
        waiting=len(ids),
        onwards=onwards,
        before=receipt_checks.preceding(ids, row.id),
    )


def _who_decided(row: Contribution) -> str:
    if row.verified_by_id is None:  # refused: the row does not say by whom
        return gettext("That receipt has been decided about already. This is the next one.")
    if row.verified_by_id == signed_in_user().id:
        return gettext("You have verified that receipt already. This is the next one.")
    return gettext("Somebody has decided about that receipt meanwhile. This is the next one.")


def _form(row: Contribution) -> ReceiptCheckForm:
    form = ReceiptCheckForm(checks_of(row.kind))
    faults = enumerate(faults_of(row.kind).items(), start=1)
    form.fault.choices = [(one.value, f"{number}. {gettext(text)}") for number, (one, text) in faults]
    return form


def _decide(form: ReceiptCheckForm, row: Contribution) -> None:
    fault, words = form.fault_found(), form.words.data or ""
    if form.is_refusal:
        receipt_checks.must_say_why(fault, words)
        contributions.refuse(row, reason=words, fault=fault, actor=actor(row), now=clock.now())
    else:
        receipt_checks.must_not_be_refused(fault, words)
        contributions.verify(row, checks=form.checks(), actor=actor(row), now=clock.now())
