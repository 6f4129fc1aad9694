"""The business plan: typed month by month, reckoned, read by those who judge, changed only by those who write."""

import re

import pytest

from app import clock
from app.services import applications, assignments
from app.services.actors import Actor
from models.applications import ApplicationStatus, Payer
from models.base import db
from models.business_plans import BusinessPlan, Financing, RunningCost, SaleLine, WorkStep
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

SALE = {
    "product": "Муздатылган сүт",
    "buyers": "Сүт заводу",
    "unit": "литр",
    "price": "40",
    "unit_cost": "30,50",
} | {f"value_{month}": "3 000" for month in range(1, 13)}
COST = {"item": "Айлык акы", "every_month": "y", "value_1": "15 000"}
STEP = {"activity": "Имаратты оңдоо", "responsible": "Төрага", "first_month": "1", "last_month": "3"}


@pytest.fixture
def draft(programme):
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/plan"


def rows(table):
    db.session.expire_all()
    return list(db.session.scalars(db.select(table).order_by(table.id)))


def test_a_plan_is_typed_part_by_part_and_read_as_a_whole(client, draft, url):
    frame = {"month": "3", "year": "2027", "sales_from": "2", "opening_cash": "0"}
    assert client.submit(f"{url}/frame", **frame).location == f"{url}/sales"
    for kind, typed in (("sales", SALE), ("costs", COST), ("steps", STEP)):
        assert client.submit(f"{url}/{kind}", **typed).location == f"{url}/{kind}"
    plan, line, cost, step = rows(BusinessPlan)[0], rows(SaleLine)[0], rows(RunningCost)[0], rows(WorkStep)[0]
    assert (plan.starts_on.isoformat(), plan.sales_from) == ("2027-03-01", 2)
    assert (line.price, line.unit_cost, [str(one) for one in line.by_month]) == (40_00, 30_50, ["3000"] * 12)
    assert cost.amounts == [15_000_00] * 12 and (step.first_month, step.last_month) == (1, 3)
    page = text_of(client.get(url).text)
    assert "Of each 100 som sold, 11.25 som remain." in page  # (9.50 × 3000 - 15000) / (40 × 3000)
    assert "1 440 000 som" in page and "March 2027" in page
    assert "Prices a fifth lower" in page and "The business loses" in page


def charts(page):
    """{title: what its pictures tell who cannot see them}."""
    found = {}
    for figure in re.findall(r"<figure.*?</figure>", page, re.S):
        title = text_of(re.search(r"<figcaption[^>]*>(.*?)</figcaption>", figure, re.S)[1])
        found[title] = [text_of(one) for one in re.findall(r"<title>(.*?)</title>", figure, re.S)]
    return found


def test_each_reading_has_its_picture_with_the_same_figures(client, url):
    client.submit(f"{url}/frame", month="3", year="2027", sales_from="2", opening_cash="0")
    client.submit(f"{url}/sales", **SALE)
    client.submit(f"{url}/costs", **COST)
    page = client.get(url).text
    cash, even, back, margin, worse = charts(page).items()
    assert cash[0].startswith("There is always money in hand")
    assert even == ("From month 2 on (April 2027) the business earns what it costs to run.", [even[0]])
    assert "stroke-dasharray" in page and 'x1="10" x2="10" y1="0" y2="100"' in page
    assert back[0].startswith("Everything invested is earned back in month 2")
    assert "Earned by the end of month 12 (February 2028): 148 500 som" in back[1]  # eleven months of 13 500 som
    assert margin[1] == [
        f"{margin[0]}: Making what is sold in a full year 1 098 000 som, Running costs 180 000 som,"
        " What remains 162 000 som"
    ]
    assert worse[0] == "If things go worse, the business can lose 126 000 som a year."
    assert worse[1] == [
        "As planned: 162 000 som", "Prices a fifth lower: -126 000 som", "A fifth less sold: 93 600 som",
        "Costs a fifth higher: -93 600 som",
    ]  # fmt: skip
    assert all(title in text_of(page.split("<figure")[0]) for title in charts(page)), "each stands on the list above"


def test_a_plan_that_loses_has_its_pictures_too(client, url):
    client.submit(f"{url}/frame", month="3", year="2027", sales_from="2", opening_cash="0")
    client.submit(f"{url}/sales", **SALE | {"price": "30"})
    client.submit(f"{url}/costs", **COST)
    page = client.get(url).text
    found = charts(page)
    margin = "Of each 100 som sold, 18.33 som are lost."  # (0.50 × 3000 + 15000) / (30 × 3000)
    assert found[margin] == [f"{margin}: Costs of a full year that the sales pay 1 080 000 som, Lost 198 000 som"]
    never = found["What is invested is not earned back within twenty years."]
    assert never[-1].endswith(": -3 943 500 som")  # 239 months of 16 500 som
    assert "Within these two years the business does not earn back what it costs to run." in found
    assert len(found) == 5 and "stroke-dasharray" not in page


@pytest.mark.parametrize(
    ("kind", "typed", "message"),
    [
        ("sales", {"value_7": ""}, "Write a number, 0 where there is nothing."),
        ("sales", {"value_7": "-1"}, "The value must be zero or more and believable."),
        ("sales", {"value_7": "9 999 999 999"}, "The value must be zero or more and believable."),
        ("sales", {f"value_{month}": "0" for month in range(1, 13)}, "Every month is empty."),
        ("sales", {"price": "0"}, "The amount must not be negative, and believable."),
        ("sales", {"price": "cheap"}, "Enter a number, for example 1 250,50."),
        ("sales", {"product": " "}, "Fill this in."),
        ("costs", {"value_1": ""}, "Write a number, 0 where there is nothing."),
        ("financing", {"month": "25"}, "Months are counted from 1 to 24."),
        ("financing", {"amount": "-5"}, "The amount must not be negative, and believable."),
        ("financing", {"payer": "in_kind"}, "Not a valid choice."),
        ("steps", {"last_month": "0"}, "Months are counted from 1 to 24."),
        ("steps", {"first_month": "4"}, "The last month cannot lie before the first."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_stays_typed(client, url, kind, typed, message):
    whole = {"sales": SALE, "costs": COST, "steps": STEP}.get(kind, {"payer": "grant", "month": "1", "amount": "5"})
    answer = client.submit(f"{url}/{kind}", **(whole | typed))
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    for name, value in (whole | typed).items():
        if value.strip() and name != "payer":
            assert kept[name] == value
    assert count(SaleLine) + count(RunningCost) + count(Financing) + count(WorkStep) == 0


def test_the_financing_must_come_to_the_budget_to_the_tyiyn(client, programme, draft, url):
    programme.fill_in(draft)
    db.session.commit()
    assert "comes to what the budget counts on" in text_of(client.get(f"{url}/financing").text)
    row = next(one for one in rows(Financing) if one.payer is Payer.REMITTANCE)
    assert client.submit(f"{url}/financing/{row.id}/edit", amount="199 999,99").status_code == 303
    page = text_of(client.get(f"{url}/financing").text)
    assert "Remittances: 199 999.99 som expected, 200 000 som in the budget; the difference is 0.01 som." in page
    assert "the difference is 0.01 som" in text_of(client.get(f"/applications/{draft.id}/check").text)


def test_an_empty_table_is_filled_from_the_budget_once(client, programme, draft, url):
    programme.fill_in(draft)
    db.session.execute(db.delete(Financing))
    db.session.commit()
    data = form_fields(client.get(f"{url}/financing").text, f"{url}/financing/propose")
    assert client.post(f"{url}/financing/propose", data=data).status_code == 303
    found = [(one.payer.value, one.month, one.amount) for one in rows(Financing)]
    assert found == [
        ("remittance", 1, 200_000_00), ("grant", 1, 80_000_00), ("grant", 3, 80_000_00), ("grant", 5, 40_000_00),
    ]  # fmt: skip
    assert client.submit(f"{url}/steps", **STEP).status_code == 303  # a fresh key
    again = form_fields(client.get(f"{url}/steps").text)
    client.post(f"{url}/financing/propose", data={name: again[name] for name in ("csrf_token", "idempotency_key")})
    assert len(rows(Financing)) == 4


def test_a_row_is_changed_and_removed_and_a_second_writer_is_told(client, url):
    client.submit(f"{url}/steps", **STEP)
    step = rows(WorkStep)[0]
    stale = form_fields(client.get(f"{url}/steps/{step.id}/edit").text)
    assert client.submit(f"{url}/steps/{step.id}/edit", activity="Чатырын жабуу").location == f"{url}/steps"
    late = client.post(f"{url}/steps/{step.id}/edit", data=dict(stale) | {"activity": "Жаңы пол"})
    assert late.status_code == 409
    assert "Жаңы пол" in late.text and "Чатырын жабуу" in late.text
    shown = client.get(f"{url}/steps/{step.id}/delete")
    assert "Чатырын жабуу" in text_of(shown.text)
    assert client.submit(f"{url}/steps/{step.id}/delete").status_code == 303
    assert count(WorkStep) == 0


def test_a_row_of_another_application_or_kind_is_not_there(client, programme, url):
    foreign = programme.make_application(ApplicationStatus.DRAFT)
    db.session.commit()
    line = rows(SaleLine)[0]
    assert line.application_id == foreign.id
    for address in (f"{url}/sales/{line.id}/edit", f"{url}/sales/{line.id}/delete", f"{url}/secrets"):
        assert client.get(address).status_code == 404
    assert client.get(f"/applications/{foreign.id}/plan").status_code == 404


def test_who_judges_reads_the_plan_and_nobody_writes_it_after_submission(client, programme):
    application = programme.make_application("in_review")
    asked = assignments.of_application(application)[0]
    assignments.declare(asked, None, actor=Actor(asked.reviewer), now=clock.now())
    url = f"/applications/{application.id}/plan"
    client.sign_in(asked.reviewer).speak("en")
    assert "Сүт заводу" in client.get(url).text
    assert client.get(f"{url}/sales").status_code == 403


def test_a_form_opened_before_the_sign_off_writes_nothing_after_it(client, programme, draft, url):
    programme.fill_in(draft)
    db.session.commit()
    data = dict(form_fields(client.get(f"{url}/sales").text)) | SALE
    applications.sign_off(draft, actor=Actor(programme.chair), now=clock.now())
    db.session.commit()
    before = count(SaleLine)
    answer = client.post(f"{url}/sales", data=data)
    assert answer.status_code == 422 and "it can only be read now" in text_of(answer.text)
    assert count(SaleLine) == before
    assert "Change the sales" not in client.get(url).text
    assert client.get(f"{url}/frame").status_code == 303


def test_a_donor_reads_no_plan(client, programme):
    application = programme.make_application("in_review")
    client.sign_in(programme.user_of(Role.DONOR))
    assert client.get(f"/applications/{application.id}/plan").status_code in (403, 404)


def test_the_first_page_of_the_plan_can_be_saved_as_it_offers_itself(client, draft, url):
    """What the page itself writes into a field is never refused."""
    offered = form_fields(client.get(f"{url}/frame").text)
    assert offered["opening_cash"] == "0"
    assert client.submit(f"{url}/frame", year="2027", sales_from="2").status_code == 303
    assert rows(BusinessPlan)[0].opening_cash == 0


def test_nothing_of_an_empty_application_is_complete(client, draft, url):
    page = text_of(client.get(f"/applications/{draft.id}").text)
    assert "Not started yet" in page and "Complete" not in page
    assert "Nobody has promised co-investment yet." in text_of(client.get(f"/applications/{draft.id}/check").text)
