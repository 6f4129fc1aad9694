"""Associations: members and the payout account that two people stand for."""

from urllib.parse import unquote

import pytest

from app import clock
from app.services import associations, dictations, places, users
from app.services.actors import Actor
from app.services.associations import LEFT_OFFICE, NEW_IN_OFFICE
from models.applications import ApplicationStatus
from models.associations import Association, Membership, PayoutAccount
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.people import Person
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

MEMBER = {
    "full_name": "Осмон кызы Толгонай",
    "role": "secretary",
    "sex": "female",
    "birth_year": "1984",
    "phone": "0555 123456",
    "migrant_status": "returnee",
    "since_on": "01.02.2025",
}
ACCOUNT = {"bank": "Айыл Банк", "number": "1290 0000 1111 2222", "holder": "Ассоциация"}


@pytest.fixture
def association(programme):
    return programme.association


@pytest.fixture
def url(association):
    return f"/associations/{association.id}"


def test_an_operator_reaches_the_centres_associations_and_their_work_in_one_click(client, programme, association):
    application = programme.make_application(ApplicationStatus.DRAFT, association=association)
    foreign = programme.make_association(in_another_centre=True)
    page = client.sign_in(programme.operator).speak("en").get("/associations").text
    assert f'href="/associations/{association.id}"' in page
    assert f'href="/applications/{application.id}"' in page
    assert f'href="/associations/{foreign.id}"' not in page


def test_members_read_where_their_centre_is_and_when_it_is_open(client, programme, association, url):
    client.sign_in(programme.chair_of(association)).speak("en")
    assert "Opening hours of the centre not known" in text_of(client.get(url).text)
    centre = association.centre
    centre.phone, centre.hours_note = "0555 111 222", "Closed on holidays"
    centre.hours = {str(number): ["09:00", "17:00"] for number in range(1, 6)}
    page = text_of(client.get(url).text)
    assert "0555 111 222" in page
    assert "Opening hours of the centre Monday–Friday 09:00–17:00; Closed on holidays" in page


@pytest.mark.parametrize("path", ["", "/members/new", "/payout-accounts/new"])
def test_another_centres_association_is_not_there(client, programme, association, path):
    foreign = programme.make_association(in_another_centre=True)
    programme.dictate(association)
    client.sign_in(programme.operator)
    assert client.get(f"/associations/{foreign.id}{path}").status_code == 404
    assert client.get(f"/associations/{association.id}{path}").status_code == 200


@pytest.mark.parametrize("role", [Role.DONOR, Role.REVIEWER])
def test_donors_and_reviewers_read_no_members(client, programme, url, role):
    assert client.sign_in(programme.user_of(role)).get(url).status_code == 403


def test_an_operator_enters_and_ends_members_only_at_somebody_s_word(client, programme, association, url):
    client.sign_in(programme.operator).speak("en")
    chair, before = programme.chair_of(association), count(Membership)
    answer = client.get(f"{url}/members/new")
    assert answer.status_code == 303 and "/dictations/new" in answer.location
    page = client.get(url).text
    held = next(one for one in association.memberships if one.person_id == chair.person_id)
    data = form_fields(page, f"{url}/members/{held.id}/end")
    answer = client.post(f"{url}/members/{held.id}/end", data=data)
    assert "/dictations/new" in answer.location and f"next=/associations/{association.id}" in unquote(answer.location)
    spoken = programme.dictate(association)
    assert client.submit(f"{url}/members/new", **MEMBER).status_code == 303
    assert client.post(f"{url}/members/{held.id}/end", data=data).status_code == 303
    assert count(Membership) == before + 1
    assert [act.action for act in dictations.acts(spoken) if act.subject == f"associations:{association.id}"] == [
        "association.add_member",
        "association.end_membership",
    ]
    assert "Entered a member" in text_of(client.get(f"/dictations/{spoken.id}").text)


def test_where_nobody_is_a_member_yet_somebody_speaks_by_name(client, programme, association, url):
    for held in association.memberships:
        held.until_on = held.since_on
    client.sign_in(programme.operator).speak("en")
    begin = client.get(f"{url}/members/new").location
    answer = client.submit(begin, member="0", name="Асанов Бакыт, элдин чогулушунун төрагасы")
    assert answer.status_code == 303 and answer.location == f"{url}/members/new"
    assert client.submit(f"{url}/members/new", **MEMBER | {"role": "chair"}).status_code == 303


@pytest.mark.parametrize("office", ["chair", "treasurer"])
def test_who_acts_for_it_and_the_secretary_hear_of_another_officer(client, programme, association, url, office):
    chair, secretary = programme.chair_of(association), programme.secretary
    programme.dictate(association)
    client.sign_in(programme.operator).speak("en")
    held = next(one for one in association.memberships if one.role.value == office)
    client.post(f"{url}/members/{held.id}/end", data=form_fields(client.get(url).text, f"{url}/members/{held.id}/end"))
    assert client.submit(f"{url}/members/new", **MEMBER).status_code == 303  # of an ordinary member nobody hears
    assert (
        client.submit(f"{url}/members/new", **MEMBER | {"role": office, "full_name": "Асан уулу Бек"}).status_code
        == 303
    )
    query = db.select(Notification.message).where(Notification.subject == f"associations:{association.id}")
    told = [LEFT_OFFICE[held.role], NEW_IN_OFFICE[held.role]]
    assert list(db.session.scalars(query.where(Notification.user_id == secretary.id).order_by(Notification.id))) == told
    mine = query.where(Notification.user_id == chair.id, Notification.message.in_(told)).order_by(Notification.id)
    assert list(db.session.scalars(mine)) == (told if office == "treasurer" else [])  # who left acts for it no more


def test_a_member_is_entered_once(client, programme, association, url):
    programme.dictate(association)
    client.sign_in(programme.operator).speak("en")
    before = count(Membership)
    data = dict(form_fields(client.get(f"{url}/members/new").text)) | MEMBER
    assert [client.post(f"{url}/members/new", data=data).status_code for _ in range(2)] == [303, 303]
    assert count(Membership) == before + 1
    assert "Осмон кызы Толгонай" in client.get(url).text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": "chair"}, "The association has somebody in this office already."),
        ({"birth_year": "84"}, "Enter a year with four digits, as in 1984."),
        ({"since_on": "13.10.2026"}, "The day lies in the future."),
        ({"full_name": "А"}, "Write the full name as in the passport."),
        ({"sex": None}, "Fill this in."),
        ({"phone": "12"}, "This is not a phone number."),
    ],
)
def test_a_member_that_does_not_fit_leaves_nobody_behind(client, programme, association, url, changes, message):
    programme.dictate(association)
    client.sign_in(programme.operator).speak("en")
    people, members = count(Person), count(Membership)
    answer = client.submit(f"{url}/members/new", **(MEMBER | changes))
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert form_fields(answer.text)["full_name"] == (MEMBER | changes)["full_name"]
    assert (count(Person), count(Membership)) == (people, members)


def test_a_membership_ends_but_not_through_another_association(client, programme, association, url):
    programme.dictate(association)
    client.sign_in(programme.operator)
    held = next(one for one in association.memberships if one.role.value == "member")
    foreign = programme.make_association(in_another_centre=True).memberships[0]
    data = form_fields(client.get(url).text, f"{url}/members/{held.id}/end")
    assert client.post(f"{url}/members/{foreign.id}/end", data=data).status_code == 404
    assert client.post(f"{url}/members/{held.id}/end", data=data).status_code == 303
    db.session.expire_all()
    assert not held.is_current and foreign.is_current


def test_who_is_no_member_any_more_is_out_at_the_next_request(app, client, programme, association, url):
    chair = programme.chair_of(association)
    programme.dictate(association)
    browser = app.test_client().sign_in(chair).speak("en")
    assert browser.get(url).status_code == 200
    client.sign_in(programme.operator).speak("en")
    page = client.get(url).text
    assert "cannot act for the association from that moment and is signed out everywhere" in page
    held = next(one for one in association.memberships if one.person_id == chair.person_id)
    data = form_fields(page, f"{url}/members/{held.id}/end")
    assert client.post(f"{url}/members/{held.id}/end", data=data).status_code == 303
    assert "/sign-in" in (browser.get(url).location or "")
    browser.sign_in(chair)  # the account is there, the association is not
    assert browser.get(url).status_code in (403, 404)
    db.session.expire_all()
    assert chair.association_ids == frozenset()
    told = db.session.scalars(db.select(Notification).where(Notification.user_id == chair.id)).all()
    assert [one for one in told if one.message.startswith("Your membership of %(association)s has ended")]
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "user.end_role")).one()
    assert event.subject == f"users:{chair.id}" and event.actor_id == programme.operator.id


def test_an_account_is_proposed_by_one_and_confirmed_by_another(client, programme, association, url):
    client.sign_in(programme.chair).speak("en")
    answer = client.submit(f"{url}/payout-accounts/new", **(ACCOUNT | {"number": "12"}))
    assert answer.status_code == 422 and "An account number has 8 to 34 letters and digits." in text_of(answer.text)
    assert client.submit(f"{url}/payout-accounts/new", **ACCOUNT).location == url
    account = db.session.scalars(db.select(PayoutAccount).where(PayoutAccount.confirmed_at.is_(None))).one()
    old, confirm = association.payout_account, f"{url}/payout-accounts/{account.id}/confirm"
    shown = client.get(url).text
    assert "1290000011112222" not in shown and confirm not in shown
    assert client.post(confirm, data=form_fields(client.get(f"{url}/payout-accounts/new").text)).status_code == 403
    client.sign_in(programme.finance).speak("en")
    assert client.post(confirm, data=form_fields(client.get(url).text, confirm)).status_code == 303
    db.session.expire_all()
    assert association.payout_account is account and old.closed_at is not None


def test_who_proposed_an_account_cannot_confirm_it(client, programme, association, url):
    both, now = programme.make_user(Role.MEMBER, association=association), clock.now()
    client.sign_in(both).speak("en")
    client.submit(f"{url}/payout-accounts/new", **ACCOUNT)
    users.end_role(both.assigned_roles[0], actor=Actor(programme.administrator), now=now)
    users.grant_role(both, Role.FINANCE, actor=None, now=now)
    db.session.commit()
    account = db.session.scalars(db.select(PayoutAccount).where(PayoutAccount.confirmed_at.is_(None))).one()
    data = form_fields(client.get(f"{url}/payout-accounts/{account.id}/refuse").text)
    answer = client.post(f"{url}/payout-accounts/{account.id}/confirm", data=data)
    assert answer.status_code == 303
    assert "You proposed this account: another person has to confirm it." in text_of(client.get(url).text)
    db.session.expire_all()
    assert account.confirmed_at is None


def test_finance_refuses_a_proposed_account_with_a_reason(client, programme, association, url):
    client.sign_in(programme.chair).speak("en")
    client.submit(f"{url}/payout-accounts/new", **ACCOUNT)
    account = db.session.scalars(db.select(PayoutAccount).where(PayoutAccount.confirmed_at.is_(None))).one()
    refuse = f"{url}/payout-accounts/{account.id}/refuse"
    assert client.get(refuse).status_code == 403
    client.sign_in(programme.finance).speak("en")
    assert refuse in client.get(url).text
    assert f"{url}/payout-accounts/{account.id}/confirm" in client.get(url).text
    assert "nothing is paid to it during the first 72 hours" in text_of(client.get(url).text)
    foreign = programme.make_association(in_another_centre=True)
    assert client.get(f"/associations/{foreign.id}/payout-accounts/{account.id}/refuse").status_code == 404
    answer = client.submit(refuse, reason=" ")
    assert answer.status_code == 422 and "Give the reason" in text_of(answer.text)
    assert client.submit(refuse, reason="The holder is somebody else").location == url
    assert "Proposed account" not in text_of(client.get(url).text)
    answer = client.submit(refuse, reason="again")
    assert answer.status_code == 422 and "This proposal is not open any more" in text_of(answer.text)
    client.sign_in(programme.chair).speak("en")
    assert "The holder is somebody else" in text_of(client.get("/messages").text)


NEW = {"name_ky": "Жаңы ассоциация", "name_ru": "Новая ассоциация", "name_en": "New association"}


@pytest.fixture
def admin(client, programme):
    return client.sign_in(programme.administrator).speak("en")


def free_village(association):
    taken = {one.village_id for one in associations.of_centre(association.centre)}
    return next(one for one in places.villages(association.ayil_okmotu) if one.id not in taken)


def test_an_association_is_registered_once_at_its_centre(admin, association):
    url, village = f"/associations/new/{association.centre_id}", free_village(association)
    data = dict(form_fields(admin.get(url).text)) | NEW | {"village": str(village.id), "founded_on": "01.05.2024"}
    answers = [admin.post(url, data=data) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    made = db.session.scalars(db.select(Association).where(Association.village_id == village.id)).one()
    assert answers[0].location == f"/associations/{made.id}"
    assert (made.name_en, made.centre_id) == ("New association", association.centre_id)
    over = admin.submit(url, **NEW, kind="ayil_okmotu")
    assert over.status_code == 303
    assert "No members are entered yet." in text_of(admin.get(over.location).text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"village": ""}, "Choose a village of this ayil aymak."),
        ({"village": "taken"}, "This village has an association already: "),
        ({"village": "777777"}, "Not a valid choice."),
        ({"name_ru": ""}, "Fill this in."),
        ({"founded_on": "13.10.2026"}, "The day lies in the future."),
        ({"founded_on": "13.13.2026"}, "Enter a day as DD.MM.YYYY."),
        ({"kind": "club"}, "Not a valid choice."),
    ],
)
def test_an_association_that_does_not_fit_is_not_registered(admin, association, changes, message):
    before = count(Association)
    given = NEW | {"village": str(free_village(association).id)} | changes
    if given["village"] == "taken":
        given["village"] = str(association.village_id)
        message += f"{association.name_en}."
    answer = admin.submit(f"/associations/new/{association.centre_id}", **given)
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert all(kept[name] == text for name, text in given.items() if name.startswith("name_"))
    assert count(Association) == before


def test_an_association_is_changed_and_the_second_is_told(admin, association, url):
    data = dict(form_fields(admin.get(f"{url}/edit").text))
    assert "centre" not in data
    assert admin.submit(f"{url}/edit", name_en="First").location == url
    stale = admin.post(f"{url}/edit", data=data | {"name_en": "Second"})
    assert stale.status_code == 409 and "First" in stale.text and "Second" in stale.text
    assert admin.submit(f"{url}/edit", name_ky="").status_code == 422
    db.session.expire_all()
    assert association.name_en == "First"


def test_the_secretary_moves_an_association_and_the_old_operator_is_out_at_once(
    app, client, programme, association, url
):
    draft = programme.make_application(ApplicationStatus.DRAFT, association=association)
    other = programme.make_association(in_another_centre=True).centre
    dictation = programme.dictate(association)
    old, new = programme.operator, programme.operator_of(other)
    pages = [url, f"/applications/{draft.id}", f"/applications/{draft.id}/sections/idea", f"/dictations/{dictation.id}"]
    before, after = app.test_client().sign_in(old), app.test_client().sign_in(new)
    form = form_fields(before.get(pages[2]).text)
    assert [before.get(page).status_code for page in pages] == [200] * 4
    assert [after.get(page).status_code for page in pages] == [404] * 4
    client.sign_in(programme.secretary).speak("en")
    assert client.submit(f"{url}/move", centre=str(other.id), reason=" ").status_code == 422
    assert client.submit(f"{url}/move", centre="", reason="Жол жакын").status_code == 422
    assert client.submit(f"{url}/move", centre=str(other.id), reason="Жол жакын").location == url
    assert [before.get(page).status_code for page in pages] == [404] * 4
    assert before.post(pages[2], data=form).status_code == 404
    assert [after.get(page).status_code for page in (pages[0], pages[1], pages[3])] == [200] * 3
    db.session.expire_all()
    assert association.centre_id == other.id and dictation.ended_at is not None
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "association.move")).one()
    assert "Жол жакын" in event.details
    told = db.select(Notification.user_id).where(Notification.message.startswith("%(association)s belongs to"))
    assert {old.id, new.id, programme.chair_of(association).id} <= set(db.session.scalars(told))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR, Role.COUNCIL_CHAIR])
def test_nobody_but_the_secretary_moves_an_association(client, programme, url, role):
    client.sign_in(programme.user_of(role))
    assert client.get(f"{url}/move").status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_registers_associations(client, programme, association, url, role):
    client.sign_in(programme.user_of(role))
    assert client.get(f"/associations/new/{association.centre_id}").status_code == 403
    assert client.get(f"{url}/edit").status_code == 403


def test_two_associations_of_one_name_stand_on_two_pages(programme):
    first, second = programme.make_association(), programme.make_association()
    second.sort_key = first.sort_key
    db.session.flush()
    pages, after = [], None
    while rows := associations.listed(db.true(), after_id=after, limit=1):
        pages.append(rows[0].id)
        after = rows[0].id
    assert len(pages) == len(set(pages)) and {first.id, second.id} <= set(pages)
