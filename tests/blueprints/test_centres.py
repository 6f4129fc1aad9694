"""Resource centres: registered and changed by the administrator, each operator sees the own one."""

import pytest

from app import clock
from app.services import places, users
from models.base import db
from models.centres import Centre
from models.users import Role
from tests.support.pages import form_fields, text_of

NAMES = {"name_ky": "Сумбула борбору", "name_ru": "Центр Сумбула", "name_en": "Sumbula centre"}
TYPED = NAMES | {"phone": "0555 12 34 56"}


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(Centre))


@pytest.fixture
def admin(client, programme):
    return client.sign_in(programme.administrator).speak("en")


def test_a_centre_is_registered_once(admin):
    place = places.ayil_okmotus()[0]
    data = dict(form_fields(admin.get("/centres/new").text)) | TYPED | {"ayil_okmotu": str(place.id)}
    answers = [admin.post("/centres/new", data=data) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303] and count() == 1
    page = text_of(admin.get(answers[0].location).text)
    assert "Sumbula centre" in page and "+996555123456" in page and "Nobody runs the centre yet." in page
    assert "(has a centre)" in text_of(admin.get("/centres/new").text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name_ru": ""}, "Fill this in."),
        ({"name_ky": "a" * 201}, "At most 200 characters."),
        ({"phone": "12"}, "This is not a phone number."),
        ({"ayil_okmotu": "777777"}, "Not a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(admin, changes, message):
    answer = admin.submit("/centres/new", **(TYPED | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert all(kept[name] == text for name, text in (TYPED | changes).items() if name != "ayil_okmotu")
    assert count() == 0


def test_a_second_centre_is_refused_with_the_name_of_the_first(admin, programme):
    there = programme.association.centre
    answer = admin.submit("/centres/new", **(TYPED | {"ayil_okmotu": str(there.ayil_okmotu_id)}))
    assert answer.status_code == 422
    assert f"This ayil aymak has a centre already: {there.name_en}." in text_of(answer.text)


def test_a_centre_is_changed_and_a_stale_form_is_told(admin, programme):
    centre = programme.association.centre
    url = f"/centres/{centre.id}/edit"
    data = dict(form_fields(admin.get(url).text))
    assert admin.submit(url, name_en="First").location == f"/centres/{centre.id}"
    answer = admin.post(url, data=data | {"name_en": "Second"})
    assert answer.status_code == 409 and "First" in answer.text and "Second" in answer.text
    assert admin.submit(url, name_ky="").status_code == 422
    db.session.expire_all()
    assert centre.name_en == "First"


def test_an_operator_sees_the_own_centre_only(client, programme):
    own = programme.association.centre
    foreign = programme.make_association(in_another_centre=True).centre
    client.sign_in(programme.operator).speak("en")
    listed = client.get("/centres").text
    assert f'href="/centres/{own.id}"' in listed and f'href="/centres/{foreign.id}"' not in listed
    page = client.get(f"/centres/{own.id}")
    assert page.status_code == 200 and "/associations/new" not in page.text
    assert f"/centres/{own.id}/edit" not in page.text and f'href="/centres/{own.id}/keep"' in page.text
    assert client.get(f"/centres/{foreign.id}").status_code == 404
    assert client.get(f"/centres/{own.id}/edit").status_code == 403


def test_the_office_reads_and_the_administrator_opens_the_operator_s_account(client, programme):
    centre = programme.association.centre
    operator = programme.operator
    page = client.sign_in(programme.user_of(Role.SECRETARY)).speak("en").get(f"/centres/{centre.id}")
    assert operator.display_name in page.text and f'href="/people/{operator.id}"' not in page.text
    client.sign_in(programme.administrator).speak("en")
    page = client.get(f"/centres/{centre.id}").text
    assert f'href="/people/{operator.id}"' in page
    form = form_fields(client.get(f"/people/new?role=operator&centre={centre.id}").text)
    assert (form["role"], form["centre"]) == ("operator", str(centre.id))


@pytest.mark.parametrize(("locale", "monday"), [("ky", "Дүйшөмбү"), ("ru", "Понедельник"), ("en", "Monday")])
def test_the_operator_keeps_the_hours_and_they_are_read_in_three_languages(client, programme, locale, monday):
    url = f"/centres/{programme.association.centre_id}"
    client.sign_in(programme.operator).speak(locale)
    answer = client.submit(f"{url}/keep", day_1="9-17.30", day_6="10:00 – 13:00", address="Мектеп көчөсү 3")
    assert answer.location == url
    page = text_of(client.get(url).text)
    assert f"{monday} 09:00–17:30" in page and "10:00–13:00" in page and "Мектеп көчөсү 3" in page
    assert form_fields(client.get(f"{url}/keep").text)["day_1"] == "09:00–17:30"


@pytest.mark.parametrize("typed", ["morning", "25:00–26:00", "17:00–09:00", "9"])
def test_hours_that_cannot_be_are_said_at_their_day(client, programme, typed):
    url = f"/centres/{programme.association.centre_id}/keep"
    answer = client.sign_in(programme.operator).speak("en").submit(url, day_3=typed)
    assert answer.status_code == 422 and 'id="day_3-error"' in answer.text
    assert form_fields(answer.text)["day_3"] == typed


def test_equipment_is_listed_with_the_check_of_the_emblem(client, programme):
    centre, donor = programme.association.centre, programme.fund.donor
    url = f"/centres/{centre.id}"
    client.sign_in(programme.operator).speak("en")
    typed = {"name": "Принтер", "quantity": "2", "condition": "works", "donor": str(donor.id)}
    assert client.submit(f"{url}/equipment/new", **typed).location == url
    assert "Emblem missing" in text_of(client.get(url).text)
    (item,) = centre.equipment
    edit, delete = f"{url}/equipment/{item.id}/edit", f"{url}/equipment/{item.id}/delete"
    stale = dict(form_fields(client.get(edit).text))
    assert client.submit(edit, bears_emblem="y").status_code == 303
    assert client.post(edit, data=stale | {"name": "Сканер"}).status_code == 409
    assert "Emblem seen" in text_of(client.get(url).text)
    assert client.submit(f"{url}/equipment/new", **(typed | {"quantity": "0"})).status_code == 422
    assert client.submit(delete).status_code == 303
    assert "Nothing is on the list yet." in text_of(client.get(url).text)
    foreign = programme.make_association(in_another_centre=True).centre
    for path in ("keep", "equipment/new", "equipment/1/edit"):
        assert client.get(f"/centres/{foreign.id}/{path}").status_code == 404


def test_the_centre_page_shows_the_work_to_operator_and_secretary_only(client, programme):
    programme.make_application("draft", association=programme.association)
    url = f"/centres/{programme.association.centre_id}"
    elsewhere = programme.make_association(in_another_centre=True)
    users.grant_role(programme.administrator, Role.MEMBER, association=elsewhere, actor=None, now=clock.now())
    for user, is_shown in ((programme.operator, True), (programme.secretary, True), (programme.administrator, False)):
        page = text_of(client.sign_in(user).speak("en").get(url).text)
        assert ("Waits for the chair" in page, "Last day of the call" in page) == (is_shown, is_shown)
