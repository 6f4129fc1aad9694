"""Tranches: four hands for one payment."""

import io
from datetime import timedelta

import pytest

from app import clock
from models.audit import AuditEvent
from models.base import db
from models.grants import Grant, Tranche, TrancheStatus
from models.ledger import EventKind, LedgerEvent
from models.notifications import Notification
from models.users import Role
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, text_of


def press(client: Client, tranche: Tranche, verb: str) -> str:
    """Press the tranche page's button; what the page says afterwards."""
    url = f"/tranches/{tranche.id}"
    page = client.submit(url, action=f"{url}/{verb}")
    assert page.status_code == 303
    return text_of(client.get(page.location).text)


def forced(client: Client, tranche: Tranche, verb: str) -> str:
    """Send the button's request without its button: with the fields of any form of the user's."""
    fields = choose_form(client.get("/account").text, "/account", "/account/sign-out-everywhere").fields
    page = client.post(f"/tranches/{tranche.id}/{verb}", data=fields.to_dict())
    assert page.status_code == 303
    return text_of(client.get(page.location).text)


def released(tranche: Tranche) -> int:
    query = db.select(db.func.count()).where(
        LedgerEvent.grant_id == tranche.grant_id, LedgerEvent.kind == EventKind.TRANCHE_RELEASED
    )
    return int(db.session.scalar(query) or 0)


def test_the_way_of_a_payment(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche()
    chair, number = programme.chair_of(tranche.grant.association), tranche.grant.payout_account.masked_number  # type: ignore[union-attr]
    page = text_of(english.sign_in(chair).get(f"/tranches/{tranche.id}").text)
    assert "You ask for 80 000 som." in page
    assert "The tranche is requested." in press(english, tranche, "request")
    english.sign_in(programme.finance)
    assert f"You prepare 80 000 som to {tranche.grant.association.name_en}, account {number}." in text_of(
        english.get(f"/tranches/{tranche.id}").text
    )
    assert "The payment is prepared." in press(english, tranche, "prepare")
    english.sign_in(programme.other_finance)
    page = text_of(english.get(f"/tranches/{tranche.id}").text)
    assert f"{programme.finance.display_name} prepared it on 12 Oct 2026." in page
    assert "The payment is approved." in press(english, tranche, "approve")
    answer = english.submit(f"/tranches/{tranche.id}/release", bank_reference="pay 77", value_on="12.10.2026")
    assert answer.status_code == 303
    assert tranche.bank_reference == "PAY77"
    assert released(tranche) == 1
    english.sign_in(chair)
    answer = english.submit(f"/tranches/{tranche.id}/receipt/new", received="80 000", received_on="12.10.2026")
    assert answer.location == f"/tranches/{tranche.id}"
    assert "80 000 som" in text_of(english.get(answer.location).text).partition("What the association says")[2]
    assert tranche.status is TrancheStatus.CONFIRMED


def test_a_closed_gate_names_what_is_missing(english: Client, programme: Programme) -> None:
    grant = programme.make_grant("active")
    tranche = grant.tranches[0]
    english.sign_in(programme.chair_of(grant.association))
    page = english.get(f"/tranches/{tranche.id}").text
    assert "/request" not in page
    assert "missing: 80 000 som" in text_of(page) and f"/grants/{grant.id}/contributions/new" in page
    assert "Verified: 0 som of 80 000 som due; missing: 80 000 som." in forced(english, tranche, "request")
    assert tranche.status is TrancheStatus.PLANNED


def test_the_preparer_does_not_approve(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche("prepared")
    english.sign_in(programme.finance)
    page = english.get(f"/tranches/{tranche.id}").text
    assert "Another finance officer has to approve it." in text_of(page)
    assert "/approve" not in page
    assert "You prepared this payment: another person has to approve it." in forced(english, tranche, "approve")
    assert tranche.status is TrancheStatus.PREPARED


@pytest.mark.parametrize(
    ("reference", "day", "message"),
    [
        ("", "12.10.2026", "Fill this in."),
        ("PAY-1", "13.10.2026", "The day must lie between the start of the grant and today."),
        ("PAY-1", "1.1.2020", "The day must lie between the start of the grant and today."),
        ("PAY-1", "yesterday", "Enter a day as DD.MM.YYYY."),
    ],
)
def test_a_wrong_release_moves_nothing(
    english: Client, programme: Programme, reference: str, day: str, message: str
) -> None:
    tranche = programme.make_tranche("approved")
    english.sign_in(programme.finance)
    page = english.submit(f"/tranches/{tranche.id}/release", bank_reference=reference, value_on=day)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert f'value="{day}"' in page.text
    assert tranche.status is TrancheStatus.APPROVED
    assert released(tranche) == 0


def test_a_bank_reference_counts_once(english: Client, programme: Programme) -> None:
    one = programme.make_tranche("released")
    two = programme.make_tranche("approved")
    english.sign_in(programme.finance)
    spelled = f" {one.bank_reference.lower()} "  # type: ignore[union-attr]
    page = english.submit(f"/tranches/{two.id}/release", bank_reference=spelled, value_on="12.10.2026")
    assert page.status_code == 422
    assert "This bank reference has been recorded already: grant " in text_of(page.text)
    assert released(two) == 0


def test_released_twice_is_one_payment(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche("approved")
    english.sign_in(programme.finance)
    url = f"/tranches/{tranche.id}/release"
    form = choose_form(english.get(url).text, url)
    other = choose_form(english.get(url).text, url)
    data = filled(form, {"bank_reference": "PAY-5", "value_on": "12.10.2026"})
    assert [english.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    late = english.post(url, data=filled(other, {"bank_reference": "PAY-6", "value_on": "12.10.2026"}))
    assert late.status_code == 422
    assert "This cannot be done now" in text_of(late.text)
    assert released(tranche) == 1
    assert tranche.bank_reference == "PAY-5"


def test_a_gate_that_closed_meanwhile_stops_the_release(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche("approved")
    english.sign_in(programme.finance)
    assert english.submit(f"/grants/{tranche.grant_id}/suspend", reason="Жалоба").status_code == 303
    page = english.submit(f"/tranches/{tranche.id}/release", bank_reference="PAY-9", value_on="12.10.2026")
    assert page.status_code == 422
    assert "Suspended: Жалоба" in text_of(page.text)
    assert released(tranche) == 0


def test_send_back_wants_a_reason(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche("requested")
    english.sign_in(programme.finance)
    url = f"/tranches/{tranche.id}/send-back"
    assert "Give the reason." in text_of(english.submit(url, reason=" ").text)
    assert english.submit(url, reason="Не тот счёт").status_code == 303
    assert tranche.status is TrancheStatus.PLANNED


def test_money_that_came_back_is_reversed(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche("released")
    english.sign_in(programme.finance)
    url = f"/tranches/{tranche.id}/return"
    assert "Give the reason." in text_of(english.submit(url).text)
    assert english.submit(url, reason="Счёт закрыт").status_code == 303
    assert tranche.status is TrancheStatus.RETURNED
    newest = db.session.scalars(db.select(LedgerEvent).order_by(LedgerEvent.id.desc())).first()
    assert newest is not None
    assert newest.kind is EventKind.REVERSAL
    assert newest.reason == "Счёт закрыт"


def test_an_operator_requests_on_behalf(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche()
    programme.dictate(tranche.grant.association)
    english.sign_in(programme.operator_of(tranche.grant.association.centre))
    press(english, tranche, "request")
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.on_behalf_of_id) == ("tranche.request", tranche.grant.association_id)


def test_strangers_find_nothing(english: Client, programme: Programme) -> None:
    tranche, other = programme.make_tranche(), programme.make_grant("active")
    english.sign_in(programme.chair_of(other.association))
    fields = choose_form(english.get("/account").text, "/account", "/account/sign-out-everywhere").fields.to_dict()
    assert english.get(f"/tranches/{tranche.id}").status_code == 404
    assert english.post(f"/tranches/{tranche.id}/request", data=fields).status_code == 404
    assert english.post(f"/tranches/{tranche.id}/approve", data=fields).status_code == 403
    assert english.sign_in(programme.donor_user).get(f"/tranches/{tranche.id}").status_code == 403
    assert tranche.status is TrancheStatus.PLANNED
    assert db.session.get(Grant, tranche.grant_id) is not None


def test_the_association_does_not_pay_itself(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche("approved")
    english.sign_in(programme.user_of(Role.MONITOR))
    assert english.get(f"/tranches/{tranche.id}/release").status_code == 403


def test_a_payment_after_a_change_of_account_goes_nowhere_and_the_page_says_so(
    english: Client, programme: Programme
) -> None:
    tranche, now = programme.make_tranche("approved"), clock.now()
    association, old = tranche.grant.association, tranche.payout_account
    new = programme.change_account(association, now=now - timedelta(days=4))
    db.session.commit()
    english.sign_in(programme.finance)
    url, another = f"/tranches/{tranche.id}", "another one than the one this payment was prepared for"
    page = english.get(url).text
    assert another in text_of(page) and old.number in page and f"{url}/release" not in page  # type: ignore[union-attr]
    answer = english.submit(f"{url}/release", bank_reference="PAY-3", value_on="12.10.2026")
    assert answer.status_code == 422 and another in text_of(answer.text)
    assert released(tranche) == 0
    assert english.submit(f"{url}/send-back", reason="Счёт изменён").status_code == 303
    english.sign_in(programme.chair_of(association))
    press(english, tranche, "request")
    assert new.number not in english.get(url).text and new.masked_number in english.get(url).text
    english.sign_in(programme.finance)
    press(english, tranche, "prepare")
    for path in (english.sign_in(programme.other_finance) and url, f"{url}/release"):
        page = english.get(path).text
        assert "The agreement names another account than this payment" in text_of(page)
        assert new.number in page and old.number in page  # type: ignore[union-attr]


def test_who_got_a_code_from_somebody_else_does_not_pay_for_a_day(english: Client, programme: Programme) -> None:
    tranche = programme.make_tranche(TrancheStatus.PREPARED)
    victim = programme.other_finance
    page = f"/people/{victim.id}"
    english.sign_in(programme.administrator).submit(page, action=f"{page}/code")
    english.sign_in(victim)
    victim.must_change_password = False
    said = forced(english, tranche, "approve")
    assert "Somebody else issued a new first code for your account: you can pay again from 13 Oct 2026" in said
    db.session.expire_all()
    assert tranche.status is TrancheStatus.PREPARED
    told = db.select(Notification.user_id).where(Notification.message.contains("issued a new first code"))
    assert set(db.session.scalars(told)) == {victim.id, programme.finance.id, programme.secretary.id}
    with clock.at(clock.now() + timedelta(hours=24, seconds=1)):
        assert "The payment is approved." in press(english, tranche, "approve")


def test_the_association_reads_why_its_money_or_its_request_came_back(client: Client, programme: Programme) -> None:
    tranche = programme.make_tranche("returned")
    here, chair = f"/tranches/{tranche.id}", programme.chair_of(tranche.grant.association)
    client.speak("en").sign_in(chair)
    assert "Why it came back: Эсеп жабык" in text_of(client.get(here).text)
    press(client, tranche, "request")
    assert "Why it came back" not in client.get(here).text
    client.sign_in(programme.finance).submit(f"{here}/send-back", reason="Эсепти тактагыла")
    assert "Why it came back: Эсепти тактагыла" in text_of(client.sign_in(chair).get(here).text)


def test_the_centre_prints_and_records_a_slip_and_finance_looks_at_what_is_missing(
    english: Client, programme: Programme
) -> None:
    tranche = programme.make_tranche("released")
    page, slip = f"/tranches/{tranche.id}", f"/tranches/{tranche.id}/receipt/slip"
    english.sign_in(programme.operator_of(tranche.grant.association.centre))
    assert slip in english.get(page).text and f"{page}/receipt/new" not in english.get(page).text
    assert english.get(f"{page}/receipt/paper").data.startswith(b"%PDF")
    scan = (io.BytesIO(programme.make_pdf().content), "slip.pdf")
    told = {"signer": "Төрага", "received": "78 000", "received_on": "12.10.2026", "upload": scan}
    assert english.submit(slip, **told).status_code == 422  # why is it less?
    told["upload"] = (io.BytesIO(programme.make_pdf().content), "slip.pdf")
    assert english.submit(slip, **told, reason="Банк кармады").location == page
    english.sign_in(programme.finance)
    assert page in english.get("/").text and "More is missing than the fee" in text_of(english.get(page).text)
    look = f"{page}/receipt/look-at"
    assert english.submit(look, reason="").status_code == 422
    assert english.submit(look, reason="Банк кайтарат").location == page
    assert "Банк кайтарат" in english.get(page).text
