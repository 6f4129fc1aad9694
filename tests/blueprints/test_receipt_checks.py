"""Receipt checks: one receipt after another, verified or refused by the button that was pressed."""

from collections.abc import Callable

import pytest

from app.services import receipt_checks
from models.base import db
from models.contributions import Check, Contribution, ContributionStatus
from models.users import Role
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of
from tests.support.queries import unprotect

pytestmark = pytest.mark.either_database
TICKS = dict.fromkeys([check.value for check in Check], "y")


@pytest.fixture
def three(programme: Programme) -> list[int]:
    grant = programme.make_grant("active")
    return [programme.make_contribution(grant, amount=amount).id for amount in (10_000_00, 20_000_00, 30_000_00)]


@pytest.fixture
def decide(english: Client) -> Callable[..., str]:
    def press(row_id: int, verdict: str, **fields: str) -> str:
        page = english.submit(f"/receipt-checks/{row_id}", verdict=verdict, **fields)
        return page.location if page.status_code == 303 else f"{page.status_code} {text_of(page.text)}"

    return press


def row(row_id: int) -> Contribution:
    return db.session.get_one(Contribution, row_id)


def test_receipts_are_decided_one_after_another(
    english: Client, programme: Programme, three: list[int], decide: Callable[..., str]
) -> None:
    english.sign_in(programme.monitor)
    first, second, third = three
    assert english.get("/receipt-checks").location == f"/receipt-checks/{first}"
    assert "3 receipts wait for you" in text_of(english.get(f"/receipt-checks/{first}").text)
    assert decide(first, "verify", **TICKS) == f"/receipt-checks?after={first}"
    assert english.get(f"/receipt-checks?after={first}").location == f"/receipt-checks/{second}"
    assert decide(third, "refuse", fault="day", words="The month is missing.") == f"/receipt-checks?after={third}"
    assert english.get(f"/receipt-checks?after={third}").location == f"/receipt-checks/{second}", "on from the start"
    assert row(first).status is ContributionStatus.VERIFIED
    assert row(first).checks == list(TICKS)
    assert row(third).status is ContributionStatus.REFUSED
    assert (row(third).fault, row(third).reason) == (Check.DAY, "The month is missing.")
    for language, fault in (("en", "The day on the receipt is not the one recorded."), ("ru", "День на квитанции")):
        page = text_of(english.speak(language).get(f"/contributions/{third}").text)
        assert fault in page and "The month is missing." in page, "in the language of who reads it"
    english.speak("en")
    gone_on = english.get(f"/receipt-checks/{first}", follow_redirects=True)
    assert gone_on.request.path == f"/receipt-checks/{second}"
    assert "You have verified that receipt already." in text_of(gone_on.text)
    refused = english.get(f"/receipt-checks/{third}", follow_redirects=True)
    assert "That receipt has been decided about already." in text_of(refused.text)
    assert decide(second, "verify", **TICKS)
    assert "No receipt waits for you" in text_of(english.get("/receipt-checks").text)


@pytest.mark.parametrize(
    ("verdict", "fields", "message"),
    [
        ("verify", {**TICKS, "arrived": ""}, "Check this first, then tick it."),
        ("verify", {**TICKS, "fault": "day"}, "You gave a reason to refuse."),
        ("verify", {**TICKS, "words": "blurred"}, "You gave a reason to refuse."),
        ("refuse", TICKS, "Choose what does not fit, or write it."),
        ("refuse", {"fault": "nonsense"}, "Not a valid choice"),
        ("", TICKS, "There is a problem"),
    ],
)
def test_half_a_decision_is_none(
    english: Client,
    programme: Programme,
    three: list[int],
    decide: Callable[..., str],
    verdict: str,
    fields: dict[str, str],
    message: str,
) -> None:
    english.sign_in(programme.monitor)
    answer = decide(three[0], verdict, **{name: value for name, value in fields.items() if value})
    assert answer.startswith("422")
    assert message in answer
    assert row(three[0]).status is ContributionStatus.RECORDED


def test_who_is_late_is_told_and_changes_nothing(
    english: Client, programme: Programme, three: list[int], decide: Callable[..., str]
) -> None:
    english.sign_in(programme.monitor)
    here = f"/receipt-checks/{three[0]}"
    opened = filled(choose_form(english.get(here).text, here), {"verdict": "refuse", "fault": "day"})
    assert decide(three[0], "verify", **TICKS).startswith("/receipt-checks")
    late = english.post(here, data=opened)
    assert late.status_code == 422
    assert "There is a problem" in text_of(late.text)
    assert row(three[0]).status is ContributionStatus.VERIFIED


def test_own_recordings_and_ties_do_not_wait_for_one(programme: Programme, three: list[int]) -> None:
    assert receipt_checks.waiting(programme.monitor) == three
    recorder = programme.make_user(Role.MONITOR)
    unprotect("contributions")  # as if that one had been recorded by somebody else
    row(three[1]).recorded_by_id = recorder.id
    db.session.flush()
    assert receipt_checks.waiting(recorder) == [three[0], three[2]]
    tied = programme.make_user(Role.MONITOR)
    programme.tie(row(three[0]).grant.application, tied)
    assert receipt_checks.waiting(tied) == []
