"""Grants: offered, accepted, active, suspended, completed; the one page where a project's money is seen whole."""

import io
from collections.abc import Callable

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext, to_minor
from app.policy import Permission, visible
from app.services import (
    agreement_signatures,
    applicants,
    applications,
    award_raises,
    awards,
    co_investments,
    conflicts,
    contributions,
    documents,
    expenditures,
    gates,
    grant_amendments,
    grants,
    ledger,
    match,
    next_steps,
    recoveries,
    reductions,
    repayments,
    results,
    terminations,
    tranche_receipts,
    users,
    visits,
)
from app.services.workflow import allowed
from app.web.access import actor, can, load, requires, row_number, signed_in_user
from app.web.presentation import is_demonstration
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.grants import GrantReasonForm, OfferForm, UnlockForm
from models.applications import Application
from models.base import BASE_CURRENCY
from models.contributions import ContributionKind
from models.documents import DocumentKind
from models.grants import Grant, GrantStatus
from models.recoveries import RecoveryKind
from reports import agreement as agreement_paper
from reports import agreement_content

bp = Blueprint("grants", __name__)
PAGE = grants.PAGE


@bp.get("/grants")
@requires(GET=Permission.GRANT_READ)
def index() -> ResponseReturnValue:
    """The newest first, of one status or of all."""
    wanted, before = request.args.get("status", ""), request.args.get("before", type=row_number)
    status = GrantStatus(wanted) if wanted in list(GrantStatus) else None
    ties = conflicts.kept_from(signed_in_user())
    rows = grants.page(visible(signed_in_user(), Grant), ties, status=status, before_id=before)
    return render_template(
        "grants/index.html",
        rows=rows,
        has_ties=bool(ties),
        status=status,
        statuses=[(one.value, label_text(one)) for one in GrantStatus],
        older=rows[-1].id if len(rows) == PAGE else None,
        is_first=before is None,
    )


@bp.get("/grants/<int:grant_id>")
@requires(GET=Permission.GRANT_READ)
def show(grant_id: int) -> ResponseReturnValue:
    """Everything about one grant, as far as the reader may see it."""
    grant = load(Grant, grant_id, Permission.GRANT_READ)
    works_with_it = can(Permission.CONTRIBUTION_READ, grant)
    return render_template(
        "grants/show.html",
        grant=grant,
        step=next_steps.step_of(grant),
        match=co_investments.match_of(grant),
        gates=gates.gates_of(grant),
        what_if=_what_if(grant),
        is_raisable=grant.amount < grant.awarded and award_raises.obstacle(grant, award_raises.room_of(grant)) is None,
        is_reducible=reductions.obstacle(grant, reductions.proposed(grant)) is None,
        lines=expenditures.by_line(grant),
        targets=results.targets_of(grant),
        actions=allowed(grants.TRANSITIONS, grant.status),
        takes_contributions=contributions.takes_contributions(grant),
        works_with_it=works_with_it,
        **(_rows(grant) if works_with_it else {}),
    )


def _what_if(grant: Grant) -> dict[str, object]:
    """What a further contribution would unlock, as the address asks; nothing is stored."""
    form = UnlockForm(request.args if "amount" in request.args else None)
    form.kind.choices = [(one.value, label_text(one)) for one in ContributionKind]
    if "amount" not in request.args or not form.validate():
        return {"form": form, "found": None}
    amount = to_minor(form.amount.data, BASE_CURRENCY)
    found = co_investments.unlocked_by(grant, ContributionKind(form.kind.data), amount)
    return {"form": form, "found": found, "amount": amount, "kind": ContributionKind(form.kind.data)}


def _rows(grant: Grant) -> dict[str, object]:
    """What a donor does not see: people, papers, single payments."""
    found, ending, claims = visits.of_grant(grant), terminations.of_grant(grant), recoveries.of_grant(grant)
    journal = ledger.journal(ledger.JournalFilter(grant_id=grant.id)) if can(Permission.FUND_READ) else []
    accounts = ledger.of_grant(grant) if can(Permission.LEDGER_READ) else []
    people = [one.visitor_id for one in found] + [one.actor_id for one in journal]
    people += [one.proposed_by_id for one in ending] + [one.proposed_by_id for one in claims]
    return {
        "accounts": accounts,
        "balances": ledger.balances_of(accounts) if accounts else {},
        "contributions": contributions.of_grant(grant),
        "visits": found,
        "papers": [one for one in documents.of(grant) if one.kind not in (DocumentKind.QUOTATION, DocumentKind.PHOTO)],
        "signed": agreement_signatures.of(grant.agreement),
        "to_sign": agreement_signatures.is_due(grant),
        "signatures": agreement_signatures.of_grant(grant),
        "amendments": grant_amendments.of_grant(grant),
        "terminations": ending,
        "recoveries": claims,
        "owed": recoveries.most(grant, RecoveryKind.LIFT) if claims else 0,
        "receipts": tranche_receipts.of_tranches(grant.tranches),
        "repayments": repayments.of_grant(grant),
        "reader_id": signed_in_user().id,
        "unspent": repayments.unspent(grant) if grant.status in repayments.MAY_COME_FROM else 0,
        "journal": journal,
        "names": users.names_of(people),
    }


@bp.route("/applications/<int:application_id>/grant/new", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_OFFER, POST=Permission.GRANT_OFFER)
def new(application_id: int) -> ResponseReturnValue:
    """Offer the grant the Council decided."""
    application = load(Application, application_id, Permission.GRANT_OFFER)
    today = clock.bishkek_day(clock.now())
    form = OfferForm(starts_on=today, ends_on=today + grants.LENGTH)
    if form.validate_on_submit() and (
        grant := attempt(
            form,
            lambda: grants.offer(
                application,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                actor=actor(application),
                now=clock.now(),
            ),
        )
    ):
        return finish(url_for("grants.show", grant_id=grant.id), gettext("The grant is offered."))
    decision, pledges = awards.decision_for(application), applications.pledges_of(application)
    own = applicants.own_ratio(application.association, application.call)
    return form_page("grants/new.html", form, application=application, decision=decision, pledges=pledges, own=own)


@bp.route("/grants/<int:grant_id>/accept", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_ACCEPT, POST=Permission.GRANT_ACCEPT)
def accept(grant_id: int) -> ResponseReturnValue:
    """The association reads what it takes on, and accepts."""
    grant = load(Grant, grant_id, Permission.GRANT_ACCEPT)
    if request.method == "POST":
        return act_on_button(
            lambda: grants.accept(grant, actor=actor(grant), now=clock.now()),
            url_for("grants.show", grant_id=grant_id),
            gettext("The grant is accepted. Next the agreement is printed and signed."),
        )
    return render_template("grants/accept.html", grant=grant, whole=match.due(match.rule_of(grant), grant.amount))


@bp.route("/grants/<int:grant_id>/decline", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_DECLINE, POST=Permission.GRANT_DECLINE)
def decline(grant_id: int) -> ResponseReturnValue:
    """The association does not take the grant."""
    grant, form = load(Grant, grant_id, Permission.GRANT_DECLINE), GrantReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: grants.decline(grant, reason=form.reason.data or "", actor=actor(grant), now=clock.now())
    ):
        return finish(url_for("grants.show", grant_id=grant_id), gettext("The grant is declined."))
    return form_page("grants/decline.html", form, grant=grant)


def _act_with_reason(grant_id: int, verb: Callable[..., None], message: str, template: str) -> ResponseReturnValue:
    grant, form = load(Grant, grant_id, Permission.GRANT_MANAGE), GrantReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: verb(grant, reason=form.reason.data or "", actor=actor(grant), now=clock.now())
    ):
        return finish(url_for("grants.show", grant_id=grant_id), message)
    return form_page(template, form, grant=grant, reason=str(grants.suspension_reason(grant.suspended_reason)))


@bp.route("/grants/<int:grant_id>/suspend", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_MANAGE, POST=Permission.GRANT_MANAGE)
def suspend(grant_id: int) -> ResponseReturnValue:
    """Keep further money back."""
    return _act_with_reason(grant_id, grants.suspend, gettext("The grant is suspended."), "grants/suspend.html")


@bp.route("/grants/<int:grant_id>/resume", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_MANAGE, POST=Permission.GRANT_MANAGE)
def resume(grant_id: int) -> ResponseReturnValue:
    """The reason of the stop is gone."""
    return _act_with_reason(grant_id, grants.resume, gettext("The grant goes on."), "grants/resume.html")


@bp.post("/grants/<int:grant_id>/complete")
@requires(POST=Permission.GRANT_COMPLETE)
def complete(grant_id: int) -> ResponseReturnValue:
    """Everything is paid, accounted for, visited and verified."""
    grant = load(Grant, grant_id, Permission.GRANT_COMPLETE)
    return act_on_button(
        lambda: grants.complete(grant, actor=actor(grant), now=clock.now()),
        url_for("grants.show", grant_id=grant_id),
        gettext("The grant is completed."),
    )


@bp.get("/grants/<int:grant_id>/agreement")
@requires(GET=Permission.CONTRIBUTION_READ)
def agreement(grant_id: int) -> ResponseReturnValue:
    """The agreement, or a version of it, as PDF. Not for donors: account and holder stand in it."""
    grant = load(Grant, grant_id, Permission.CONTRIBUTION_READ)
    sequence = request.args.get("sequence", type=row_number)
    if sequence is not None and sequence not in {one.sequence for one in grant.agreements}:
        abort(404)
    data = agreement_content.gather(grant, sequence)
    signed = agreement_signatures.on_screen(grant, sequence)
    by, demonstration = reductions.decided_by(grant, data.dated_at), is_demonstration()
    paper = agreement_paper.to_pdf(data, current_locale(), signed=signed, decided_by=by, demonstration=demonstration)
    return send_file(
        io.BytesIO(paper),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{grant.number}-{current_locale()}.pdf",
        max_age=0,
    )
