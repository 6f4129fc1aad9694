"""A programme of its own, from an empty database to an open call: no demonstration, everything through the pages."""

import re
from datetime import timedelta
from pathlib import Path

from flask import Flask

from app import clock
from app.services import applications, second_factors, users
from app.services.actors import Actor
from app.services.places import COLUMNS
from models.applications import Application
from models.base import db
from models.calls import Call, CallStatus
from models.users import User
from tests.commands.test_import_places import OBLAST, RAYON
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.commands import run, well
from tests.support.pages import choose_form, filled, text_of

PASSWORD = "алты жылкы беш тай"
AYIL_OKMOTU = "ayil_okmotu,41790201000000,41790200000000,Сыноо айыл аймагы,Пробный аймак,Trial aymak,41.3,72.9,,"
VILLAGE = "village,41790201000010,41790201000000,Сыноо,Проба,Trial village,41.3,72.9,,"
NAMES = {"name_ky": "Жаңы", "name_ru": "Новое", "name_en": "New thing"}
STAFF = (
    ("secretary", "secretary"),
    ("chair", "council_chair"),
    ("monitor", "monitor"),
    ("finance1", "finance"),
    ("finance2", "finance"),
    ("reviewer1", "reviewer"),
    ("reviewer2", "reviewer"),
)


def steps(client: Client) -> dict[str, bool]:
    """{step: whether it is done} as the administrator's desk shows them; empty when the list is gone."""
    page = client.get("/").text
    found = re.findall(r'ash-condition--(met|unmet)">.*?__text">(.*?)</p>', page, re.S)
    return {text_of(text).partition(". ")[2]: state == "met" for state, text in found}


def enter(app: Flask, username: str, code: str) -> Client:
    """Sign in by the form with a first code and choose an own password, as people do."""
    client = app.test_client()
    assert isinstance(client, Client)
    client.speak("en")
    assert client.submit("/sign-in", name=username, password=code).status_code == 303
    answer = client.submit("/account/password", old_password=code, password=PASSWORD, repeated=PASSWORD)
    assert answer.status_code == 303, text_of(answer.text)
    if client.get("/").status_code == 303:
        set_up_factor(client)
    return client


def set_up_factor(client: Client) -> None:
    """Type the key of the page into the phone, so to say, and give its first code."""
    page = "/account/second-factor"
    key = re.search(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", text_of(client.get(page).text))
    assert key is not None
    code = second_factors.code_of(key[0].replace(" ", ""), second_factors.step_at(clock.now()))
    assert client.submit(page, code=code).status_code == 200


def open_account(admin: Client, username: str, role: str, query: str = "") -> str:
    url = f"/people/new{query}"
    form = choose_form(admin.get(url).text, url)
    typed = {"full_name": f"Асанова Бермет {username}", "username": username, "role": role}
    answer = admin.post("/people/new", data=filled(form, typed))
    assert answer.status_code == 200, text_of(answer.text)
    code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", answer.text)
    assert code, text_of(answer.text)
    return code[0]


def sent(client: Client, url: str, **changes: str) -> str:
    answer = client.submit(url, **changes)
    assert answer.status_code == 303, f"{url}: {text_of(answer.text)}"
    return str(answer.location)


def option(page: str, text: str) -> str:
    found = re.search(rf'<option value="(\d+)"[^>]*>[^<]*{text}', page)
    assert found, f"no choice {text}"
    return found[1]


def hand_in_dry_run(app: Flask) -> None:
    """The operator fills in the trial application and submits it."""
    programme, trial = Programme(storage=app.config["ASHAR"].uploads), db.session.scalars(db.select(Application)).one()
    operator = users.find("operator")
    assert operator is not None and trial.is_test
    programme._chairs[trial.association_id] = operator
    programme.fill_in(trial)
    actor = Actor(operator, trial.association)
    applications.sign_off(trial, actor=actor, now=clock.now())
    applications.submit(trial, actor=actor, now=clock.now())


def test_from_nothing_to_an_open_call(app: Flask, client: Client, tmp_path: Path) -> None:
    assert db.session.scalars(db.select(User)).first() is None
    said = well(app, "user", "add", "admin", "--name", "Сатарова Айгүл", "--role", "administrator")
    admin = enter(app, "admin", said.split("First code: ")[1].split()[0])
    assert list(steps(admin).values()) == [False] * 7
    assert "Council secretary" in text_of(admin.get("/").text)

    file = tmp_path / "places.csv"
    file.write_text("\n".join([",".join(COLUMNS), OBLAST, RAYON, AYIL_OKMOTU, VILLAGE]) + "\n", encoding="utf-8")
    assert "added 4" in run(app, "import-places", file, "--apply").output
    assert [name for name, is_done in steps(admin).items() if is_done] == ["Places"]

    place = option(admin.get("/centres/new").text, "Trial aymak")
    centre = sent(admin, "/centres/new", ayil_okmotu=place, **NAMES)
    centre_id = centre.rpartition("/")[2]
    village = option(admin.get(f"/associations/new/{centre_id}").text, "Trial village")
    association = sent(admin, f"/associations/new/{centre_id}", village=village, **NAMES)
    for role in ("chair", "treasurer"):
        sent(
            admin,
            f"{association}/members/new",
            full_name=f"Осмон кызы {role}",
            role=role,
            sex="female",
            since_on="01.02.2025",
        )
    assert [name for name, is_done in steps(admin).items() if is_done] == ["Places", "Resource centres", "Associations"]

    operator = enter(app, "operator", open_account(admin, "operator", "operator", f"?role=operator&centre={centre_id}"))
    assert operator.get(association).status_code == 200
    codes = {username: open_account(admin, username, role) for username, role in STAFF}
    assert steps(admin)["People"]

    finance = enter(app, "finance1", codes["finance1"])
    assert sent(finance, "/donors/new", code="EU", emblem="eu", **NAMES) == "/funds/new"
    texts = {f"{name}_{code}": f"{name} {code}" for name in ("purpose", "statement") for code in ("ky", "ru", "en")}
    fund = sent(
        finance,
        "/funds/new",
        code="EU-1",
        currency="KGS",
        amount="5 000 000",
        starts_on="01.01.2026",
        ends_on="31.12.2027",
        **NAMES,
        **texts,
    )

    secretary = enter(app, "secretary", codes["secretary"])
    today = clock.bishkek_day(clock.now())
    call = sent(
        secretary,
        "/calls/new",
        code="2026-1",
        **{f"title_{code}": f"Call {code}" for code in ("ky", "ru", "en")},
        opens_on=f"{today:%d.%m.%Y}",
        closes_on=f"{today + timedelta(days=30):%d.%m.%Y}",
        budget="2 000 000",
        grant_floor="100 000",
        grant_ceiling="500 000",
    )
    assert "has 0 som free, the call needs 2 000 000 som of it." in text_of(secretary.get(call).text).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    sent(finance, f"{fund}/instalments/new", amount="3 000 000", received_on="12.10.2026", bank_reference="SWIFT1")
    undone = [name for name, is_done in steps(admin).items() if not is_done]
    assert undone == ["Call"]
    sent(secretary, f"{call}/sections/texts", **{f"summary_{code}": f"Summary {code}" for code in ("ky", "ru", "en")})
    sent(secretary, f"{call}/sections/reviewers", expected_applications="4")
    days = ("screening_ends_on", "reviews_end_on", "council_sits_on", "first_payment_on")
    timetable = {name: f"{today + timedelta(days=40 + 10 * place):%d.%m.%Y}" for place, name in enumerate(days)}
    sent(secretary, f"{call}/sections/timetable", **timetable)
    sent(secretary, f"{call}/dry-run/association", centre=centre_id)
    assert operator.submit(f"{call}/dry-run", action=f"{call}/dry-run/start").status_code == 303
    hand_in_dry_run(app)

    answer = secretary.submit(call, action=f"{call}/open")
    assert answer.status_code == 303
    assert db.session.scalars(db.select(Call)).one().status is CallStatus.OPEN
    assert steps(admin) == {}
    assert call in operator.get("/").text
    assert users.find("operator") is not None


def test_a_programme_that_runs_reads_nothing_of_first_steps(client: Client, demo) -> None:
    page = client.sign_in(demo.user("admin")).speak("en").get("/").text
    assert "First steps of the programme" not in page
