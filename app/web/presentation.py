"""What every template can use: texts, formats, navigation, assets; and the language of a request."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response

from app import clock, labels, localisation
from app.localisation import LOCALE_CODES, LOCALES, N_, gettext
from app.policy import Permission
from app.services import match, notifications
from app.services.calls import allocations
from app.web import templating, unsaved
from app.web.access import can, is_signed_in, signed_in_user
from app.web.form_parts import form_of, part_url
from app.web.submissions import new_key

STATIC = Path(__file__).parent.parent / "static"


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    label: str
    href: str
    is_current: bool


NAVIGATION: tuple[tuple[str, str, Permission], ...] = (
    (N_("My desk"), "desks.index", Permission.DESK_READ),
    (N_("Calls"), "calls.index", Permission.CALL_READ),
    (N_("Applications"), "applications.index", Permission.APPLICATION_READ),
    (N_("Screening"), "screenings.index", Permission.APPLICATION_SCREEN),
    (N_("My reviews"), "reviews.index", Permission.REVIEW_WRITE),
    (N_("Reviewers"), "assignments.index", Permission.ASSIGNMENT_MANAGE),
    (N_("Council"), "council_sessions.index", Permission.SESSION_READ),
    (N_("Grants"), "grants.index", Permission.GRANT_READ),
    (N_("Signs to look at"), "signs.index", Permission.SIGN_JUDGE),
    (N_("Funds"), "funds.index", Permission.FUND_READ),
    (N_("Ledger"), "trial_balances.index", Permission.LEDGER_READ),
    (N_("Rates"), "rates.index", Permission.RATE_READ),
    (N_("Prices"), "prices.index", Permission.PRICE_READ),
    (N_("Suppliers"), "suppliers.index", Permission.SUPPLIER_READ),
    (N_("Reports"), "funding_reports.index", Permission.FUNDING_REPORT_READ),
    (N_("Associations"), "associations.index", Permission.ASSOCIATION_READ),
    (N_("Written on behalf"), "dictations.index", Permission.DICTATION_READ),
    (N_("Resource centres"), "centres.index", Permission.CENTRE_KEEP),
    (N_("People"), "users.index", Permission.USER_READ),
    (N_("Channels of money"), "channels.index", Permission.CHANNEL_MANAGE),
    (N_("Rules of overrides"), "override_rules.edit", Permission.OVERRIDE_RULE_MANAGE),
    (N_("Conflicts of interest"), "detected_conflicts.index", Permission.CONFLICT_JUDGE),
    (N_("My interests"), "interests.index", Permission.INTEREST_KEEP),
    (N_("History"), "audit_events.index", Permission.AUDIT_READ),
)


_PAGES_OF: Mapping[str, tuple[str, ...]] = {
    "applications": (
        "beneficiaries",
        "budget_lines",
        "business_plans",
        "differences",
        "documents",
        "duplicates",
        "meetings",
        "paper_forms",
        "pledges",
        "signatures",
        "targets",
        "themes",
    ),
    "assignments": ("assignment_plans",),
    "associations": ("account_notices", "account_objections", "remitter_links", "remitters"),
    "calls": ("allocations", "amendments", "call_forms", "criteria", "dry_runs", "required_documents"),
    "centres": ("equipment",),
    "council_sessions": (
        "adjournments",
        "agenda_items",
        "appeals",
        "corrected_protocols",
        "decisions",
        "letters",
        "projectors",
        "rankings",
        "reserves",
        "selections",
    ),
    "funds": (
        "bank_statements",
        "donors",
        "fund_agreements",
        "fund_closings",
        "paying_accounts",
        "payment_batches",
        "reporting_dates",
    ),
    "grants": (
        "agreement_signatures",
        "assets",
        "contributions",
        "expenditure_reports",
        "expenditures",
        "grant_amendments",
        "overrides",
        "purchases",
        "receipt_checks",
        "reductions",
        "repayments",
        "recoveries",
        "terminations",
        "results",
        "tranche_receipts",
        "tranches",
        "valuations",
        "visits",
    ),
    "reviews": ("calibrations", "review_workbooks", "reviewers", "seats"),
    "screenings": ("screening_batches",),
    "trial_balances": ("journal_exports", "ledger_accounts", "ledger_events", "statements"),
    "users": ("lost_devices",),
}
SECTION_OF = {noun: entry for entry, nouns in _PAGES_OF.items() for noun in nouns}
"""The entry of the navigation to which the pages of other nouns belong."""


def choose_locale() -> None:
    """What was chosen in this browser, else the user's language; else it stays what the browser asks for."""
    chosen: str | None = language_here()
    if not chosen and current_user.is_authenticated:
        chosen = signed_in_user().locale
    if chosen:
        localisation.set_locale(chosen)


def choose_browsers_locale() -> None:
    """Before anything can refuse the request: its refusal is not told in the language of the one before it."""
    asked = request.accept_languages.best_match(LOCALE_CODES)
    localisation.set_locale(language_here() or asked or localisation.DEFAULT_LOCALE)


def language_here() -> str:
    """The language chosen in this browser, or ""."""
    chosen = request.cookies.get(language_cookie(), "")
    return chosen if chosen in LOCALE_CODES else ""


def remember_language(response: Response, locale: str) -> Response:
    """Keep the language in this browser, in a cookie of its own: it outlives every session."""
    response.set_cookie(
        language_cookie(),
        locale,
        max_age=timedelta(days=365),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def language_cookie() -> str:
    """The name of the cookie."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-language"


def navigation() -> list[Link]:
    noun = (request.endpoint or "").partition(".")[0]
    current = SECTION_OF.get(noun, noun)
    return [
        Link(gettext(label), _address(request.script_root, endpoint), endpoint.partition(".")[0] == current)
        for label, endpoint, permission in NAVIGATION
        if can(permission)
    ]


_ROW, _AROUND = 107, 1.6
"""Letters that a row of 1,080 px holds, and what stands around a text, in letters."""


@lru_cache
def in_one_row(labels: tuple[str, ...], more: str) -> int:
    """How many entries, the first ones, stand in a PC's row; the others open under `more`.

    Told by their letters, so that the page is laid out without a script.
    """
    widths = [len(one) + _AROUND for one in labels]
    if sum(widths) <= _ROW:
        return len(labels)
    room = _ROW - len(more) - 2 * _AROUND  # its arrow is as wide as what stands around a text
    return next(count for count in range(len(labels) - 1, -1, -1) if sum(widths[:count]) <= room)


@lru_cache
def _address(_root: str, endpoint: str) -> str:
    return url_for(endpoint)


@lru_cache
def _asset_hash(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file with its content's hash, so that it can be cached for ever."""
    return _asset_address(request.script_root, name)


@lru_cache
def _asset_address(_root: str, name: str) -> str:
    return url_for("static", filename=name, v=_asset_hash(name))


def action_fields() -> Markup:
    """The hidden fields of a button's form: CSRF token and idempotency key."""
    hidden = '<input type="hidden" name="{}" value="{}">'
    return Markup(hidden * 2).format("csrf_token", generate_csrf(), "idempotency_key", new_key())  # noqa: S704


SUBJECT_PAGES: Mapping[str, tuple[str, str, Permission]] = {
    "account_objections": ("account_objections.show", "objection_id", Permission.ACCOUNT_OBJECTION_READ),
    "appeals": ("appeals.show", "appeal_id", Permission.APPEAL_READ),
    "applications": ("applications.show", "application_id", Permission.APPLICATION_READ),
    "assets": ("assets.show", "asset_id", Permission.EXPENDITURE_READ),
    "assignments": ("assignments.answer", "assignment_id", Permission.ASSIGNMENT_ANSWER),
    "associations": ("associations.show", "association_id", Permission.ASSOCIATION_READ),
    "bank_statements": ("bank_statements.show", "statement_id", Permission.BANK_STATEMENT_MANAGE),
    "calibrations": ("calibrations.index", "", Permission.REVIEW_WRITE),
    "calls": ("calls.show", "call_id", Permission.CALL_READ),
    "council_sessions": ("council_sessions.show", "session_id", Permission.SESSION_READ),
    "dictations": ("dictations.show", "dictation_id", Permission.DICTATION_READ),
    "exchange_rates": ("rates.show", "rate_id", Permission.RATE_READ),
    "expenditure_reports": ("expenditure_reports.show", "expenditure_report_id", Permission.EXPENDITURE_READ),
    "expenditures": ("expenditures.show", "expenditure_id", Permission.EXPENDITURE_READ),
    "funding_reports": ("funding_reports.show", "report_id", Permission.FUNDING_REPORT_READ),
    "funds": ("funds.show", "fund_id", Permission.FUND_READ),
    "grants": ("grants.show", "grant_id", Permission.GRANT_READ),
    "journal_exports": ("journal_exports.show", "export_id", Permission.LEDGER_READ),
    "ledger_events": ("ledger_events.show", "event_id", Permission.LEDGER_READ),
    "remitters": ("remitters.show", "remitter_id", Permission.REMITTER_READ),
    "suppliers": ("suppliers.show", "supplier_id", Permission.SUPPLIER_READ),
    "override_rules": ("overrides.index", "", Permission.OVERRIDE_READ),
    "payment_batches": ("payment_batches.show", "batch_id", Permission.PAYMENT_BATCH_READ),
    "prices": ("prices.index", "", Permission.PRICE_READ),
    "reviewers": ("reviewers.profile", "", Permission.REVIEW_WRITE),
    "reviews": ("reviews.index", "", Permission.REVIEW_WRITE),
    "screening_batches": ("screening_batches.show", "batch_id", Permission.APPLICATION_SCREEN),
}


def subject_url(subject: str) -> str | None:
    """The page of "noun:id", when the noun has one that the reader's role may open."""
    noun, _colon, row_id = subject.partition(":")
    endpoint, argument, permission = SUBJECT_PAGES.get(noun, ("", "", None))
    if permission is None or not can(permission):
        return None
    values: dict[str, Any] = {argument: row_id} if argument else {}
    return url_for(endpoint, **values)


def is_demonstration() -> bool:
    """Whether this copy holds the demonstration programme: every page and paper says so."""
    return bool((current_app.config["ASHAR"].home / "demonstration").exists())


def example_day(days: int = 0) -> str:
    """A day to show in a hint, as people type it: today in Bishkek, or so many days later (earlier when negative)."""
    return f"{clock.bishkek_day(clock.now()) + timedelta(days=days):%d.%m.%Y}"


def context() -> dict[str, Any]:
    """Names every template has."""
    signed_in = is_signed_in()
    links = navigation() if signed_in else []
    return {
        "locale": localisation.current_locale(),
        "locales": LOCALES,
        "navigation": links,
        "navigation_row": in_one_row(tuple([one.label for one in links]), gettext("More")),
        "notice_count": notifications.unread_count(signed_in_user()) if signed_in else 0,
        "acting_for": g.get("acting_for"),
        "speaks": g.get("speaks"),
        "is_demonstration": is_demonstration(),
        "now": clock.now(),
    }


def install(app: Flask) -> None:
    """Give the template environment its globals and filters."""
    templating.install(app)
    app.jinja_env.globals.update(
        asset=asset,
        can=can,
        example_day=example_day,
        action_fields=action_fields,
        label=labels.label_text,
        heading=labels.heading_text,
        tone=labels.tone,
        unit=labels.unit_text,
        currency=labels.currency_text,
        message=lambda notice: localisation.render(notice.message, notice.parameters),
        subject_url=subject_url,
        saved_page=unsaved.saved_page,
        reader_mark=unsaved.reader_mark,
        form_of=form_of,
        headings_paid=allocations.headings_paid,
        match_sentences=match.sentences,
        part_url=part_url,
        country=labels.country_text,
    )
    app.jinja_env.filters.update(
        money=localisation.money,
        date=localisation.date_text,
        month=localisation.month_text,
        datetime=localisation.datetime_text,
        deadline=localisation.deadline_text,
        hours=localisation.hours_text,
        label=labels.label_text,
        number=localisation.number_text,
        percent=localisation.percent_text,
        points=lambda hundredths: localisation.number_text(hundredths / 100, 2),
        signed_points=lambda hundredths: localisation.signed_text(hundredths / 100, 2),
    )
    app.context_processor(context)
