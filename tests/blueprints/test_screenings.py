"""Screening by the secretary."""

import re
from html import unescape

import pytest

from app.localisation import gettext, use_locale
from app.services import screening_lists
from models.applications import ApplicationStatus, Screening
from models.base import db
from models.notifications import Notification
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

S = ApplicationStatus


@pytest.fixture
def application(programme):
    return programme.make_application(S.SUBMITTED)


@pytest.fixture
def url(client, programme, application):
    client.sign_in(programme.secretary).speak("en")
    return f"/applications/{application.id}/screenings/new"


@pytest.mark.parametrize(
    ("outcome", "status"), [("eligible", S.ELIGIBLE), ("ineligible", S.INELIGIBLE), ("returned", S.RETURNED)]
)
def test_the_finding_is_recorded_and_told(client, programme, application, url, outcome, status):
    told = count(Notification)
    answer = client.submit(url, outcome=outcome, reason="Документтер жетишет", parts=["documents"])
    assert answer.location == f"/applications/{application.id}"
    db.session.expire_all()
    assert application.status is status and count(Screening) == 1
    assert count(Notification) > told
    client.sign_in(programme.chair_of(application.association))
    assert "Документтер жетишет" in client.get(answer.location).text


@pytest.mark.parametrize("outcome", ["ineligible", "returned"])
def test_a_refusal_without_reason_is_said_in_russian_too(client, application, url, outcome):
    client.speak("ru")
    answer = client.submit(url, outcome=outcome)
    with use_locale("ru"):
        assert gettext("Give the reason: the association will read it.") in text_of(answer.text)
    assert answer.status_code == 422
    db.session.expire_all()
    assert application.status is S.SUBMITTED and count(Screening) == 0


def test_each_rule_not_met_is_set_aside_with_a_reason_of_its_own(client, programme):
    association = programme.make_association(with_account=False)
    application = programme.make_application(S.SUBMITTED, association=association)
    application.remittance_pledged = 0
    client.sign_in(programme.secretary).speak("en")
    url = f"/applications/{application.id}/screenings/new"
    page = text_of(client.get(url).text)
    assert "No confirmed account." in page and "Not met" in page
    reasons = {"override_match": "Күбөлөндүрүлгөн убадалар кагазда", "override_account": "Эсеп ачылып жатат"}
    for missing, rule in (
        ("override_match", "The pledges carry the grant."),
        ("override_account", "The association has a confirmed payout account."),
    ):
        answer = client.submit(url, outcome="eligible", reason="Баары жайында", **reasons | {missing: " "})
        assert answer.status_code == 422
        said = text_of(answer.text)
        assert f"A rule is not met: “{rule}” Say why it is set aside, or find otherwise." in said
        assert f'id="{missing}-error"' in answer.text
    db.session.expire_all()
    assert application.status is S.SUBMITTED and count(Screening) == 0
    answer = client.submit(url, outcome="eligible", **reasons)
    assert answer.status_code == 303
    kept = {one["rule"]: one.get("override") for one in db.session.scalars(db.select(Screening)).one().findings}
    assert {rule: text for rule, text in kept.items() if text} == {
        "match": reasons["override_match"],
        "account": reasons["override_account"],
    }
    page = text_of(client.get(answer.location).text)
    assert "Set aside: “The pledges carry the grant.” Күбөлөндүрүлгөн убадалар кагазда" in page, "its history"
    client.sign_in(programme.chair_of(association)).speak("en")
    assert "The secretary set the rule aside: Эсеп ачылып жатат" in text_of(client.get(answer.location).text)
    client.sign_in(programme.secretary).speak("en")
    assert "The pledges carry the grant. Күбөлөндүрүлгөн" in text_of(client.get("/history").text)


def test_what_is_set_aside_is_kept_for_who_is_found_eligible_alone(client, programme):
    association = programme.make_association(with_account=False)
    application = programme.make_application(S.SUBMITTED, association=association)
    client.sign_in(programme.secretary)
    url = f"/applications/{application.id}/screenings/new"
    answer = client.submit(url, outcome="ineligible", reason="Эсеп жок", override_account="Ачылып жатат")
    assert answer.status_code == 303
    assert all("override" not in one for one in db.session.scalars(db.select(Screening)).one().findings)


def test_what_was_found_stays_as_it_was_found(client, programme):
    """Rule, value, met or not and what would mend it are kept, and shown as they were when everything is mended."""
    association = programme.make_association(with_account=False)
    application = programme.make_application(S.SUBMITTED, association=association)
    client.sign_in(programme.secretary).speak("en")
    form = text_of(client.get(f"/applications/{application.id}/screenings/new").text)
    answer = client.submit(
        f"/applications/{application.id}/screenings/new", outcome="returned", reason="Эсеп жок", parts=["documents"]
    )
    programme.confirm_account(association)
    application.remittance_pledged = 0
    db.session.commit()
    mend = "Propose the payout account, and let a second person confirm it."
    for reader in (programme.chair_of(association), programme.secretary):
        page = text_of(client.sign_in(reader).get(answer.location).text)
        assert f"No confirmed account. What would mend it: {mend} Not met" in page
        assert page[page.index("Pledged:") :][:80] == form[form.index("Pledged:") :][:80]
    kept = {one["rule"]: one for one in db.session.scalars(db.select(Screening)).one().findings}
    assert [rule for rule, one in kept.items() if not one["met"]] == ["account"]
    assert all(set(one) == {"rule", "text", "met", "found", "mend"} for one in kept.values())
    assert kept["match"]["found"]["parameters"]["due"]["money"][1] == "KGS"
    client.speak("ky")
    assert mend not in text_of(client.get(answer.location).text)


def test_screening_twice_is_refused_but_a_repeated_form_is_one_screening(client, application, url):
    data = dict(form_fields(client.get(url).text)) | {"outcome": "eligible"}
    other = dict(form_fields(client.get(url).text)) | {"outcome": "ineligible", "reason": "Кеч"}
    assert [client.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    answer = client.post(url, data=other)
    assert answer.status_code == 422 and "This cannot be done now" in text_of(answer.text)
    db.session.expire_all()
    assert application.status is S.ELIGIBLE and count(Screening) == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARY])
def test_nobody_else_screens(client, programme, application, role):
    client.sign_in(programme.user_of(role))
    assert client.get(f"/applications/{application.id}/screenings/new").status_code == 403


@pytest.fixture
def shown(client, programme):
    """The ids listed at an address of the list."""
    client.sign_in(programme.secretary).speak("en")

    def ids(query=""):
        page = client.get(f"/screenings?{query}")
        assert page.status_code == 200
        return [int(one) for one in re.findall(r'href="/applications/(\d+)">', page.text)]

    return ids


def test_the_list_is_narrowed_by_call_state_place_rule_likeness_and_words(client, programme, shown):
    waiting, eligible, poor = (
        programme.make_application(status, association=programme.make_association(with_account=account))
        for status, account in ((S.SUBMITTED, True), (S.ELIGIBLE, True), (S.SUBMITTED, False))
    )
    other = programme.make_application(
        S.SUBMITTED, call=programme.make_call(), association=programme.make_association(in_another_centre=True)
    )
    every = {one.id for one in (waiting, eligible, poor, other)}
    centre, oblast = other.association.centre_id, other.association.ayil_okmotu.rayon.oblast_id
    assert set(shown()) == every - {eligible.id}
    assert set(shown("state=all")) == set(shown("state=all&last=1")) == every
    assert shown("sort=newest") == shown()[::-1]
    assert shown("state=eligible") == [eligible.id]
    assert shown(f"call_id={other.call_id}") == [other.id]
    assert shown(f"q={waiting.number}") == [waiting.id]
    assert shown(f"place=centre-{centre}") == [other.id] and other.id in shown(f"place=oblast-{oblast}")
    assert shown("place=centre-999") == []
    assert shown("rule=account") == shown("rule=any") == [poor.id] and poor.id not in shown("rule=none")
    assert set(shown("alike=1&state=all")) == every, "the factories tell the same story"
    page = text_of(client.get("/screenings").text)
    assert "Waiting for screening 3" in page and "Eligible 1" in page and "No confirmed payout account" in page
    assert waiting.number in text_of(client.get("/screenings").text)
    assert "Nothing fits" in text_of(client.get("/screenings?q=жокмундай").text)


@pytest.mark.parametrize(
    "query",
    ["state=mars", "rule=mars", "place=mars-1", "place=centre-", "place=centre-" + "9" * 30, "call_id=x", "after=1",
     "before=x-1", "after=" + "9" * 17 + "-1", "sort=up", "alike=", "q=" + "%25_" * 90, "after=1-1&before=2-2&last=1"],
)  # fmt: skip
def test_an_address_somebody_made_up_shows_a_list_too(programme, shown, query):
    programme.make_application(S.SUBMITTED)
    assert isinstance(shown(query), list)


def test_pages_lead_on_and_back(client, programme, shown, monkeypatch):
    monkeypatch.setattr(screening_lists.page, "__kwdefaults__", screening_lists.page.__kwdefaults__ | {"size": 1})
    made = [programme.make_application(S.SUBMITTED, association=programme.make_association()).id for _ in range(3)]

    def follow(page, words):
        link = re.search(rf'href="(/screenings[^"]*)"[^>]*><span>{words}</span>', page)
        return link and client.get(unescape(link[1])).text

    page, seen = client.get("/screenings?state=all").text, []
    while page:
        seen += [int(one) for one in re.findall(r'href="/applications/(\d+)">', page)]
        last, page = page, follow(page, "Next page")
    assert seen == shown("state=all&last=1")[:0] + made
    back = []
    page = last
    while page:
        back += [int(one) for one in re.findall(r'href="/applications/(\d+)">', page)]
        page = follow(page, "Previous page")
    assert back == made[::-1]


def test_an_empty_list_teaches(client, programme, shown):
    assert shown() == []
    page = text_of(client.get("/screenings").text)
    assert "Nothing waits for screening" in page and "For all on this page" not in page
    assert "Nothing was submitted yet" in text_of(client.get("/screenings?state=all").text)
