"""Results: reported by the association, verified by somebody else."""

from decimal import Decimal
from typing import Any

import pytest

from app.services import results
from models.base import db
from models.grants import Grant
from models.indicators import Result, ResultStatus
from models.users import Role
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of
from tests.support.queries import unprotect

VALUE: dict[str, Any] = {
    "period_ends_on": "11.10.2026",
    "value": "4,5",
    "female": "3",
    "male": "1,5",
    "evidence": "Эмгек келишимдери боюнча",
}


@pytest.fixture
def grant(programme: Programme) -> Grant:
    return programme.make_grant("active")


def reported() -> list[Result]:
    return list(db.session.scalars(db.select(Result)))


def test_a_value_is_reported_once_and_verified(english: Client, programme: Programme, grant: Grant) -> None:
    target = results.targets_of(grant)[0]
    english.sign_in(programme.chair_of(grant.association))
    url = f"/targets/{target.id}/results/new"
    data = filled(choose_form(english.get(url).text, url), VALUE)
    assert [english.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    (row,) = reported()
    assert (row.value, row.female, row.male) == (Decimal("4.5"), Decimal(3), Decimal("1.5"))
    index = f"/grants/{grant.id}/results"
    assert "not collected yet" in text_of(english.get(index).text)
    english.sign_in(programme.monitor)
    assert "You stand by 4.5" in text_of(english.get(index).text)
    assert english.submit(index, action=f"/results/{row.id}/verify").status_code == 303
    assert row.status is ResultStatus.VERIFIED
    assert f"reached 4.5, target {target.target} full-time jobs" in text_of(english.get(index).text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "-1"}, "The value must be zero or more and believable."),
        ({"value": "99999999"}, "The value must be zero or more and believable."),
        ({"value": "four"}, "Enter a number"),
        ({"value": ""}, "Fill this in."),
        ({"female": "4"}, "Women and men do not add up to the value."),
        ({"male": ""}, "Enter both women and men, or neither."),
        ({"period_ends_on": "13.10.2026"}, "The day must lie within the grant's period and not in the future."),
        ({"evidence": ""}, "Fill this in."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    english: Client, programme: Programme, grant: Grant, changes: dict[str, Any], message: str
) -> None:
    english.sign_in(programme.chair_of(grant.association))
    page = english.submit(f"/targets/{results.targets_of(grant)[0].id}/results/new", **VALUE | changes)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert f'value="{changes.get("value", "4,5")}"' in page.text
    assert reported() == []


def test_a_day_is_reported_once(english: Client, programme: Programme, grant: Grant) -> None:
    row = programme.make_result(grant)
    english.sign_in(programme.chair_of(grant.association))
    page = english.submit(f"/targets/{row.target_id}/results/new", **VALUE)
    assert page.status_code == 422
    assert "A value for this day has been reported already." in text_of(page.text)


def test_what_was_not_counted_is_not_zero(english: Client, programme: Programme, grant: Grant) -> None:
    target = results.targets_of(grant)[0]
    english.sign_in(programme.chair_of(grant.association))
    english.submit(f"/targets/{target.id}/results/new", **VALUE | {"female": "", "male": ""})
    (row,) = reported()
    assert (row.female, row.male) == (None, None)
    assert "not collected not collected Waits to be verified" in text_of(
        english.get(f"/grants/{grant.id}/results").text
    )


def test_who_reported_it_does_not_verify_it(english: Client, programme: Programme, grant: Grant) -> None:
    row, both = programme.make_result(grant), programme.make_user(Role.MONITOR)
    unprotect("results")
    row.reported_by_id = both.id
    english.sign_in(both)
    index = f"/grants/{grant.id}/results"
    page = english.submit(index, action=f"/results/{row.id}/verify")
    assert "You reported this value: another person has to verify it." in text_of(english.get(page.location).text)
    assert row.status is ResultStatus.REPORTED


def test_refuse_wants_a_reason(english: Client, programme: Programme, grant: Grant) -> None:
    row = programme.make_result(grant)
    english.sign_in(programme.monitor)
    assert "Give the reason" in text_of(english.submit(f"/results/{row.id}/refuse").text)
    assert english.submit(f"/results/{row.id}/refuse", reason="Тизме жок").status_code == 303
    assert row.status is ResultStatus.REFUSED
    assert english.submit(f"/results/{row.id}/refuse", reason="Тизме жок").status_code == 422


def test_a_donor_reads_values_without_names(english: Client, programme: Programme, grant: Grant) -> None:
    programme.make_result(grant, "verified")
    page = english.sign_in(programme.donor_user).get(f"/grants/{grant.id}/results")
    assert page.status_code == 200
    for hidden in (programme.chair_of(grant.association).display_name, programme.monitor.display_name, "Тизме"):
        assert hidden not in page.text


def test_strangers_find_nothing(english: Client, programme: Programme, grant: Grant) -> None:
    row, other = programme.make_result(grant), programme.make_grant("active")
    english.sign_in(programme.chair_of(other.association))
    assert english.get(f"/grants/{grant.id}/results").status_code == 404
    assert english.get(f"/targets/{row.target_id}/results/new").status_code == 404
    assert english.get(f"/results/{row.id}/refuse").status_code == 403
