"""Screening by the secretary."""

import pytest

from app.localisation import gettext, use_locale
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
