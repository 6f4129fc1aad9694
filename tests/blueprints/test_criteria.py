"""The rubric of a draft call: criteria described in three languages, added and taken out."""

import pytest

from app import clock
from app.services import calls
from app.services.actors import Actor
from models.base import db
from tests.support.pages import form_fields, text_of

LEVELS = {f"level_{level}_{code}": f"{level} {code}" for level in range(1, 6) for code in ("ky", "ru", "en")}
TEXTS = {f"{part}_{code}": f"{part} {code}" for part in ("title", "description") for code in ("ky", "ru", "en")}


@pytest.fixture
def call(programme):
    return programme.make_call(is_open=False)


@pytest.fixture
def secretary(client, programme):
    return client.sign_in(programme.secretary).speak("en")


def test_a_criterion_is_added_described_and_taken_out(secretary, call):
    here = f"/calls/{call.id}/criteria"
    assert secretary.submit(f"{here}/new", weight="5", **TEXTS).location == here
    db.session.expire_all()
    added = call.criteria[-1]
    added_id = added.id
    assert (added.position, added.weight, added.title["ru"]) == (7, 5, "title ru")
    page = secretary.get(here).text
    assert "Texts are missing" in page and text_of(page).count("Complete") == 6
    assert "are not described in all three languages" in text_of(secretary.get(f"/calls/{call.id}").text)
    assert secretary.submit(f"{here}/{added_id}/edit", **LEVELS).location == here
    assert "Texts are missing" not in secretary.get(here).text
    db.session.expire_all()
    assert call.criteria[-1].anchors["3"] == {"ky": "3 ky", "ru": "3 ru", "en": "3 en"}
    assert "The weights add up to 105, not to 100." in text_of(secretary.get(f"/calls/{call.id}").text)
    assert secretary.submit(f"{here}/{added_id}/delete").location == here
    db.session.expire_all()
    assert len(call.criteria) == 6
    assert secretary.get(f"{here}/{added_id}/edit").status_code == 404


def move(secretary, call, place, direction):
    here = f"/calls/{call.id}/criteria"
    url = f"{here}/{call.criteria[place].id}/move"
    answer = secretary.post(url, data=form_fields(secretary.get(here).text, url) | {"direction": direction})
    db.session.expire_all()
    return answer


def test_the_order_that_decides_between_equals_is_changed(secretary, call):
    keys = [one.key for one in call.criteria]
    versions = [one.version for one in call.criteria]
    assert move(secretary, call, 1, "up").location == f"/calls/{call.id}/criteria"
    assert [one.key for one in call.criteria] == [keys[1], keys[0], *keys[2:]]
    move(secretary, call, 0, "down")
    assert [one.key for one in call.criteria] == keys
    assert [one.version for one in call.criteria][2:] == versions[2:], "who edits another one is not disturbed"
    for place, direction in ((0, "up"), (-1, "down")):
        assert move(secretary, call, place, direction).status_code == 303
    assert [one.key for one in call.criteria] == keys
    title = call.criteria[1].title["en"]
    page = text_of(secretary.get("/history").text)
    assert "Changed the order of the criteria" in page and title in page


def test_the_ends_of_the_list_have_one_button(secretary, call):
    page = secretary.get(f"/calls/{call.id}/criteria").text
    assert (page.count('value="up"'), page.count('value="down"')) == (5, 5)


def test_a_weight_out_of_range_keeps_what_was_typed(secretary, call):
    answer = secretary.submit(f"/calls/{call.id}/criteria/new", weight="0", **TEXTS)
    assert answer.status_code == 422 and "A weight is a whole number from 1 to 100." in text_of(answer.text)
    assert form_fields(answer.text)["title_ky"] == "title ky"


def test_the_rubric_of_an_open_call_stays(secretary, programme, call):
    first = call.criteria[0].id
    here = f"/calls/{call.id}/criteria"
    moving = form_fields(secretary.get(here).text, f"{here}/{first}/move") | {"direction": "down"}
    forms = {
        f"/calls/{call.id}/criteria/{path}": dict(form_fields(secretary.get(f"/calls/{call.id}/criteria/{path}").text))
        for path in ("new", f"{first}/edit", f"{first}/delete")
    }
    calls.open_(call, actor=Actor(programme.secretary), now=clock.now())
    for url, data in forms.items():
        answer = secretary.post(url, data=data | TEXTS | {"weight": "9"})
        assert answer.status_code == 422 and "An open call is frozen" in text_of(answer.text), url
    secretary.post(f"{here}/{first}/move", data=moving)
    db.session.expire_all()
    page = secretary.get(here).text
    assert call.criteria[0].id == first and "An open call is frozen" in text_of(page)
    assert 'value="up"' not in page and "Take out" not in page


def test_a_criterion_of_another_call_is_not_there(secretary, programme, call):
    other = programme.make_call(is_open=False).criteria[0].id
    for path in ("edit", "delete"):
        assert secretary.get(f"/calls/{call.id}/criteria/{other}/{path}").status_code == 404
    data = form_fields(secretary.get(f"/calls/{call.id}/criteria").text) | {"direction": "up"}
    assert secretary.post(f"/calls/{call.id}/criteria/{other}/move", data=data).status_code == 404


def test_of_two_editors_the_second_is_told(secretary, call):
    here = f"/calls/{call.id}/criteria/{call.criteria[0].id}/edit"
    data = dict(form_fields(secretary.get(here).text))
    assert secretary.submit(here, title_en="The other's").status_code == 303
    answer = secretary.post(here, data=data | {"title_en": "Mine"})
    assert answer.status_code == 409 and "Mine" in answer.text and "The other&#39;s" in answer.text
