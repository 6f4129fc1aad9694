"""Pledges: consent, currency, day and amount are checked; a foreign one cannot be touched."""

from datetime import date, timedelta

import pytest

from app import clock
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.pledges import Pledge
from tests.support.pages import form_fields, text_of

TYPED = {
    "remitter_name": "Сапар уулу Ысак",
    "country": "KR",
    "amount": "3 600 000",
    "currency": "KRW",
    "due_on": "30.01.2027",
    "has_consent": "y",
}


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(Pledge))


@pytest.fixture
def draft(programme):
    programme.make_rate("KRW", value="0.0628")
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/pledges"


def test_a_pledge_is_recorded_in_its_currency_and_in_som(client, draft, url):
    assert client.submit(url, **TYPED).location == url
    pledge = db.session.scalars(db.select(Pledge)).one()
    assert (pledge.amount, pledge.currency, pledge.amount_kgs) == (3_600_000, "KRW", 226_080_00)
    db.session.expire_all()
    assert draft.remittance_pledged == 226_080_00
    page = text_of(client.get(url).text)
    assert "3 600 000 KRW" in page and "226 080 som" in page and "Republic of Korea" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"has_consent": None}, "Without the remitter's consent the pledge cannot be recorded."),
        ({"amount": "-5"}, "The amount must be more than zero."),
        ({"amount": "999999999999999"}, "This amount is not believable for a village project."),
        ({"amount": "10,5"}, "This currency has no such fractions: enter a whole amount."),
        ({"currency": "XXX"}, "Not a valid choice."),
        ({"currency": "TRY"}, "There is no approved rate for TRY"),
        ({"due_on": "11.10.2026"}, "The day must lie ahead, within five years."),
        ({"due_on": "soon"}, "Enter a day as DD.MM.YYYY."),
        ({"country": ""}, "Fill this in."),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_typed_is_lost(client, url, changes, message):
    answer = client.submit(url, **(TYPED | changes))
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    kept = form_fields(answer.text)
    for name in ("remitter_name", "amount", "due_on"):
        assert kept[name] == (TYPED | changes)[name]
    assert count() == 0


def test_who_is_known_to_the_association_is_offered_while_the_name_is_typed(client, programme, url):
    assert client.submit(url, **TYPED).location == url
    programme.make_application(association=programme.make_association())
    page = client.get(url).text
    offered = page.split('<datalist id="remitters">')[1].split("</datalist>")[0]
    assert offered == '<option value="Сапар уулу Ысак">Republic of Korea</option>'
    assert 'list="remitters"' in page and TYPED["remitter_name"] in client.get(f"{url}/1/edit").text


def test_the_same_pledge_sent_twice_is_one_pledge(client, url):
    data = dict(form_fields(client.get(url).text)) | TYPED
    assert [client.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    assert count() == 1


def test_a_pledge_is_removed_but_not_through_another_application(client, programme, url):
    client.submit(url, **TYPED)
    own = db.session.scalars(db.select(Pledge)).one().id
    foreign = programme.make_application(ApplicationStatus.DRAFT)
    other = db.session.scalars(db.select(Pledge).where(Pledge.application_id == foreign.id)).one().id
    shown = client.get(f"{url}/{own}/delete").text
    assert "3 600 000 KRW" in text_of(shown) and TYPED["remitter_name"] in text_of(shown)
    data = form_fields(shown)
    assert client.get(f"{url}/{other}/delete").status_code == 404
    assert client.post(f"{url}/{other}/delete", data=data).status_code == 404
    assert count() == 2
    assert client.post(f"{url}/{own}/delete", data=data).status_code == 303
    assert count() == 1


@pytest.fixture
def pledge(client, url):
    client.submit(url, **TYPED)
    return db.session.scalars(db.select(Pledge)).one()


def test_a_pledge_is_changed_and_keeps_its_rate_while_the_money_stays(client, programme, draft, url, pledge):
    programme.make_rate("KRW", on=date(2026, 10, 13), value="0.0700")
    edit = f"{url}/{pledge.id}/edit"
    assert edit in client.get(url).text
    kept = form_fields(client.get(edit).text)
    assert {name: kept[name] for name in TYPED} == TYPED | {"amount": "3600000"}
    with clock.at(clock.now() + timedelta(days=1)):
        assert client.submit(edit, remitter_name="Башка Аты", due_on="15.02.2027").location == url
        db.session.expire_all()
        assert (pledge.remitter_name, pledge.due_on, pledge.amount_kgs) == ("Башка Аты", date(2027, 2, 15), 226_080_00)
        assert client.submit(edit, amount="1 000 000").location == url
        db.session.expire_all()
        assert (pledge.amount, pledge.amount_kgs, draft.remittance_pledged) == (1_000_000, 70_000_00, 70_000_00)
    assert count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"has_consent": None}, "Without the remitter's consent the pledge cannot be recorded."),
        ({"amount": "-5"}, "The amount must be more than zero."),
        ({"amount": "10,5"}, "This currency has no such fractions: enter a whole amount."),
        ({"currency": "TRY"}, "There is no approved rate for TRY"),
        ({"due_on": "11.10.2026"}, "The day must lie ahead, within five years."),
        ({"country": ""}, "Fill this in."),
    ],
)
def test_a_change_that_does_not_fit_is_refused_and_nothing_typed_is_lost(client, url, pledge, changes, message):
    answer = client.submit(f"{url}/{pledge.id}/edit", **(TYPED | {"remitter_name": "Башка Аты"} | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert kept["remitter_name"] == "Башка Аты"
    for name in ("amount", "due_on"):
        assert kept[name] == (TYPED | changes)[name]
    db.session.expire_all()
    assert (pledge.remitter_name, pledge.amount, pledge.version) == (TYPED["remitter_name"], 3_600_000, 1)


def test_of_two_editors_the_second_is_shown_both_texts(client, url, pledge):
    edit = f"{url}/{pledge.id}/edit"
    late = dict(form_fields(client.get(edit).text)) | {"remitter_name": "Меники", "country": "RU"}
    late.pop("has_consent")
    seen = form_fields(client.get(f"{url}/{pledge.id}/delete").text)
    client.submit(edit, remitter_name="Башканыкы")
    answer = client.post(edit, data=late)
    page = text_of(answer.text)
    assert answer.status_code == 409 and "Меники" in page and "Башканыкы" in page
    assert "Russia" in page and "Yes" in page and "No" in page
    assert client.post(f"{url}/{pledge.id}/delete", data=seen).status_code == 409
    assert count() == 1


def test_the_same_change_sent_twice_is_made_once_and_a_removed_pledge_gives_the_text_back(client, url, pledge):
    edit = f"{url}/{pledge.id}/edit"
    data = dict(form_fields(client.get(edit).text)) | {"remitter_name": "Башка Аты"}
    late = dict(form_fields(client.get(edit).text)) | {"remitter_name": "Менин Текстим"}
    assert [client.post(edit, data=data).status_code for _ in range(2)] == [303, 303]
    db.session.expire_all()
    assert pledge.version == 2
    client.submit(f"{url}/{pledge.id}/delete")
    answer = client.post(edit, data=late)
    assert answer.status_code == 404 and "Менин Текстим" in text_of(answer.text)


def test_the_operator_changes_a_pledge_of_a_returned_application(client, programme):
    application = programme.make_application(ApplicationStatus.RETURNED)
    pledge = db.session.scalars(db.select(Pledge).where(Pledge.application_id == application.id)).one()
    programme.dictate(application.association)
    client.sign_in(programme.operator_of(application.association.centre)).speak("en")
    assert client.submit(f"/applications/{application.id}/pledges/{pledge.id}/edit", country="KZ").status_code == 303
    db.session.expire_all()
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.action, event.on_behalf_of_id) == ("application.change_pledge", application.association_id)
    assert pledge.country == "KZ"


# Consent and capacity ------------------------------------------------------------------------------------------------


def test_the_text_the_person_agrees_to_is_shown_and_kept_with_its_day(client, draft, url):
    page = text_of(client.speak("ru").get(url).text)
    assert "Моё обещание можно записать" in page
    client.submit(url, **TYPED)
    pledge = db.session.scalars(db.select(Pledge)).one()
    assert (pledge.consent_version, pledge.consent_locale, pledge.consent_on) == (1, "ru", date(2026, 10, 12))
    assert "agreed on 12 Oct 2026 (text 1)" in text_of(client.speak("en").get(url).text)


def test_a_text_that_is_not_the_present_one_is_refused(client, url):
    for shown in ("0", "99", "", "one", "9" * 5000):
        answer = client.submit(url, **(TYPED | {"consent_version": shown}))
        assert answer.status_code == 422
        assert "The text the person agrees to has changed: read it to the person again." in text_of(answer.text)
    assert count() == 0


def test_another_person_gives_another_consent_and_the_same_one_keeps_the_day(client, url, pledge):
    edit = f"{url}/{pledge.id}/edit"
    with clock.at(clock.now() + timedelta(days=3)):
        client.submit(edit, due_on="20.02.2027")
        db.session.expire_all()
        assert pledge.consent_on == date(2026, 10, 12)
        client.speak("ky").submit(edit, remitter_name="Башка Аты")
    db.session.expire_all()
    assert (pledge.consent_on, pledge.consent_locale) == (date(2026, 10, 15), "ky")


def test_a_pledge_from_before_the_text_was_kept_asks_anew(client, url, pledge):
    pledge.consent_version = pledge.consent_locale = pledge.consent_on = None
    db.session.commit()
    edit = f"{url}/{pledge.id}/edit"
    assert "has_consent" not in form_fields(client.get(edit).text)
    assert client.submit(edit, due_on="20.02.2027").status_code == 422
    assert client.submit(edit, has_consent="y").status_code == 303
    db.session.expire_all()
    assert pledge.consent_version == 1


def test_a_pledge_above_the_capacity_is_told_and_kept(client, programme, draft, url):
    assert client.submit(url, **(TYPED | {"monthly_capacity": "500 000"})).location == url
    told = (
        "The pledge of 3 600 000 KRW by 30 Jan 2027 is more than the person says can be sent: "
        "500 000 KRW a month for 4 months come to 2 000 000 KRW, and 1 600 000 KRW are missing."
    )
    for address in (url, f"/applications/{draft.id}/check"):
        assert told in text_of(client.get(address).text)
    pledge = db.session.scalars(db.select(Pledge)).one()
    edit = f"{url}/{pledge.id}/edit"
    assert form_fields(client.get(edit).text)["monthly_capacity"] == "500000"
    client.submit(edit, monthly_capacity="900 000")
    assert "come to" not in text_of(client.get(url).text)
    client.submit(edit, monthly_capacity="")
    db.session.expire_all()
    assert pledge.monthly_capacity is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0", "The amount must be more than zero and believable."),
        ("-1", "The amount must be more than zero and believable."),
        ("999999999999999", "The amount must be more than zero and believable."),
        ("0,5", "This currency has no such fractions"),
    ],
)
def test_an_absurd_capacity_is_refused(client, url, typed, message):
    answer = client.submit(url, **(TYPED | {"monthly_capacity": typed}))
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert count() == 0
