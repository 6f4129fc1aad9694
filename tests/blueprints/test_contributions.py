"""Contributions: the receipt in the same form, a second person, the reverse."""

from datetime import date
from typing import Any

import pytest

from app.labels import label
from app.localisation import gettext, use_locale
from app.services import applications, contributions, documents
from app.services.documents import Upload
from models.base import db
from models.contributions import Check, Contribution, ContributionStatus
from models.documents import Document
from models.grants import Grant
from models.users import Role
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, sent, text_of
from tests.support.queries import count, unprotect


@pytest.fixture
def grant(programme: Programme) -> Grant:
    return programme.make_grant("active")


SENT_ON = date(2026, 10, 10)
RECEIPT: dict[str, Any] = {
    "kind": "remittance",
    "channel": "money_transfer",
    "reference": "MTCN 123-456-789",
    "sender_name": "Токтогулов Нурбек",
    "sender_country": "RU",
    "sent_on": "10.10.2026",
    "amount": "25 000,50",
    "currency": "RUB",
}
TICKS = dict.fromkeys([check.value for check in Check], "y")


def record(client: Client, grant: Grant, upload: Upload | None, **changes: Any) -> Any:
    fields = RECEIPT | ({"upload": sent(upload)} if upload else {}) | changes
    return client.submit(f"/grants/{grant.id}/contributions/new", **fields)


def test_money_and_receipt_are_recorded_together(english: Client, programme: Programme, grant: Grant) -> None:
    programme.make_rate("RUB", on=SENT_ON, value="1.10")
    english.sign_in(programme.chair_of(grant.association))
    shown = {"receiver_name": "Асанова Гүлзат", "received_on": "11.10.2026", "fee": "150,50"}
    page = record(english, grant, programme.make_pdf(), **shown)
    assert page.status_code == 303
    row = db.session.scalars(db.select(Contribution)).one()
    assert (row.amount, row.currency, row.amount_kgs) == (25_000_50, "RUB", 27_500_55)
    assert len(documents.of(row)) == 1
    text = text_of(english.get(page.location).text)
    assert "25 000.50 RUB" in text
    assert "Who received it Асанова Гүлзат Day on which it was received 11 Oct 2026" in text
    assert "Fee, not counted 150.50 RUB" in text
    assert "1.1 som for 1 RUB, valid from 10 Oct 2026, National Bank, daily rate" in text
    assert "Waits to be verified" in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": "-5"}, "The amount must be more than zero."),
        ({"amount": "0"}, "The amount must be more than zero."),
        ({"amount": "1e9"}, "Enter a number"),
        ({"amount": "999 999 999 999"}, "This amount is not believable for a village project."),
        ({"amount": "12,345"}, "At most 2 digits after the comma."),
        ({"amount": ""}, "Fill this in."),
        ({"currency": "XXX"}, "Not a valid choice"),
        ({"currency": "USD"}, "There is no approved rate for USD on 10 Oct 2026"),
        ({"currency": "KRW", "amount": "1000,5"}, "This currency has no such fractions: enter a whole amount."),
        ({"sent_on": "13.10.2026"}, "The day lies in the future."),
        ({"sent_on": "01.10.2020"}, "The evidence is older than five years."),
        ({"received_on": "09.10.2026"}, "It came on the day it was sent or later, and not after today."),
        ({"fee": "25 000,50"}, "The fee is smaller than the amount."),
        ({"channel": ""}, "Choose how the money came."),
        ({"reference": "12"}, "Enter the number on the receipt (at least four letters or digits)."),
        ({"kind": "community_cash", "currency": "RUB"}, "Cash of the village is recorded in som."),
        ({"kind": "nonsense"}, "Not a valid choice"),
        ({"kind": None}, "Fill this in."),
        ({"sender_country": ""}, "Fill this in."),
        ({"upload": None}, "Choose a file."),
        ({"upload": Upload("receipt.pdf", b"MZ program")}, "Only PDF, JPG and PNG files are taken."),
        ({"upload": Upload("receipt.jpg", b"%PDF-1.4 broken")}, "The file's ending does not fit its content."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_half_written(
    english: Client, programme: Programme, grant: Grant, changes: dict[str, Any], message: str
) -> None:
    programme.make_rate("RUB", on=SENT_ON)
    before = count(Document)
    english.sign_in(programme.chair_of(grant.association))
    upload = changes.get("upload", programme.make_pdf())
    page = record(english, grant, upload, **{name: value for name, value in changes.items() if name != "upload"})
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert 'value="Токтогулов Нурбек"' in page.text
    assert f'value="{changes.get("amount", RECEIPT["amount"])}"' in page.text
    assert count(Contribution) == 0
    assert count(Document) == before


def test_all_that_is_wrong_is_said_at_once(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.chair_of(grant.association))
    wrong = {"currency": "KGS", "amount": "0", "sent_on": "13.10.2026", "channel": "", "reference": "12"}
    page = text_of(record(english, grant, Upload("receipt.pdf", b"MZ program"), **wrong).text)
    for message in (
        "The amount must be more than zero.",
        "The day lies in the future.",
        "Choose how the money came.",
        "Enter the number on the receipt (at least four letters or digits).",
        "Only PDF, JPG and PNG files are taken.",
    ):
        assert page.count(message) >= 1, message
    assert count(Contribution) == 0


def test_a_file_that_was_chosen_is_asked_for_again(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.chair_of(grant.association))
    upload, again = programme.make_pdf(), "again: it was not kept"
    assert again not in text_of(english.get(f"/grants/{grant.id}/contributions/new").text)
    page = text_of(record(english, grant, upload, currency="KGS", amount="").text)
    assert f"Choose the file “{upload.filename}” again: it was not kept" in page
    assert again not in text_of(record(english, grant, None, currency="KGS").text), "none was chosen"


def test_a_refusal_speaks_the_page_s_language(client: Client, programme: Programme, grant: Grant) -> None:
    client.speak("ru").sign_in(programme.chair_of(grant.association))
    page = record(client, grant, programme.make_pdf(), currency="KGS", amount="-5")
    assert page.status_code == 422
    with use_locale("ru"):
        message = gettext("The amount must be more than zero.")
    assert message != "The amount must be more than zero."
    assert message in text_of(page.text)


def test_a_receipt_counts_once(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.chair_of(grant.association))
    upload = programme.make_pdf()
    assert record(english, grant, upload, currency="KGS").status_code == 303
    page = record(english, grant, programme.make_pdf(), currency="KGS", reference="mtcn123456789")
    assert page.status_code == 422
    assert "This receipt has been recorded already: a receipt counts once." in text_of(page.text)
    page = record(english, grant, upload, currency="KGS", reference="OTHER-0001")
    assert page.status_code == 422
    assert "This very file has proved another contribution already." in text_of(page.text)
    assert count(Contribution) == 1


def test_sent_twice_is_one_record(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.chair_of(grant.association))
    url, upload = f"/grants/{grant.id}/contributions/new", programme.make_pdf()
    form = choose_form(english.get(url).text, url)
    answers = [
        english.post(url, data=filled(form, RECEIPT | {"currency": "KGS", "upload": sent(upload)})) for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count(Contribution) == 1


def test_only_pledges_of_the_same_application_are_offered(english: Client, programme: Programme, grant: Grant) -> None:
    other = programme.make_grant("active")
    english.sign_in(programme.chair_of(grant.association))
    page = english.get(f"/grants/{grant.id}/contributions/new").text
    own, foreign = ({str(one.id) for one in applications.pledges_of(which.application)} for which in (grant, other))
    assert own
    offered = set(choose_options(page, "pledge"))
    assert own <= offered
    assert not foreign & offered
    answer = record(english, grant, programme.make_pdf(), currency="KGS", pledge=foreign.pop())
    assert answer.status_code == 422
    assert count(Contribution) == 0


def choose_options(page: str, name: str) -> list[str]:
    select = page.split(f'name="{name}"')[1].split("</select>")[0]
    return [part.split('"')[0] for part in select.split('value="')[1:]]


def test_a_second_person_goes_through_the_checks(english: Client, programme: Programme, grant: Grant) -> None:
    row = programme.make_contribution(grant)
    english.sign_in(programme.monitor)
    url = f"/contributions/{row.id}/verify"
    page = english.submit(url, legible="y", amount="y")
    assert page.status_code == 422
    assert "Check this first, then tick it." in text_of(page.text)
    assert all(label(check) in text_of(page.text) for check in Check)
    assert row.status is ContributionStatus.RECORDED
    assert english.submit(url, **TICKS).status_code == 303
    assert row.status is ContributionStatus.VERIFIED
    kept = text_of(english.get(f"/contributions/{row.id}").text)
    kept = kept[kept.index("What was checked") : kept.index("Evidence")]
    assert programme.monitor.display_name in kept and "12 Oct 2026" in kept
    assert all(label(check) in kept for check in Check)
    again = english.submit(url, **TICKS)
    assert again.status_code == 422
    assert "This cannot be done now" in text_of(again.text)


def test_who_recorded_it_does_not_verify_it(english: Client, programme: Programme, grant: Grant) -> None:
    both = programme.make_user(Role.MONITOR)
    row = programme.make_contribution(grant)
    unprotect("contributions")
    row.recorded_by_id = both.id
    english.sign_in(both)
    assert "You recorded this contribution" in text_of(english.get(f"/contributions/{row.id}").text)
    page = english.submit(f"/contributions/{row.id}/verify", **TICKS)
    assert page.status_code == 422
    assert "You recorded this contribution: another person has to verify it." in text_of(page.text)
    assert row.status is ContributionStatus.RECORDED


def test_without_evidence_there_is_no_verification(english: Client, programme: Programme, grant: Grant) -> None:
    row = programme.make_contribution(grant, with_evidence=False)
    english.sign_in(programme.monitor)
    page = english.submit(f"/contributions/{row.id}/verify", **TICKS)
    assert "There is no evidence: attach the receipt first." in text_of(page.text)
    english.sign_in(programme.chair_of(grant.association))
    assert english.submit(f"/contributions/{row.id}/evidence", upload=sent(programme.make_pdf())).status_code == 303
    assert len(documents.of(row)) == 1


def test_evidence_is_not_added_afterwards(english: Client, programme: Programme, grant: Grant) -> None:
    row = programme.make_contribution(grant, "verified")
    english.sign_in(programme.chair_of(grant.association))
    page = english.submit(f"/contributions/{row.id}/evidence", upload=sent(programme.make_pdf()))
    assert page.status_code == 422
    assert len(documents.of(row)) == 1


def test_refuse_and_reverse_want_reasons(english: Client, programme: Programme, grant: Grant) -> None:
    one, two = programme.make_contribution(grant), programme.make_contribution(grant, "verified")
    english.sign_in(programme.monitor)
    assert english.submit(f"/contributions/{one.id}/refuse").status_code == 422
    assert english.submit(f"/contributions/{one.id}/refuse", reason="Не читается").status_code == 303
    assert one.status is ContributionStatus.REFUSED
    assert english.get(f"/contributions/{two.id}/reverse").status_code == 403
    english.sign_in(programme.finance)
    page = english.submit(f"/contributions/{two.id}/reverse")
    assert "Give the reason." in text_of(page.text)
    assert english.submit(f"/contributions/{two.id}/reverse", reason="Дважды").status_code == 303
    assert two.status is ContributionStatus.REVERSED
    assert contributions.counted(grant) == 0


def test_strangers_find_nothing(english: Client, programme: Programme, grant: Grant) -> None:
    row, other = programme.make_contribution(grant), programme.make_grant("active")
    english.sign_in(programme.chair_of(other.association))
    assert english.get(f"/contributions/{row.id}").status_code == 404
    assert english.get(f"/contributions/{row.id}/evidence").status_code == 404
    assert english.get(f"/grants/{grant.id}/contributions/new").status_code == 404
    assert english.get(f"/contributions/{row.id}/verify").status_code == 403
    own = f"/grants/{other.id}/contributions/new"
    data = filled(choose_form(english.get(own).text, own), RECEIPT | {"currency": "KGS"})
    data["upload"] = sent(programme.make_pdf())
    assert english.post(f"/grants/{grant.id}/contributions/new", data=data).status_code == 404
    assert count(Contribution) == 1


def test_who_reads_that_a_receipt_is_refused_can_record_it_anew(
    english: Client, programme: Programme, grant: Grant
) -> None:
    refused, anew = programme.make_contribution(grant, "refused"), f'href="/grants/{grant.id}/contributions/new"'
    assert anew in english.sign_in(programme.chair_of(grant.association)).get(f"/contributions/{refused.id}").text
    assert anew not in english.sign_in(programme.monitor).get(f"/contributions/{refused.id}").text
