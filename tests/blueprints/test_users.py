"""Accounts: opened with a code that is shown once, roles, disabling; an operator stays in the own centre."""

import re

import pytest

from app.services import user_accounts, users
from models.audit import AuditEvent
from models.base import db
from models.form_submissions import FormSubmission
from models.people import Person
from models.users import Role, RoleAssignment, User, UserSession
from tests.factories import PASSWORD
from tests.support.accounts import enter
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b")


@pytest.fixture
def admin(client, programme):
    return client.sign_in(programme.administrator).speak("en")


@pytest.fixture
def at_the_centre(client, programme):
    assert programme.chair.association_ids  # somebody of the centre has an account already
    return client.sign_in(programme.operator).speak("en")


def code_on(page):
    found = CODE.search(text_of(page.text))
    assert found, text_of(page.text)
    return found[0]


def typed(**changes):
    return {"full_name": "Мамытова Айгүл", "username": "aigul", "phone": "0555 77 88 99", "role": "finance"} | changes


def test_the_administrator_opens_an_account_and_the_code_opens_the_door(admin, programme):
    page = admin.submit("/people/new", **typed())
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    code = code_on(page)
    user = users.find("aigul")
    assert (user.display_name, user.phone, user.roles) == ("Мамытова Айгүл", "+996555778899", {Role.FINANCE})
    assert user.must_change_password
    signed_in, _token = enter("aigul", code)
    assert signed_in.user is user


def test_the_code_is_kept_nowhere_but_on_that_page(admin, programme):
    page = admin.submit("/people/new", **typed())
    code, user = code_on(page), users.find("aigul")
    with admin.session_transaction() as session:
        assert code not in str(dict(session))
    assert code not in admin.get(f"/people/{user.id}").text
    kept = db.session.scalars(db.select(FormSubmission.location)).all()
    assert kept == [f"/people/{user.id}"]
    assert all(code not in event.details for event in db.session.scalars(db.select(AuditEvent)))


def test_the_same_form_sent_twice_opens_one_account_and_shows_no_second_code(admin, programme):
    before = count(User)
    fields = dict(form_fields(admin.get("/people/new").text).items()) | typed()
    first, second = admin.post("/people/new", data=fields), admin.post("/people/new", data=fields)
    assert first.status_code == 200
    user = users.find("aigul")
    assert (second.status_code, second.location) == (303, f"/people/{user.id}")
    assert not CODE.search(text_of(second.text))
    assert count(User) == before + 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"full_name": ""}, "Fill this in."),
        ({"username": "two words"}, "A user name has 1 to 60 characters and no space."),
        ({"username": "ө" * 61}, "At most 60 characters."),
        ({"phone": "12"}, "This is not a phone number."),
        ({"role": ""}, "Fill this in."),
        ({"role": "king"}, "Not a valid choice."),
        ({"role": "member"}, "Choose the association of this member."),
        ({"role": "operator"}, "Choose the centre of this operator."),
        ({"role": "donor"}, "Choose the donor this person reads for."),
        ({"role": "member", "association": "999999"}, "Not a valid choice."),
    ],
)
def test_an_account_is_refused_at_the_field_and_nothing_is_half_written(admin, changes, message):
    before = (count(User), count(Person), count(RoleAssignment))
    data = typed(**changes)
    answer = admin.submit("/people/new", **data)
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert kept["username"] == data["username"] and kept["full_name"] == data["full_name"]
    assert (count(User), count(Person), count(RoleAssignment)) == before


@pytest.mark.parametrize(("name", "value"), [("username", "TAKEN"), ("phone", "+996 555 112233")])
def test_a_user_name_or_phone_counts_once(admin, programme, name, value):
    programme.make_user(Role.FINANCE, username="taken", phone="0555112233")
    people = count(Person)
    answer = admin.submit("/people/new", **typed(**{name: value}))
    assert answer.status_code == 422 and "issue a new first code" in text_of(answer.text)
    assert users.find("aigul") is None and count(Person) == people


def test_a_member_of_the_association_is_not_registered_a_second_time(admin, programme):
    association = programme.association
    member = next(held.person for held in association.memberships if held.role.value == "treasurer")
    people = count(Person)
    data = typed(full_name=member.full_name.upper(), role="member", association=str(association.id))
    assert admin.submit("/people/new", **data).status_code == 200
    assert users.find("aigul").person is member and count(Person) == people
    assert users.find("aigul").association_ids == {association.id}


def test_a_member_who_has_an_account_gets_no_second_one(admin, programme):
    chair, association = programme.chair, programme.association
    before = (count(User), count(Person))
    data = typed(full_name=chair.person.full_name, role="member", association=str(association.id))
    answer = admin.submit("/people/new", **data)
    assert answer.status_code == 422 and f"has the account {chair.username}: issue a new" in text_of(answer.text)
    assert form_fields(answer.text)["full_name"] == chair.person.full_name
    assert (count(User), count(Person)) == before


def test_the_operator_opens_accounts_for_members_of_the_own_centre_only(at_the_centre, programme):
    programme.make_association(in_another_centre=True)
    page = at_the_centre.get("/people/new").text
    own = user_accounts.members_without_account({programme.association.centre_id})
    assert set(re.findall(r'<option value="(\d+)"', page)) == {str(one.id) for one in own} != set()
    member = own[0]
    answer = at_the_centre.submit("/people/new", member=str(member.id), username="treasurer1")
    assert answer.status_code == 200 and CODE.search(text_of(answer.text))
    user = users.find("treasurer1")
    assert (user.person_id, user.roles, user.association_ids) == (
        member.person_id,
        {Role.MEMBER},
        {programme.association.id},
    )
    assert at_the_centre.get(f"/people/{user.id}").status_code == 200


def test_the_operator_reaches_nobody_elses_members_whatever_is_sent(at_the_centre, programme):
    other = programme.make_association(in_another_centre=True)
    stranger = user_accounts.members_without_account({other.centre_id})[0]
    before = count(User)
    for data in ({"member": str(stranger.id)}, {"member": "", "role": "administrator", "full_name": "Мен"}):
        fields = dict(form_fields(at_the_centre.get("/people/new").text).items()) | {"username": "x1"} | data
        assert at_the_centre.post("/people/new", data=fields).status_code == 422
    assert count(User) == before


def test_the_operator_sees_and_serves_members_of_the_own_centre_only(at_the_centre, programme):
    other = programme.make_association(in_another_centre=True)
    page = at_the_centre.get("/people").text
    assert programme.chair.display_name in page and programme.chair_of(other).username not in page
    missing = text_of(at_the_centre.get("/people/999999").text)
    hidden = [programme.chair_of(other), programme.secretary, programme.operator, programme.administrator]
    for user in hidden:
        answer = at_the_centre.get(f"/people/{user.id}")
        assert answer.status_code == 404 and text_of(answer.text) == missing
        token = _token(at_the_centre)
        assert at_the_centre.post(f"/people/{user.id}/code", data=token).status_code == 404
        assert users._verify(user.password_hash, PASSWORD)
    for act in ("disable", "enable", "roles/new"):
        assert at_the_centre.post(f"/people/{programme.chair.id}/{act}", data=_token(at_the_centre)).status_code == 403
    assert programme.chair.disabled_at is None


def _token(client):
    fields = form_fields(client.get("/account").text)
    return {name: fields[name] for name in ("csrf_token", "idempotency_key")}


def test_a_new_code_ends_password_and_sessions(at_the_centre, programme, app):
    chair = programme.chair
    elsewhere = app.test_client().sign_in(chair)
    assert elsewhere.get("/").status_code == 200
    page = at_the_centre.submit(f"/people/{chair.id}", action=f"/people/{chair.id}/code")
    code = code_on(page)
    assert elsewhere.get("/").status_code == 303
    assert users._verify(chair.password_hash, code) and not users._verify(chair.password_hash, PASSWORD)
    assert chair.must_change_password


def test_a_repeated_code_form_issues_no_second_code(at_the_centre, programme):
    chair = programme.chair
    fields = dict(form_fields(at_the_centre.get(f"/people/{chair.id}").text, f"/people/{chair.id}/code").items())
    first = at_the_centre.post(f"/people/{chair.id}/code", data=fields)
    kept = chair.password_hash
    again = at_the_centre.post(f"/people/{chair.id}/code", data=fields)
    assert first.status_code == 200 and again.location == f"/people/{chair.id}"
    assert chair.password_hash == kept


def test_nobody_issues_a_code_to_oneself(admin, programme):
    me = programme.administrator
    answer = admin.submit(f"/people/{me.id}", action=f"/people/{me.id}/code")
    assert answer.status_code == 422 and "change the password on the page of your account" in answer.text
    assert users._verify(me.password_hash, PASSWORD)


def test_disabling_counts_at_the_next_request_and_can_be_undone(admin, programme, app):
    user = programme.finance
    elsewhere = app.test_client().sign_in(user)
    page = f"/people/{user.id}"
    assert admin.submit(page, action=f"{page}/disable").location == page
    assert elsewhere.get("/").status_code == 303 and user.disabled_at is not None
    assert "disabled" in text_of(admin.get(page).text)
    assert admin.submit(page, action=f"{page}/enable").location == page
    assert user.disabled_at is None
    assert db.session.scalars(db.select(UserSession).where(UserSession.user_id == user.id)).all()[0].revoked_at


def test_the_administrator_cannot_disable_or_strip_the_own_account(admin, programme):
    me = programme.administrator
    page = f"/people/{me.id}"
    for act in ("disable", f"roles/{me.assigned_roles[0].id}/end"):
        answer = admin.post(f"{page}/{act}", data=_token(admin), follow_redirects=True)
        assert "You cannot" in answer.text
    assert me.disabled_at is None and me.roles == {Role.ADMINISTRATOR}


def test_roles_are_given_and_ended_at_once(admin, programme, app):
    user = programme.make_user(Role.FINANCE)
    page = f"/people/{user.id}"
    together = admin.submit(f"{page}/roles/new", role="monitor")  # who verifies does not pay
    assert together.status_code == 422 and "goes not together" in together.text
    assert admin.submit(f"{page}/roles/new", role="council_chair").location == page
    assert user.roles == {Role.FINANCE, Role.COUNCIL_CHAIR}
    again = admin.submit(f"{page}/roles/new", role="council_chair")
    assert again.status_code == 422 and "The person has this role already." in again.text
    held = next(one for one in user.assigned_roles if one.role is Role.FINANCE)
    elsewhere = app.test_client().sign_in(user)
    assert elsewhere.get("/rates/new").status_code == 200
    assert admin.submit(page, action=f"{page}/roles/{held.id}/end").location == page
    assert elsewhere.get("/rates/new").status_code == 403
    assert user.roles == {Role.COUNCIL_CHAIR} and len(user.assigned_roles) == 2


def test_a_role_of_somebody_else_is_not_ended_under_this_address(admin, programme):
    one, other = programme.make_user(Role.FINANCE), programme.make_user(Role.FINANCE)
    held = other.assigned_roles[0]
    assert admin.post(f"/people/{one.id}/roles/{held.id}/end", data=_token(admin)).status_code == 404
    assert held.ended_at is None


@pytest.mark.parametrize("words", ["түлөгөн", "тулогон", "ТҮЛӨГӨН К", "tulo"])
def test_people_are_found_by_folded_name_and_user_name(admin, programme, words):
    programme.make_user(Role.FINANCE, person=programme.make_person("Түлөгөн кызы Жазгүл"), username="tulogon")
    text = text_of(admin.get("/people", query_string={"q": words}).text)
    assert "Түлөгөн кызы Жазгүл" in text and programme.administrator.username not in text


def test_a_search_without_result_says_what_to_do(admin):
    assert "Nobody found" in admin.get("/people?q=%25_%25").text


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.OPERATOR)])
def test_nobody_else_enters(client, programme, role):
    client.sign_in(programme.user_of(role))
    for path in ("/people", "/people/new", f"/people/{programme.administrator.id}"):
        assert client.get(path).status_code == 403


def test_opening_an_account_writes_who_did_it(admin, programme):
    admin.submit("/people/new", **typed())
    user = users.find("aigul")
    acts = db.session.scalars(db.select(AuditEvent).where(AuditEvent.subject == f"users:{user.id}")).all()
    assert [(one.action, one.actor_id) for one in acts] == [
        ("user.create", programme.administrator.id),
        ("user.issue_code", programme.administrator.id),
        ("user.grant_role", programme.administrator.id),
    ]
