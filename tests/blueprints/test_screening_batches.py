"""One finding for many applications, from the ticks to the messages."""

import re
from html import unescape

import pytest

from models.applications import ApplicationStatus, Screening
from models.base import db
from models.screening_batches import HeldScreening, HeldStatus, ScreeningBatch
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.queries import count
from tests.support.shelf import kept

S = ApplicationStatus


@pytest.fixture
@kept
def made(programme):
    return [
        programme.make_application(S.SUBMITTED, association=programme.make_association(with_account=number < 2))
        for number in range(3)
    ]


@pytest.fixture
def url(client, programme, made):
    client.sign_in(programme.secretary).speak("en")
    return "/screening-batches/new?" + "&".join(f"applications={one.id}" for one in made)


def check(client, url, **finding):
    """The preview, and its fields with the button pressed that holds them."""
    data = form_fields(client.get(url).text)
    checked = client.post("/screening-batches/new", data={**data.to_dict(flat=False), **finding, "check": "1"})
    return checked, form_fields(checked.text).to_dict(flat=False) | {"record": "1"}


def held(client, url, **finding):
    checked, fields = check(client, url, **finding)
    assert checked.status_code == 200
    return client.post("/screening-batches/new", data=fields).location


def test_from_the_list_to_the_messages(client, programme, made, url):
    page = client.get("/screenings").text
    assert all(f'name="applications" value="{one.id}"' in page for one in made)
    checked, fields = check(client, url, outcome="eligible")
    said = text_of(checked.text)
    assert checked.status_code == 200 and count(ScreeningBatch) == 0
    assert "A rule is not met: “The association has a confirmed payout account.”" in said
    assert "When it is sent: Submitted → Eligible." in said and "Looks like another" in said
    assert "2 findings will be held. 1 application is left out" in said
    assert sorted(fields["applications"]) == sorted(str(one.id) for one in made[:2])
    answers = [client.post("/screening-batches/new", data=fields) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303} and len({answer.location for answer in answers}) == 1
    assert count(ScreeningBatch) == 1 and count(HeldScreening) == 2 and count(Screening) == 0
    here = answers[0].location
    listed = client.get("/screenings").text
    assert "held: eligible" in text_of(listed) and "2 findings are held" in text_of(listed)
    assert f'name="applications" value="{made[0].id}"' not in listed, "it cannot be ticked again"
    assert "A finding on it is held" in text_of(client.get(f"/applications/{made[0].id}/screenings/new").text)
    first = db.session.scalars(db.select(HeldScreening).order_by(HeldScreening.id)).first()
    page = client.get(here).text
    undo = form_fields(page, f"{here}/undo")
    assert client.post(f"{here}/undo", data={**undo, "held_id": "x"}).status_code == 404, "not all of them"
    assert client.post(f"{here}/undo", data={**undo, "held_id": first.id}).status_code == 303
    send = form_fields(client.get(here).text, f"{here}/send")
    assert [client.post(f"{here}/send", data=send).status_code for _ in range(2)] == [303, 303]
    db.session.expire_all()
    assert [one.status for one in made] == [S.SUBMITTED, S.ELIGIBLE, S.SUBMITTED] and count(Screening) == 1
    said = text_of(client.get(here).text)
    assert "Taken back" in said and "Sent" in said and "Take all back" not in said
    assert "Nothing is sent by itself" in text_of(client.get("/screening-batches").text)


def test_nobody_is_told_before_it_is_sent_and_the_association_sees_nothing(client, programme, made, url):
    location = held(client, url, outcome="ineligible", reason="Эсеп жок")
    chair = programme.chair_of(made[0].association)
    client.sign_in(chair).speak("en")
    for address in ("/", f"/applications/{made[0].id}", "/notifications"):
        said = text_of(client.get(address).text)
        assert "Эсеп жок" not in said and "held" not in said.lower() and "Not eligible" not in said
    client.sign_in(programme.secretary).speak("en")
    client.post(f"{location}/send", data=form_fields(client.get(location).text, f"{location}/send"))
    client.sign_in(chair)
    assert "Эсеп жок" in client.get(f"/applications/{made[0].id}").text


def test_a_refusal_comes_back_to_the_list_as_it_was_shown(client, made, url):
    """With the same choices, words and page, wherever the ticks are missing."""
    shown = f"/screenings?q=%D0%B0%D1%80%D1%8B%D0%B7+%26&call_id={made[0].call_id}&state=all&sort=newest&before=1-1"
    listed = client.get(shown.replace("q=%D0%B0%D1%80%D1%8B%D0%B7+%26&", "")).text
    assert f'name="list" value="call_id={made[0].call_id}&amp;state=all&amp;sort=newest&amp;before=1-1"' in listed
    asked = {"list": shown.partition("?")[2]}
    assert client.get("/screening-batches/new", query_string=asked).location == shown
    page = text_of(client.get(shown).text)
    assert "Tick at least one application." in page
    form = client.get("/screening-batches/new", query_string=asked | {"applications": made[0].id}).text
    action = re.search(r'<form method="post" action="([^"]*new[^"]*)"', form)[1]
    data = form_fields(form, unescape(action)).to_dict(flat=False)
    del data["applications"]
    assert client.post(unescape(action), data=data).location == shown
    assert client.get("/screening-batches/new?list=//evil.example/").location == "/screenings"


def test_every_one_of_the_page_none_and_too_many(client, made, url):
    page = client.get("/screening-batches/new?page=" + "+".join(str(one.id) for one in made)).text
    assert all(one.number in page for one in made)
    assert client.get("/screening-batches/new").location == "/screenings"
    assert "Tick at least one application." in text_of(client.get("/screenings").text)
    many = "&".join(f"applications={number}" for number in range(1, 62))
    assert client.get(f"/screening-batches/new?{many}").location == "/screenings"
    assert "At most 60 applications at once." in text_of(client.get("/screenings").text)


def test_a_finding_without_reason_is_said_at_its_field_and_nothing_is_lost(client, made, url):
    checked, fields = check(client, url, outcome="ineligible")
    assert checked.status_code == 422 and "Give the reason: the association will read it." in text_of(checked.text)
    assert fields["outcome"] == ["ineligible"] and len(fields["applications"]) == 3
    _checked, fields = check(client, url, outcome="returned", reason="Бюджетти оңдоңуз", parts=["budget"])
    del fields["record"]
    back = client.post("/screening-batches/new", data=fields | {"change": "1"})
    again = form_fields(back.text).to_dict(flat=False)
    assert back.status_code == 200 and len(again["applications"]) == 3
    assert again["reason"] == ["Бюджетти оңдоңуз"] and again["parts"] == ["budget"] and again["outcome"] == ["returned"]
    _checked, fields = check(client, url, outcome="eligible")
    assert len(fields["applications"]) == 2
    del fields["record"]
    back = client.post("/screening-batches/new", data=fields | {"change": "1"})
    assert len(form_fields(back.text).getlist("applications")) == 3, "who was left out of one finding may have another"
    assert count(ScreeningBatch) == 0


def test_who_was_held_in_another_tab_meanwhile_is_named(client, made, url):
    _checked, late = check(client, url, outcome="ineligible", reason="Кеч")
    assert held(client, url, outcome="ineligible", reason="Эсеп жок")
    answer = client.post("/screening-batches/new", data=late)
    assert answer.status_code == 422
    assert f"{made[0].number}: A finding on it is held already." in text_of(answer.text)
    assert count(ScreeningBatch) == 1 and count(HeldScreening) == 3


def test_who_changed_after_the_preview_is_named_and_the_new_preview_can_be_held(client, programme, made, url):
    _checked, late = check(client, url, outcome="ineligible", reason="Кеч")
    made[1].title = "Башка аталыш"
    db.session.commit()
    answer = client.post("/screening-batches/new", data=late)
    assert answer.status_code == 422 and count(ScreeningBatch) == 0
    assert f"{made[1].number}: It was changed after this page was shown. Look at it again." in text_of(answer.text)
    anew = form_fields(answer.text).to_dict(flat=False) | {"record": "1"}
    assert client.post("/screening-batches/new", data=anew).status_code == 303
    assert count(HeldScreening) == 3


def test_sent_in_one_tab_and_taken_back_in_the_other(client, made, url):
    here = held(client, url, outcome="ineligible", reason="Эсеп жок")
    page = client.get(here).text
    send, undo = form_fields(page, f"{here}/send"), form_fields(page, f"{here}/undo")
    assert client.post(f"{here}/send", data=send).status_code == 303
    assert client.post(f"{here}/undo", data=undo).location == here
    assert "Nothing is held here any more" in text_of(client.get(here).text)
    db.session.expire_all()
    assert {one.status for one in made} == {S.INELIGIBLE}
    assert set(db.session.scalars(db.select(HeldScreening.status))) == {HeldStatus.SENT}


def test_the_page_says_before_sending_who_would_be_left_out(client, programme, made, url):
    here = held(client, url, outcome="ineligible", reason="Эсеп жок")
    answer = client.submit(f"/applications/{made[0].id}/screenings/new", outcome="ineligible", reason="Өзүнчө")
    assert answer.status_code == 303
    said = text_of(client.get(here).text)
    assert "Would be left out:" in said and "2 applications get their new state" in said and "1 is left out." in said


def test_what_a_secretary_has_a_tie_to_is_not_there(client, programme, made, url):
    here = held(client, url, outcome="ineligible", reason="Эсеп жок")
    secretary = programme.make_user(Role.SECRETARY)
    secretary.person.village_id = made[0].association.village_id
    for one in made:
        one.association.ayil_okmotu_id = made[0].association.ayil_okmotu_id
    db.session.commit()
    client.sign_in(secretary).speak("en")
    assert client.get(here).status_code == 404
    assert client.get(url).location == "/screenings"
    said = text_of(client.get("/screenings").text)
    assert not any(one.number in said for one in made) and "Waiting for screening 0" in said
    assert "Applicants you have a tie to are not listed here" in said and "held" not in said
    for address in ("screenings/new", "duplicates", f"duplicates/{made[1].id}"):
        refused = client.get(f"/applications/{made[0].id}/{address}")
        assert refused.status_code == 403 and "You have a tie to this applicant" in text_of(refused.text)
