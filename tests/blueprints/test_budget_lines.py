"""Budget lines: typed as people type, refused at the field, removed only from the own application."""

import pytest

from app import clock
from app.services import applications, prices
from app.services.actors import Actor
from app.services.prices import Item, Quote
from models.applications import ApplicationStatus, BudgetLine, Payer
from models.audit import AuditEvent
from models.base import db
from models.calls import usual_match_terms
from models.prices import PriceKind
from models.reviews import Assignment
from models.users import User
from tests.support.pages import form_fields, text_of

TYPED = {
    "heading": "equipment",
    "item": "Сүт муздаткыч, 500 литр",
    "unit": "даана",
    "quantity": "1,5",
    "unit_cost": "250 000,50",
    "payer": "grant",
    "month": "1",
}


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(BudgetLine))


@pytest.fixture
def draft(programme):
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/budget"


def test_a_line_is_added_and_the_totals_follow(client, draft, url):
    assert client.submit(url, **TYPED).location == url
    db.session.expire_all()
    line = draft.budget_lines[0]
    assert (line.unit_cost, line.amount, line.payer) == (250_000_50, 375_000_75, Payer.GRANT)
    page = text_of(client.get(url).text)
    assert "375 000.75 som" in page and "100 %" in page


def test_the_table_says_in_which_month_of_the_plan_a_line_is_paid(client, draft, url):
    client.submit(url, **(TYPED | {"month": "17"}))
    for page in (client.get(url).text, client.get(f"/applications/{draft.id}/check").text):
        assert "Month of the plan" in page and "Grant 17 1.5 даана" in text_of(page)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantity": "0"}, "The quantity must be more than zero and believable."),
        ({"quantity": "-3"}, "The quantity must be more than zero and believable."),
        ({"quantity": "1e9"}, "Enter a number, for example 1 250,50."),
        ({"quantity": "0,0001"}, "At most 3 digits after the comma."),
        ({"unit_cost": "-100"}, "The price must be more than zero and believable."),
        ({"unit_cost": "999999999999999"}, "The price must be more than zero and believable."),
        ({"unit_cost": "cheap"}, "Enter a number, for example 1 250,50."),
        ({"payer": "somebody"}, "Not a valid choice."),
        ({"month": "25"}, "Months are counted from 1 to 24."),
        ({"item": " "}, "Fill this in."),
    ],
)
def test_an_absurd_line_is_refused_and_nothing_typed_is_lost(client, url, changes, message):
    answer = client.submit(url, **(TYPED | changes))
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    kept = form_fields(answer.text)
    for name in TYPED.keys() - {"payer", "item"}:
        assert kept[name] == (TYPED | changes)[name]
    assert count() == 0


def test_the_same_line_sent_twice_is_one_line(client, url):
    data = dict(form_fields(client.get(url).text)) | TYPED
    assert [client.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    assert count() == 1


def test_a_line_is_removed_but_not_through_another_application(client, programme, draft, url):
    client.submit(url, **TYPED)
    db.session.expire_all()
    line = draft.budget_lines[0]
    foreign = programme.make_application(ApplicationStatus.DRAFT).budget_lines[0]
    shown = client.get(f"{url}/{line.id}/delete")
    assert "375 000.75 som" in text_of(shown.text) and TYPED["item"] in text_of(shown.text)
    data = form_fields(shown.text)
    before = count()
    assert client.get(f"{url}/{foreign.id}/delete").status_code == 404
    assert client.post(f"{url}/{foreign.id}/delete", data=data).status_code == 404
    assert (
        client.post(f"/applications/{foreign.application_id}/budget/{foreign.id}/delete", data=data).status_code == 404
    )
    assert count() == before
    assert client.post(f"{url}/{line.id}/delete", data=data).status_code == 303
    assert count() == before - 1


@pytest.fixture
def line(client, draft, url):
    client.submit(url, **TYPED)
    db.session.expire_all()
    return draft.budget_lines[0]


def test_a_line_is_changed_and_the_totals_follow(client, draft, url, line):
    edit = f"{url}/{line.id}/edit"
    assert edit in client.get(url).text
    kept = form_fields(client.get(edit).text)
    assert {name: kept[name] for name in TYPED} == TYPED | {"unit_cost": "250000,50"}
    assert client.submit(edit, quantity="2", unit_cost="100 000", payer="remittance", month="4").location == url
    db.session.expire_all()
    assert line.month == 4
    assert (line.item, line.amount, line.payer) == (TYPED["item"], 200_000_00, Payer.REMITTANCE)
    assert (draft.total_cost, draft.grant_requested, count()) == (200_000_00, 0, 1)
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event.action == "application.change_budget_line" and '"before":37500075' in event.details


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantity": "0"}, "The quantity must be more than zero and believable."),
        ({"unit_cost": "999999999999999"}, "The price must be more than zero and believable."),
        ({"unit_cost": "cheap"}, "Enter a number, for example 1 250,50."),
        ({"item": " "}, "Fill this in."),
    ],
)
def test_an_absurd_change_is_refused_and_nothing_typed_is_lost(client, url, line, changes, message):
    answer = client.submit(f"{url}/{line.id}/edit", **(TYPED | {"unit": "кг"} | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    for name in TYPED.keys() - {"item", "unit"}:
        assert kept[name] == (TYPED | changes)[name]
    assert kept["unit"] == "кг"
    db.session.expire_all()
    assert line.unit == TYPED["unit"]


def test_of_two_editors_the_second_is_shown_both_texts(client, url, line):
    edit = f"{url}/{line.id}/edit"
    late = dict(form_fields(client.get(edit).text)) | {"item": "Менин текстим", "payer": "community"}
    client.submit(edit, item="Башканын тексти")
    answer = client.post(edit, data=late)
    page = text_of(answer.text)
    assert answer.status_code == 409 and "Менин текстим" in page and "Башканын тексти" in page
    assert "Cash of the village" in page and "community" not in page
    db.session.expire_all()
    assert line.item == "Башканын тексти"


def test_the_same_change_sent_twice_is_made_once(client, url, line):
    edit = f"{url}/{line.id}/edit"
    data = dict(form_fields(client.get(edit).text)) | {"item": "Жаңы аталыш"}
    assert [client.post(edit, data=data).status_code for _ in range(2)] == [303, 303]
    db.session.expire_all()
    assert (line.item, line.version) == ("Жаңы аталыш", 2)


def test_what_was_written_on_a_removed_line_is_given_back(client, url, line):
    edit, delete = f"{url}/{line.id}/edit", f"{url}/{line.id}/delete"
    data = dict(form_fields(client.get(edit).text)) | {"item": "Менин текстим"}
    client.submit(delete)
    answer = client.post(edit, data=data)
    assert answer.status_code == 404 and "Менин текстим" in text_of(answer.text)
    assert client.get(edit).status_code == 404 and client.get(delete).status_code == 404


def test_a_line_that_was_changed_meanwhile_is_not_removed(client, url, line):
    seen = form_fields(client.get(f"{url}/{line.id}/delete").text)
    client.submit(f"{url}/{line.id}/edit", item="Башканын тексти")
    answer = client.post(f"{url}/{line.id}/delete", data=seen)
    assert answer.status_code == 409 and "nothing was done" in text_of(answer.text)
    assert count() == 1


def test_the_operator_changes_a_returned_budget_on_behalf(client, programme):
    application = programme.make_application(ApplicationStatus.RETURNED)
    association, line = application.association, application.budget_lines[0]
    edit = f"/applications/{application.id}/budget/{line.id}/edit"
    programme.dictate(association)
    client.sign_in(programme.operator_of(association.centre)).speak("en")
    assert association.name("en") in text_of(client.get(edit).text)
    assert client.submit(edit, item="Сепаратор").status_code == 303
    db.session.expire_all()
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.action, event.on_behalf_of_id) == ("application.change_budget_line", association.id)
    assert line.item == "Сепаратор"


def test_a_line_of_another_application_is_not_there(client, programme, url):
    foreign = programme.make_application(ApplicationStatus.DRAFT).budget_lines[0]
    other = f"/applications/{foreign.application_id}/budget/{foreign.id}/edit"
    for address in (f"{url}/{foreign.id}/edit", other):
        assert client.get(address).status_code == 404
        data = dict(form_fields(client.get(url).text)) | TYPED
        assert client.post(address, data=data).status_code == 404
    db.session.expire_all()
    assert foreign.item == "Сүт муздаткыч"


def test_a_line_of_a_submitted_application_is_only_read(client, programme):
    application = programme.make_application(ApplicationStatus.DRAFT)
    line, url = application.budget_lines[0], f"/applications/{application.id}/budget"
    client.sign_in(programme.chair_of(application.association)).speak("en")
    edit = dict(form_fields(client.get(f"{url}/{line.id}/edit").text)) | {"item": "Кеч келген"}
    delete = form_fields(client.get(f"{url}/{line.id}/delete").text)
    applications.sign_off(application, actor=Actor(programme.chair_of(application.association)), now=clock.now())
    for verb, data in (("edit", edit), ("delete", delete)):
        assert client.get(f"{url}/{line.id}/{verb}").location == url
        answer = client.post(f"{url}/{line.id}/{verb}", data=data)
        assert answer.status_code == 422 and "it can only be read now" in text_of(answer.text)
    db.session.expire_all()
    assert line.item == "Сүт муздаткыч" and count() == 2


def test_a_signed_off_budget_is_frozen(client, programme):
    association = programme.make_association()
    application = programme.make_application(ApplicationStatus.SIGNED_OFF, association=association)
    draft = programme.make_application(ApplicationStatus.DRAFT)
    client.sign_in(programme.chair_of(draft.association)).speak("en")
    programme.dictate(association)
    client.sign_in(programme.operator_of(association.centre))
    page = client.get(f"/applications/{application.id}/budget")
    assert "Add a line" not in text_of(page.text)
    withdrawal = dict(form_fields(client.get(f"/applications/{application.id}/withdraw").text))
    withdrawal.pop("reason")
    answer = client.post(f"/applications/{application.id}/budget", data=withdrawal | TYPED)
    assert answer.status_code == 422
    assert "it can only be read now" in text_of(answer.text)
    assert count() == 4


def test_a_price_far_from_the_register_is_told_where_it_is_entered_checked_and_read(client, programme, draft, url):
    names = {"ky": "Сүт муздаткыч", "ru": "Охладитель молока", "en": "Milk cooler"}
    item = Item(PriceKind.MARKET, names, {"ky": "даана", "ru": "шт.", "en": "piece"}, None)
    day = clock.bishkek_day(clock.now()).replace(month=1, day=5)
    quote = Quote(180_000_00, "Базар", day, 150_000_00, 200_000_00)
    prices.add(item, quote, actor=Actor(programme.secretary), now=clock.now())
    client.submit(url, **TYPED)
    told = "250 000.50 som for one (даана) is 26 % more than the 200 000 som"
    for address in (url, f"/applications/{draft.id}/check"):
        assert told in text_of(client.get(address).text)
    draft_page = text_of(client.get(f"/applications/{draft.id}").text)
    assert told not in draft_page  # the list of tasks
    application = programme.make_application(ApplicationStatus.REVIEWED, grant=240_000_00)
    assignment = db.session.scalars(db.select(Assignment).where(Assignment.application_id == application.id)).first()
    reviewer = db.session.get_one(User, assignment.reviewer_id)
    for reader in (programme.secretary, reviewer):
        page = text_of(client.sign_in(reader).speak("en").get(f"/applications/{application.id}").text)
        assert "240 000 som for one (даана) is 20 % more than the 200 000 som" in page, reader.username
        assert "In the worst month (" in page


# In kind: counted by the price list ----------------------------------------------------------------------------------

NAMES = {"ky": "Ат араба", "ru": "Лошадь с телегой", "en": "Horse and cart"}
GIVEN = TYPED | {"payer": "in_kind", "item": "", "unit": "", "unit_cost": "", "quantity": "12"}


@pytest.fixture
def rate(programme, draft):
    item = Item(PriceKind.IN_KIND, NAMES, {"ky": "күн", "ru": "день", "en": "day"}, None)
    quote = Quote(2_200_00, "Чечим", clock.bishkek_day(clock.now()))
    return prices.add(item, quote, actor=Actor(programme.secretary), now=clock.now())


def test_a_line_in_kind_takes_unit_and_price_from_the_list(client, draft, rate, url):
    assert "Horse and cart: 2 200 som (day)" in text_of(client.get(url).text)
    assert client.submit(url, **(GIVEN | {"price": str(rate.id)})).location == url
    db.session.expire_all()
    line = draft.budget_lines[0]
    assert (line.item, line.unit, line.unit_cost, line.amount) == ("Ат араба", "күн", 2_200_00, 26_400_00)
    assert line.price_id == rate.id
    kept = form_fields(client.get(f"{url}/{line.id}/edit").text)
    assert (kept["price"], kept["unit_cost"]) == (str(rate.id), "2200,00")
    client.submit(f"{url}/{line.id}/edit", item="Топурак ташуу", quantity="3")
    db.session.expire_all()
    assert (line.item, line.amount) == ("Топурак ташуу", 6_600_00)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": ""}, "What is given in kind is counted by the price list: choose its rate."),
        ({"unit_cost": "2 500"}, "“Horse and cart” is 2 200 som for one (day). Leave the price empty"),
        ({"payer": "community", "item": "Ат", "unit": "күн", "unit_cost": "1"}, "A rate counts what is given in kind"),
        ({"price": "999999"}, "Not a valid choice."),
        ({"price": "", "payer": "grant"}, "Fill this in."),
        ({"quantity": "0"}, "The quantity must be more than zero and believable."),
    ],
)
def test_another_price_in_kind_is_refused_with_the_reason(client, rate, url, changes, message):
    answer = client.submit(url, **(GIVEN | {"price": str(rate.id)} | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert count() == 0


def test_a_line_keeps_its_rate_when_another_one_has_taken_its_place(client, programme, draft, rate, url):
    client.submit(url, **(GIVEN | {"price": str(rate.id)}))
    quote = Quote(2_600_00, "Чечим", clock.bishkek_day(clock.now()))
    dearer = prices.replace(rate, quote, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    line = draft.budget_lines[0]
    edit = f"{url}/{line.id}/edit"
    assert client.submit(edit, quantity="5").status_code == 303
    db.session.expire_all()
    assert (line.unit_cost, line.price_id) == (2_200_00, rate.id)
    assert client.submit(url, **(GIVEN | {"price": str(dearer.id)})).status_code == 303
    choices = client.get(url).text.split('<select id="price"', 1)[1].split("</select>", 1)[0]
    assert "2 600 som" in text_of(choices) and "2 200 som" not in text_of(choices)
    assert client.submit(edit, price=str(dearer.id), unit_cost="").status_code == 303
    db.session.expire_all()
    assert line.unit_cost == 2_600_00


def test_every_empty_field_of_a_line_is_named_at_once(client, url):
    answer = client.submit(url, item=" ", unit="", quantity="", unit_cost="")
    assert answer.status_code == 422
    for field in ("item", "quantity", "unit", "unit_cost"):
        assert f'id="{field}-error"' in answer.text
    assert 'aria-current="page">Applications' in answer.text, "the menu says where one is"
    assert count() == 0


def test_the_page_says_how_much_co_investment_the_grant_needs_from_whom(english, programme):
    terms = usual_match_terms() | {"remittance_share": 25, "community_share": 25, "grant_share": 50}
    call = programme.make_call(match_terms=terms)
    draft = programme.make_application("draft", call=call)
    page = text_of(english.sign_in(programme.chair_of(draft.association)).get(f"/applications/{draft.id}/budget").text)
    assert "The grant carries at most 50 % of the whole project." in page
    assert "Co-investment in all, by the budget 200 000 som" in page
    assert "Of it from remittances, by the budget 100 000 som" in page
    assert "Of it from the village itself, by the budget 100 000 som" in page
    assert draft.pledges_due == draft.grant_requested // 2
