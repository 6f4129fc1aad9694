"""Contributions: recorded with the receipt, checked by a second person, reversed by finance."""

from collections.abc import Callable

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import CURRENCIES, checks_of, currency_text, label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import (
    bank_statement_lists,
    channels,
    conflicts,
    contributions,
    documents,
    rates,
    signs,
    users,
    valuations,
)
from app.services.signs import Sign
from app.services.workflow import allowed
from app.web.access import actor, can, load, requires, signed_in_user, takes_upload
from app.web.givers import Givers
from app.web.submissions import attempt, finish, form_page, sent_upload, uploads
from forms.contributions import ContributionForm, ContributionReasonForm, EvidenceForm, VerifyForm
from models.contributions import Check, Contribution, ContributionKind
from models.documents import DocumentKind
from models.grants import Grant

bp = Blueprint("contributions", __name__)
MONEY = (ContributionKind.REMITTANCE, ContributionKind.COMMUNITY_CASH)
"""What is recorded with a receipt; goods and labour are recorded with their value."""


@bp.route("/grants/<int:grant_id>/contributions/new", methods=["GET", "POST"])
@requires(GET=Permission.CONTRIBUTION_RECORD, POST=Permission.CONTRIBUTION_RECORD)
@takes_upload
def new(grant_id: int) -> ResponseReturnValue:
    """Record what came, with its receipt: both are kept or neither is."""
    grant = load(Grant, grant_id, Permission.CONTRIBUTION_RECORD)
    form, givers = ContributionForm(), Givers(grant)
    _offer_choices(form, givers)
    if form.validate_on_submit() and (row := attempt(form, lambda: _record(form, grant, givers))):
        message = gettext("The contribution is recorded. A monitoring officer verifies it next.")
        return finish(url_for("contributions.show", contribution_id=row.id), message)
    return form_page("contributions/new.html", form, grant=grant, channels=channels.offered())


def _offer_choices(form: ContributionForm, givers: Givers) -> None:
    givers.offer_to(form)
    form.kind.choices = [(one.value, label_text(one)) for one in MONEY]
    ways = [(one.code, one.name(current_locale())) for one in channels.offered()]
    form.channel.choices = [("", gettext("Choose")), *ways]
    form.currency.choices = [(code, currency_text(code)) for code in CURRENCIES]


def _record(form: ContributionForm, grant: Grant, givers: Givers) -> Contribution:
    who, now = actor(grant), clock.now()
    row = contributions.record(
        grant,
        ContributionKind(form.kind.data),
        channel=channels.of_code(form.channel.data) if form.channel.data else None,
        reference=form.reference.data or "",
        sender_name=form.sender_name.data,
        sender_country=form.sender_country.data,
        sent_on=form.sent_on.data,
        currency=form.currency.data,
        amount=rates.minor_units(form.amount.data, form.currency.data),
        receiver_name=form.receiver_name.data or "",
        received_on=form.received_on.data,
        fee=rates.minor_units(form.fee.data, form.currency.data, "fee") if form.fee.data else 0,
        pledge=givers.pledge_of(form),
        remitter=givers.remitter_of(form),
        is_another=form.is_another.data,
        actor=who,
        now=now,
    )
    contributions.attach(row, DocumentKind.RECEIPT, sent_upload(), storage=uploads(), actor=who, now=now)
    return row


@bp.get("/contributions/<int:contribution_id>")
@requires(GET=Permission.CONTRIBUTION_READ)
def show(contribution_id: int) -> ResponseReturnValue:
    """What came, its evidence, who recorded and who verified it."""
    row = load(Contribution, contribution_id, Permission.CONTRIBUTION_READ)
    return render_template(
        "contributions/show.html",
        row=row,
        reason=contributions.reason_of(row),
        evidence=documents.of(row),
        actions=allowed(contributions.TRANSITIONS, row.status),
        checks=[checks_of(row.kind)[Check(one)] for one in row.checks],
        valuation=valuations.of(row),
        names=users.names_of([row.recorded_by_id, row.verified_by_id]),
        is_recorder=row.recorded_by_id == signed_in_user().id,
        may_record=contributions.takes_contributions(row.grant) and can(Permission.CONTRIBUTION_RECORD, row.grant),
        signs=_signs(row),
        found=bank_statement_lists.evidence_of(row),
    )


def _signs(row: Contribution) -> list[tuple[Sign, bool]]:
    """The signs it has a part in, each with whether the reader may open both sides."""
    ties, read = conflicts.kept_from(signed_in_user()), Permission.CONTRIBUTION_READ
    return [
        (one, all(can(read, each) and not ties.has(each.grant.application) for each in one.rows))
        for one in signs.of_contribution(row)
    ]


@bp.route("/contributions/<int:contribution_id>/evidence", methods=["GET", "POST"])
@requires(GET=Permission.CONTRIBUTION_RECORD, POST=Permission.CONTRIBUTION_RECORD)
@takes_upload
def attach(contribution_id: int) -> ResponseReturnValue:
    """One more receipt."""
    row = load(Contribution, contribution_id, Permission.CONTRIBUTION_RECORD)
    form = EvidenceForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: contributions.attach(
            row, DocumentKind.RECEIPT, sent_upload(), storage=uploads(), actor=actor(row), now=clock.now()
        ),
    ):
        return finish(url_for("contributions.show", contribution_id=contribution_id), gettext("The receipt is added."))
    return form_page("contributions/attach.html", form, row=row)


@bp.route("/contributions/<int:contribution_id>/verify", methods=["GET", "POST"])
@requires(GET=Permission.CONTRIBUTION_VERIFY, POST=Permission.CONTRIBUTION_VERIFY)
def verify(contribution_id: int) -> ResponseReturnValue:
    """A second person goes through the checks."""
    row = load(Contribution, contribution_id, Permission.CONTRIBUTION_VERIFY)
    form = VerifyForm(checks_of(row.kind))
    if form.validate_on_submit() and attempt(
        form, lambda: contributions.verify(row, checks=form.checks(), actor=actor(row), now=clock.now())
    ):
        return finish(url_for("grants.show", grant_id=row.grant_id), gettext("The contribution is verified."))
    return form_page(
        "contributions/verify.html",
        form,
        row=row,
        evidence=documents.of(row),
        valuation=valuations.of(row),
        signs=_signs(row),
        found=bank_statement_lists.evidence_of(row),
    )


def _act_with_reason(row: Contribution, verb: Callable[..., None], message: str, template: str) -> ResponseReturnValue:
    form = ContributionReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: verb(row, reason=form.reason.data or "", actor=actor(row), now=clock.now())
    ):
        return finish(url_for("contributions.show", contribution_id=row.id), message)
    return form_page(template, form, row=row)


@bp.route("/contributions/<int:contribution_id>/refuse", methods=["GET", "POST"])
@requires(GET=Permission.CONTRIBUTION_VERIFY, POST=Permission.CONTRIBUTION_VERIFY)
def refuse(contribution_id: int) -> ResponseReturnValue:
    """The evidence does not hold."""
    row = load(Contribution, contribution_id, Permission.CONTRIBUTION_VERIFY)
    return _act_with_reason(
        row, contributions.refuse, gettext("The contribution is refused."), "contributions/refuse.html"
    )


@bp.route("/contributions/<int:contribution_id>/reverse", methods=["GET", "POST"])
@requires(fresh=True, GET=Permission.CONTRIBUTION_REVERSE, POST=Permission.CONTRIBUTION_REVERSE)
def reverse(contribution_id: int) -> ResponseReturnValue:
    """A verified contribution was wrong."""
    row = load(Contribution, contribution_id, Permission.CONTRIBUTION_REVERSE)
    return _act_with_reason(
        row, contributions.reverse, gettext("The contribution is reversed."), "contributions/reverse.html"
    )
