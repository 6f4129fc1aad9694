"""The pages on which a call's budget is divided, and where everybody reads how."""

import pytest

from app import clock
from app.services import calls, selections
from app.services.actors import Actor
from app.services.calls import allocations
from models.allocations import Allocation
from models.base import db
from models.council_sessions import Decision
from tests.factories import SOM
from tests.support.pages import form_fields, text_of
from tests.support.queries import count


@pytest.fixture
def call(programme):
    return programme.make_call(is_open=False)


@pytest.fixture
def secretary(client, programme):
    return client.sign_in(programme.secretary).speak("en")


def plain(page):
    return text_of(page).replace("\N{NO-BREAK SPACE}", " ")


def test_an_allocation_is_added_changed_and_taken_off(secretary, programme, call):
    other, osh, here = programme.make_fund(), programme.oblast("KG-O"), f"/calls/{call.id}/allocations"
    call_id = call.id
    assert f'href="{here}"' in secretary.get(f"/calls/{call.id}").text
    only = plain(secretary.get(here).text)
    assert "All villages that may apply" in only and "5 000 000 som" in only and "Remove" not in only
    typed = {"fund": str(other.id), "oblast": str(osh.id), "amount": "1 500 000,50"}
    assert secretary.submit(f"{here}/new", **typed).location == here
    added = db.session.scalars(db.select(Allocation).order_by(Allocation.id.desc())).first()
    assert (added.fund_id, added.oblast_id, added.amount) == (other.id, osh.id, 1_500_000_50)
    added_id = added.id
    page = plain(secretary.get(here).text)
    assert "Osh oblast" in page and "6 500 000" in page
    kept = form_fields(secretary.get(f"{here}/{added_id}/edit").text)
    assert (kept["fund"], kept["oblast"], kept["amount"]) == (str(other.id), str(osh.id), "1500000,50")
    assert secretary.submit(f"{here}/{added_id}/edit", oblast="", amount="2 000 000").location == here
    assert "falls from 7 000 000 som to 5 000 000 som" in plain(secretary.get(f"{here}/{added_id}/delete").text)
    assert secretary.submit(f"{here}/{added_id}/delete").location == here
    db.session.expire_all()
    assert db.session.get_one(type(call), call_id).budget == 5_000_000 * SOM
    assert secretary.get(f"{here}/{added_id}/edit").status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": "much"}, "Enter a number, for example 1 250,50."),
        ({"amount": ""}, "Fill this in."),
        ({"amount": "-1"}, "The amount must be more than zero and believable."),
        ({"amount": "99 999"}, "One grant is at least 100 000 som: an allocation cannot be less."),
        ({"fund": "777"}, "Not a valid choice."),
        ({"oblast": "777"}, "Not a valid choice."),
        ({"oblast": ""}, "This fund is on the list already: change its amount there."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(secretary, programme, call, changes, message):
    typed = {"fund": str(programme.fund.id), "oblast": str(programme.oblast("KG-O").id), "amount": "200 000"} | changes
    answer = secretary.submit(f"/calls/{call.id}/allocations/new", **typed)
    assert answer.status_code == 422 and message in plain(answer.text)
    assert form_fields(answer.text)["amount"] == typed["amount"]
    assert count(Allocation) == 1


def test_of_two_editors_the_second_is_told(secretary, programme, call):
    here = f"/calls/{call.id}/allocations/{call.allocations[0].id}/edit"
    data = dict(form_fields(secretary.get(here).text))
    assert secretary.submit(here, amount="6 000 000").status_code == 303
    answer = secretary.post(here, data=data | {"amount": "7 000 000"})
    assert answer.status_code == 409 and "7 000 000" in plain(answer.text) and "6000000,00" in answer.text


def test_the_allocations_of_an_open_call_stay(secretary, programme, call):
    here, own = f"/calls/{call.id}/allocations", call.allocations[0].id
    fund = programme.make_fund().id
    paths = ("new", f"{own}/edit", f"{own}/delete")
    forms = {path: dict(form_fields(secretary.get(f"{here}/{path}").text)) for path in paths}
    calls.open_(call, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    for path, data in forms.items():
        typed = data | ({} if path.endswith("delete") else {"fund": str(fund), "amount": "600 000"})
        answer = secretary.post(f"{here}/{path}", data=typed)
        assert answer.status_code == 422 and "An open call is frozen" in text_of(answer.text), path
        assert secretary.get(f"{here}/{path}").location == here
    assert "Amend the call" in secretary.get(here).text and f'href="{here}"' in secretary.get(f"/calls/{call.id}").text


def test_an_allocation_of_another_call_is_not_there(secretary, programme, call):
    other = programme.make_call(is_open=False).allocations[0].id
    for path in ("edit", "delete"):
        assert secretary.get(f"/calls/{call.id}/allocations/{other}/{path}").status_code == 404


def test_everybody_reads_how_the_budget_is_divided(client, app, programme):
    other, association = programme.make_fund(), programme.association
    own = association.ayil_okmotu.rayon.oblast
    elsewhere = next(iso for iso in ("KG-O", "KG-B") if iso != own.iso)
    divided = [(other, own, 700_000 * SOM), (other, programme.oblast(elsewhere), 300_000 * SOM)]
    call, whole = programme.make_call(also=divided), programme.make_call()
    operator = programme.operator_of(association.centre)
    db.session.commit()
    public = app.test_client()
    page = plain(public.get(f"/open-calls/{call.id}", headers={"Accept-Language": "en"}).text)
    assert "700 000" in page and "300 000" in page and "6 000 000" in page
    assert "How the budget is divided" not in plain(client.speak("en").get(f"/open-calls/{whole.id}").text)
    centre = plain(client.sign_in(operator).speak("en").get(f"/centres/{association.centre_id}").text)
    assert "Money for your villages" in centre and "700 000" in centre
    assert "300 000" not in centre, "money of another oblast is not for its villages"


def press(client, url, button, **changes):
    fields = dict(form_fields(client.get(url).text).items())
    return client.post(url, data=fields | changes | {button: "1"})


def test_the_decision_shows_and_keeps_what_it_is_paid_from(client, programme):
    other, osh = programme.make_fund(), programme.oblast("KG-O")
    call = programme.make_past_call(also=[(other, osh, 250_000 * SOM)])
    everywhere, for_osh = (one.id for one in call.allocations)
    first, second = (
        programme.make_application("reviewed", call=call, association=programme.make_association(oblast="KG-O"))
        for _ in range(2)
    )
    session_url = f"/council/{programme.make_session(call).id}"
    urls = [f"{session_url}/decide/{one.id}" for one in (first, second)]
    client.sign_in(programme.secretary).speak("en")
    page = client.get(urls[0]).text
    assert f'value="{for_osh}"' in page and "250 000 som left" in plain(page)
    typed = {
        "outcome": "selected", "amount": "200 000", "votes_for": "3", "votes_against": "0", "abstentions": "0",
        "reason": "Айылга керек, далилдери бар.",
    }  # fmt: skip
    check = press(client, urls[0], "check", **typed)
    assert check.status_code == 200 and "Paid from" in check.text and "Osh oblast" in plain(check.text)
    assert form_fields(check.text)["allocation"] == str(for_osh)
    data = dict(form_fields(check.text).items())
    assert client.post(urls[0], data=data | {"record": "1"}).status_code == 303
    page = plain(client.get(session_url).text)
    assert "50 000 som" in page and "How the budget is divided" in page
    refused = press(client, urls[1], "check", **typed, allocation=str(for_osh))
    assert refused.status_code == 422 and "Only 50 000 som are left to award." in plain(refused.text)
    assert form_fields(refused.text)["amount"] == "200 000"
    check = press(client, urls[1], "check", **typed)
    assert form_fields(check.text)["allocation"] == str(everywhere)
    client.post(urls[1], data=dict(form_fields(check.text).items()) | {"record": "1"})
    found = db.session.scalars(db.select(Decision).order_by(Decision.id))
    assert [one.allocation_id for one in found] == [for_osh, everywhere]
    assert "How the budget is divided" in client.get(f"/rankings/{call.id}").text


def test_an_amendment_says_which_allocation_grows(client, app, programme):
    other, osh = programme.make_fund(), programme.oblast("KG-O")
    call = programme.make_call(also=[(other, osh, 600_000 * SOM)])
    everywhere, for_osh = (one.id for one in call.allocations)
    call_id = call.id
    reasons = {f"reason_{code}": "Акча кошулду" for code in ("ky", "ru", "en")}
    client.sign_in(programme.secretary).speak("en")
    here = f"/calls/{call_id}/amendments/new"
    lower = client.submit(here, **{f"allocation_{for_osh}": "500 000"}, **reasons)
    assert lower.status_code == 422 and "can only be raised" in plain(lower.text)
    moved = {f"allocation_{everywhere}": "4 800 000", f"allocation_{for_osh}": "900 000"}
    assert client.submit(here, **moved, **reasons).status_code == 303
    db.session.expire_all()
    call = db.session.get_one(type(call), call_id)
    assert [one.amount // SOM for one in allocations.of(call)] == [4_800_000, 900_000]
    assert (call.budget, call.amendment_count) == (5_700_000 * SOM, 1)
    page = plain(client.get(f"/calls/{call_id}").text)
    assert "Amendment 1: Budget of the call, Budget by fund" in page
    assert "Osh oblast: 600 000 som" in page and "Osh oblast: 900 000 som" in page
    shifted = {f"allocation_{everywhere}": "4 700 000", f"allocation_{for_osh}": "1 000 000"}
    assert client.submit(here, **shifted, **reasons).status_code == 303
    page = plain(client.get(f"/calls/{call_id}").text)
    assert "Amendment 2: Budget by fund" in page
    too_much = client.submit(here, **{f"allocation_{for_osh}": "900 000 000"}, **reasons)
    assert too_much.status_code == 422 and "has 100 000 000 som free" in plain(too_much.text)


def test_one_for_a_theme_is_set_up_and_read_by_everybody(secretary, app, programme, call):
    other, water, here = programme.make_fund(), programme.theme("water"), f"/calls/{call.id}/allocations"
    call_id = call.id
    typed = {"fund": str(other.id), "theme": str(water.id), "amount": "1 500 000"}
    assert secretary.submit(f"{here}/new", **typed | {"theme": "777"}).status_code == 422
    assert secretary.submit(f"{here}/new", **typed).location == here
    again = secretary.submit(f"{here}/new", **typed)
    assert again.status_code == 422 and "on the list already" in plain(again.text)
    added = db.session.scalars(db.select(Allocation).order_by(Allocation.id.desc())).first()
    assert (added.oblast_id, added.theme_id) == (None, water.id)
    assert form_fields(secretary.get(f"{here}/{added.id}/edit").text)["theme"] == str(water.id)
    words = "All villages that may apply Theme: Water and irrigation 1 500 000 som"
    assert words in plain(secretary.get(here).text)
    assert "Theme: Water and irrigation" in plain(secretary.get(f"{here}/{added.id}/delete").text)
    calls.open_(db.session.get_one(type(call), call_id), actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    visitor = app.test_client().speak("en")
    assert words in plain(visitor.get(f"/open-calls/{call_id}").text)


def test_an_amendment_adds_an_allocation(client, app, programme):
    small, water = programme.make_fund(amount=1_000_000 * SOM), programme.theme("water")
    call = programme.make_application("submitted").call
    call_id = call.id
    reasons = {f"reason_{code}": "Акча кошулду" for code in ("ky", "ru", "en")}
    client.sign_in(programme.secretary).speak("en")
    here = f"/calls/{call_id}/amendments/new"
    nobody = client.submit(here, added_amount="500 000", **reasons)
    assert nobody.status_code == 422 and "Choose the fund it comes from." in plain(nobody.text)
    typed = {"added_fund": str(small.id), "added_theme": str(water.id)} | reasons
    for amount, message in (
        ("", "The amount must be more than zero and believable."),
        ("1 000 000,01", "has 1 000 000 som free"),
    ):
        refused = client.submit(here, **typed, added_amount=amount)
        assert refused.status_code == 422 and message in plain(refused.text)
        assert form_fields(refused.text)["added_theme"] == str(water.id)
    assert client.submit(here, **typed, added_amount="1 000 000").status_code == 303
    db.session.expire_all()
    call = db.session.get_one(type(call), call_id)
    assert [(one.fund_id, one.theme_id) for one in call.allocations][1:] == [(small.id, water.id)]
    page = plain(app.test_client().speak("en").get(f"/open-calls/{call_id}").text)
    assert "Amendment 1: Budget of the call, Budget by fund" in page
    assert "Water and irrigation: 1 000 000 som" in page


def test_the_ranking_shows_what_each_would_be_paid_from(client, programme):
    """Two of Osh and one of Batken ask for 200,000 each: Osh has its own 250,000, all together 500,000 more."""
    osh = programme.oblast("KG-O")
    other = programme.make_fund()
    call = programme.make_past_call(budget=500_000 * SOM, also=[(other, osh, 250_000 * SOM)])
    places = ("KG-O", "KG-B", "KG-O", "KG-O")
    found = [
        programme.make_application("reviewed", call=call, association=programme.make_association(oblast=place))
        for place in places
    ]
    awards = selections.of_call(call).straight.awards
    own, everywhere = call.allocations[1].id, call.allocations[0].id
    assert [awards[one.id].line_id for one in found] == [own, everywhere, everywhere, everywhere]
    assert awards[found[3].id].amount == 100_000 * SOM  # what is left
    page = plain(client.sign_in(programme.secretary).speak("en").get(f"/rankings/{call.id}").text)
    assert page.count("selected down the list") == page.count("Paid from: ") == 4
    assert page.count("Down the list: 100 000") == 1
