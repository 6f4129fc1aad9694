"""Applications through the pages: drafted, checked, signed off, submitted; lists, and what each role reads."""

import re
from datetime import timedelta

import pytest
from flask import url_for

from app import clock
from app.localisation import gettext, use_locale
from app.services import applications, documents, prices, questions, screenings
from app.services.actors import Actor
from app.web import form_parts
from models.applications import Application, ApplicationSection, ApplicationStatus, ScreeningOutcome, Snapshot
from models.audit import AuditEvent
from models.base import db
from models.prices import PriceKind
from models.users import Role
from tests.support.pages import form_fields, forms_of, text_of

S = ApplicationStatus


def count(table):
    return db.session.scalar(db.select(db.func.count()).select_from(table))


def fresh(row):
    db.session.expire_all()
    return row


def names_in(page, *users):
    """The users whose name stands on the page (names of the factories end in a number)."""
    return [user for user in users if re.search(re.escape(user.display_name) + r"(?!\d)", page)]


def press(client, page_url, action):
    """Press the button of a page whose form goes to `action`."""
    return client.post(action, data=form_fields(client.get(page_url).text, action))


@pytest.fixture
def draft(programme):
    return programme.make_application(S.DRAFT, association=programme.association)


@pytest.fixture
def chair(client, programme, draft):
    return client.sign_in(programme.chair).speak("en")


def started() -> list[Application]:
    """The applications that are no dry runs."""
    return list(db.session.scalars(db.select(Application).where(~Application.is_test)))


def test_a_member_starts_an_application(client, programme):
    call, association = programme.call, programme.association
    client.sign_in(programme.chair).speak("en")
    answer = client.submit(f"/applications/new?call_id={call.id}", association=str(association.id), language="ru")
    (application,) = started()
    assert answer.status_code == 303 and answer.location == f"/applications/{application.id}"
    assert (application.call_id, application.association_id, application.language) == (call.id, association.id, "ru")
    page = text_of(client.get(answer.location).text)
    for part in questions.form_of(call).parts:
        assert part.numbered_in("en") in page
    assert "Not started yet" in page and "Check the answers" in page


def test_the_same_start_sent_twice_makes_one_application(client, programme):
    url = f"/applications/new?call_id={programme.call.id}"
    client.sign_in(programme.chair)
    data = dict(form_fields(client.get(url).text)) | {"association": str(programme.association.id)}
    first, second = client.post(url, data=data), client.post(url, data=data)
    assert first.status_code == second.status_code == 303 and first.location == second.location
    assert len(started()) == 1


def test_a_second_application_in_the_call_is_refused(client, programme):
    client.sign_in(programme.chair).speak("en")
    data = dict(form_fields(client.get(f"/applications/new?call_id={programme.call.id}").text))
    programme.make_application(ApplicationStatus.DRAFT, association=programme.association)
    db.session.commit()
    (begun,) = started()
    page = client.get("/applications/new").text
    assert "Every association has applied already" in text_of(page)
    assert f'href="/applications/{begun.id}"' in page
    answer = client.post("/applications/new", data=data | {"association": str(programme.association.id)})
    assert answer.status_code == 422
    assert "This association has an application in this call already." in text_of(answer.text)
    assert f'href="/applications/{begun.id}"' in answer.text, "the way to the one that is there"
    assert len(started()) == 1


def test_what_is_begun_in_a_centre_is_listed_beside_what_can_be_started(client, programme):
    begun = programme.make_application(S.DRAFT, association=programme.association)
    withdrawn = programme.make_application(S.WITHDRAWN, association=programme.make_association())
    foreign = programme.make_application(S.DRAFT, association=programme.make_association(in_another_centre=True))
    client.sign_in(programme.operator).speak("en")
    page = client.get("/applications/new").text
    links = [one.id for one in (begun, withdrawn, foreign) if f'href="/applications/{one.id}"' in page]
    assert links == [begun.id]
    assert "Begun already" in page and withdrawn.association.name("en") in page


def test_of_several_associations_none_is_chosen_beforehand(client, programme):
    """One that stands first is taken for the one that is meant."""
    call, own, _second = programme.call, programme.association, programme.make_association()
    client.sign_in(programme.operator).speak("en")
    page = client.get("/applications/new").text
    offered = re.findall(r'<option value="(\d*)"( selected)?>', page.partition('name="association"')[2])
    assert offered[0][0] == "" and len(offered) > 2
    assert {value for value, is_chosen in offered if is_chosen} <= {""}
    answer = client.submit("/applications/new", call=str(call.id), association="")
    assert answer.status_code == 422 and "Fill this in." in text_of(answer.text) and started() == []
    page = client.get(f"/applications/new?association_id={own.id}").text
    assert f'<option value="{own.id}" selected>' in page
    client.sign_in(programme.chair)
    page = client.get("/applications/new").text
    assert "Choose</option>" not in page and form_fields(page)["association"] == str(own.id)


def test_a_page_of_a_part_that_cannot_be_written_says_why(client, programme):
    application = programme.make_application(S.SUBMITTED, association=programme.association)
    screenings.screen(
        application,
        ScreeningOutcome.RETURNED,
        reason="Көйгөй түшүнүксүз",
        parts=["problem"],
        actor=Actor(programme.secretary),
        now=clock.now(),
    )
    line, pledge, promise = application.budget_lines[0], applications.pledges_of(application)[0], application.targets[0]
    paper = documents.of(application)[0]
    client.sign_in(programme.chair).speak("en")
    pages = [
        "sections/idea",
        "meeting",
        "beneficiaries",
        f"documents/{paper.id}/delete",
        "plan/frame",
        f"budget/{line.id}/edit",
        f"pledges/{pledge.id}/delete",
        f"targets/{promise.id}/edit",
    ]
    for page in pages:
        answer = client.get(f"/applications/{application.id}/{page}")
        assert answer.status_code == 303, page
        shown = text_of(client.get(answer.location).text)
        assert "The secretary has not asked for this part: it stays as it was submitted." in shown, page
    assert client.get(f"/applications/{application.id}/sections/problem").status_code == 200
    done = programme.make_application(S.SUBMITTED, association=programme.make_association())
    client.sign_in(programme.chair_of(done.association)).speak("en")
    answer = client.get(f"/applications/{done.id}/sections/idea")
    assert "it can only be read now" in text_of(client.get(answer.location).text)


def test_a_page_open_twice_is_told_from_a_page_another_person_wrote(client, programme, draft):
    url = f"/applications/{draft.id}/sections/idea"
    colleague = programme.make_user(Role.MEMBER, association=draft.association)
    client.sign_in(programme.chair).speak("en")
    first, second, third = (dict(form_fields(client.get(url).text)) for _window in range(3))
    assert client.post(url, data=first | {"title": "Биринчи терезе"}).status_code == 303
    answer = client.post(url, data=second | {"title": "Экинчи терезе"})
    page = text_of(answer.text)
    assert answer.status_code == 409 and "You changed this in another window" in page
    assert "Saved in the other window Биринчи терезе" in page and "Экинчи терезе" in page and "person" not in page
    same = text_of(client.post(url, data=third | {"title": "Биринчи терезе"}).text)
    assert "you saved the same in the other window" in same and "person" not in same
    mine = dict(form_fields(client.get(url).text)) | {"title": "Үчүнчү терезе"}
    client.sign_in(colleague).speak("en")
    assert client.submit(url, title="Башка адам").status_code == 303
    client.sign_in(programme.chair).speak("en")
    fresh_fields = dict(form_fields(client.get(url).text))
    page = text_of(client.post(url, data=mine | {one: fresh_fields[one] for one in ("csrf_token",)}).text)
    assert "Somebody else changed this" in page and "Saved by the other person Башка адам" in page


def test_who_has_a_tie_is_offered_nothing_that_would_be_refused(client, programme):
    application = programme.make_application(S.SUBMITTED)
    url, tied = f"/applications/{application.id}", programme.make_user(Role.SECRETARY)
    steps = (f"{url}/screenings/new", f"{url}/duplicates", "/refuse")
    page = client.sign_in(tied).speak("en").get(url).text
    assert all(f'{one}"' in page for one in steps)
    tied.person.village_id = application.association.village_id
    db.session.commit()
    page = client.get(url).text
    assert not any(f'{one}"' in page for one in steps)
    assert "You have a tie to this applicant" in text_of(page)


@pytest.mark.parametrize("page", ["decline", "withdraw"])
def test_a_step_that_cannot_be_done_any_more_leads_back(client, programme, page):
    open_, done = (
        programme.make_application(status, association=programme.make_association())
        for status in (S.DRAFT, S.INELIGIBLE if page == "withdraw" else S.SUBMITTED)
    )
    for application, code in ((open_, 200), (done, 303)):
        chair = client.application.test_client().sign_in(programme.chair_of(application.association))
        answer = chair.get(f"/applications/{application.id}/{page}")
        assert answer.status_code == code, application.status
    assert answer.location == f"/applications/{done.id}"


def test_writers_read_what_to_look_at_again_while_they_can_mend_it(client, programme):
    """The secretary reads it on what was submitted, where its writers can change nothing."""
    names = dict.fromkeys(("ky", "ru", "en"), "Сүт муздаткыч")
    item = prices.Item(PriceKind.MARKET, names, dict.fromkeys(names, "даана"), None)
    quote = prices.Quote(1_000_00, "Базар", clock.bishkek_day(clock.now()).replace(month=1, day=5), 900_00, 1_100_00)
    prices.add(item, quote, actor=Actor(programme.secretary), now=clock.now())
    warning = "What should be looked at again"
    client.sign_in(programme.chair).speak("en")
    application = programme.make_application(S.SIGNED_OFF, association=programme.association)
    url = f"/applications/{application.id}"
    assert warning in client.get(url).text
    assert press(client, f"{url}/check", f"{url}/submit").status_code == 303
    assert warning not in client.get(url).text
    assert warning in client.sign_in(programme.secretary).speak("en").get(url).text


def test_nobody_starts_one_for_a_foreign_association(client, programme):
    client.sign_in(programme.chair).speak("en")
    other = programme.make_association(in_another_centre=True)
    answer = client.submit("/applications/new", call=str(programme.call.id), association=str(other.id))
    assert answer.status_code == 422
    assert "Not a valid choice." in text_of(answer.text)
    assert len(started()) == 0


def test_an_operator_acts_on_behalf_and_the_page_says_so(client, programme):
    association, call = programme.association, programme.call
    programme.dictate(association)
    client.sign_in(programme.operator).speak("en")
    answer = client.submit(f"/applications/new?association_id={association.id}", call=str(call.id))
    assert answer.status_code == 303
    page = text_of(client.get(answer.location).text)
    assert f"You are acting for {association.name('en')}" in page
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "application.create")).one()
    assert (event.actor_id, event.on_behalf_of_id) == (programme.operator.id, association.id)


def test_a_section_keeps_what_is_unfinished_and_leads_on(chair, draft):
    url = f"/applications/{draft.id}/sections/problem"
    data = dict(form_fields(chair.get(url).text)) | {"problem": "Суу\r\nжок", "beneficiaries": "", "then": "next"}
    answer = chair.post(url, data=data)
    assert answer.status_code == 303 and answer.location == f"/applications/{draft.id}/sections/plan"
    assert fresh(draft).answers["problem"] == "Суу\nжок"
    page = text_of(chair.get(f"/applications/{draft.id}").text)
    assert "Not answered yet: 3.2 Who benefits?" in page and "In progress" in page


def test_a_text_over_the_limit_stays_on_the_page_and_is_not_saved(chair, draft):
    before = dict(draft.answers)
    page = f"/applications/{draft.id}/sections/idea"
    assert "No more than 100 words" in text_of(chair.get(page).text)
    for field, long, told in (
        ("title", "ү" * 121, "At most 120 characters."),
        ("summary", " ".join(["сүт"] * 101), "At most 100 words; this has 101."),
    ):
        answer = chair.submit(page, **{field: long})
        assert answer.status_code == 422
        assert told in text_of(answer.text)
        assert form_fields(answer.text)[field] == long
        assert fresh(draft).answers == before
    assert chair.submit(page, summary=" ".join(["сүт"] * 100)).status_code == 303


def test_a_stale_section_shows_both_texts_and_saves_neither_over_the_other(chair, draft, programme):
    url = f"/applications/{draft.id}/sections/plan"
    data = dict(form_fields(chair.get(url).text))
    assert chair.submit(url, objective="Биринчи жазган текст").status_code == 303
    answer = chair.post(url, data=data | {"objective": "Экинчи жазган текст"})
    assert answer.status_code == 409
    assert "Биринчи жазган текст" in answer.text and "Экинчи жазган текст" in answer.text
    assert fresh(draft).answers["objective"] == "Биринчи жазган текст"
    # Another section has a version of its own: it is not stale.
    assert chair.submit(f"/applications/{draft.id}/sections/future", risks="Кургакчылык, суу аз").status_code == 303


def test_an_unknown_section_is_not_there(chair, draft):
    assert chair.get(f"/applications/{draft.id}/sections/secrets").status_code == 404


def test_from_the_check_to_the_receipt(chair, draft):
    check, page = f"/applications/{draft.id}/check", f"/applications/{draft.id}"
    assert "You stand by this application as the chair" in text_of(chair.get(check).text)
    assert press(chair, check, f"{page}/sign-off").location == page
    assert fresh(draft).status is S.SIGNED_OFF
    key = form_fields(chair.get(check).text, f"{page}/submit")
    answers = [chair.post(f"{page}/submit", data=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert fresh(draft).status is S.SUBMITTED and len(fresh(draft).snapshots) == 1
    shown = text_of(chair.get(page).text)
    assert "Submitted" in shown and "Council secretary" in shown
    receipt = chair.get(f"{page}/receipt")
    assert receipt.mimetype == "application/pdf" and receipt.data.startswith(b"%PDF-")
    assert receipt.headers["Content-Disposition"].startswith("attachment")
    assert draft.number in receipt.headers["Content-Disposition"]


@pytest.mark.parametrize("verb", ["sign-off", "submit"])
def test_what_was_changed_behind_an_open_page_is_not_signed_or_submitted(chair, programme, draft, verb):
    url, actor = f"/applications/{draft.id}", Actor(programme.chair)
    if verb == "submit":
        applications.sign_off(draft, actor=actor, now=clock.now())
    data = form_fields(chair.get(f"{url}/check").text, f"{url}/{verb}")
    before = draft.status
    if verb == "submit":
        applications.reopen(draft, actor=actor, now=clock.now())
    section = questions.form_of(draft.call).sections[0]
    changed = {one.key: "Башка, эч ким көрбөгөн текст."[: one.limit] for one in section.questions}
    applications.save_section(draft, section.key, changed, actor=actor, now=clock.now())
    if verb == "submit":
        applications.sign_off(draft, actor=actor, now=clock.now())
    events = count(AuditEvent)
    page = chair.speak("en").post(f"{url}/{verb}", data=data)
    assert page.status_code == 409 and "Open the page again and look at it first." in page.text
    fresh(draft)
    assert draft.status is before and count(AuditEvent) == events
    assert (
        chair.post(f"{url}/{verb}", data=dict(data.items()) | {"seen": ""}).status_code == 409
    )  # leaving it out helps nobody
    assert press(chair, f"{url}/check", f"{url}/{verb}").status_code == 303


def test_there_is_no_receipt_before_submission(chair, draft):
    assert chair.get(f"/applications/{draft.id}/receipt").status_code == 404


def test_only_the_chair_signs_off(client, programme, draft):
    person = programme.make_person()
    member = programme.make_user(Role.MEMBER, person=person, association=programme.association)
    url = f"/applications/{draft.id}"
    client.sign_in(member).speak("en")
    page = client.get(f"{url}/check").text
    assert f"Waiting for the chair: {programme.chair.person.full_name}." in text_of(page)
    assert f"{url}/sign-off" not in [form.action for form in forms_of(page)]
    answer = client.post(f"{url}/sign-off", data=form_fields(client.get(f"{url}/withdraw").text))
    assert "Only the chair of the association can sign off." in text_of(client.get(answer.location).text)
    assert fresh(draft).status is S.DRAFT


def test_an_operator_cannot_press_the_chair_s_button(client, programme, draft):
    client.sign_in(programme.operator).speak("en")
    programme.dictate(programme.association)
    url = f"/applications/{draft.id}"
    page = client.get(f"{url}/check").text
    assert f"{url}/sign-off" not in [form.action for form in forms_of(page)]
    assert f'href="{url}/sign-off-for-the-chair"' in page
    answer = client.post(f"{url}/sign-off", data=form_fields(client.get(f"{url}/withdraw").text))
    assert "The chair has to confirm the sign-off" in text_of(client.get(answer.location).text)
    assert fresh(draft).status is S.DRAFT


def test_what_is_missing_keeps_the_sign_off_away(chair, programme, draft):
    data = form_fields(chair.get(f"/applications/{draft.id}/check").text, f"/applications/{draft.id}/sign-off")
    actor = Actor(programme.chair)
    applications.save_section(draft, "idea", {}, actor=actor, now=clock.now())
    page = chair.get(f"/applications/{draft.id}/check")
    assert "Not answered yet: 1.2 Summary" in text_of(page.text)
    assert f"/applications/{draft.id}/sign-off" not in [form.action for form in forms_of(page.text)]
    answer = chair.post(f"/applications/{draft.id}/sign-off", data=data)
    assert "Not answered yet: 1.1 Name of the project" in text_of(chair.get(answer.location).text)
    assert fresh(draft).status is S.DRAFT


def test_the_last_second_counts_and_the_next_does_not(chair, programme, draft):
    applications.sign_off(draft, actor=Actor(programme.chair), now=clock.now())
    url, deadline = f"/applications/{draft.id}", programme.call.closes_at
    data = form_fields(chair.get(f"{url}/check").text, f"{url}/submit")
    with clock.at(deadline + timedelta(seconds=1)):
        chair.speak("ru")
        answer = chair.post(f"{url}/submit", data=data)
        with use_locale("ru"):
            told = gettext(
                "The deadline was %(deadline)s. The application is kept, but it cannot be submitted.", deadline=deadline
            )
        assert told in text_of(chair.get(answer.location).text)
        assert fresh(draft).status is S.SIGNED_OFF and fresh(draft).snapshots == []
    with clock.at(deadline + timedelta(microseconds=999_999)):
        assert chair.post(f"{url}/submit", data=data).status_code == 303
        assert fresh(draft).status is S.SUBMITTED


def test_a_submitted_application_is_only_read(chair, programme):
    application = programme.make_application(S.SUBMITTED, association=programme.make_association())
    chair.sign_in(programme.chair_of(application.association)).speak("en")
    url = f"/applications/{application.id}"
    assert chair.get(f"{url}/sections/idea").location == url
    draft = programme.make_application(S.DRAFT)
    other = chair.application.test_client().sign_in(programme.chair_of(draft.association))
    data = dict(form_fields(other.get(f"/applications/{draft.id}/sections/idea").text))
    own = form_fields(chair.get("/account/password").text)  # the form itself is not shown to them any more
    typed = {"title": "Кайра жазуу", "version": _version(application), "csrf_token": own["csrf_token"]}
    answer = chair.post(f"{url}/sections/idea", data=data | typed)
    assert answer.status_code == 422
    assert fresh(application).title != "Кайра жазуу"
    page = chair.get(f"{url}/budget")
    assert "item" not in {name for form in forms_of(page.text) for name in form.names}


def _version(application):
    query = db.select(ApplicationSection).where(
        ApplicationSection.application_id == application.id, ApplicationSection.key == "idea"
    )
    return str(db.session.scalars(query).one().version)


def test_a_sign_off_is_taken_back(chair, programme, draft):
    applications.sign_off(draft, actor=Actor(programme.chair), now=clock.now())
    url = f"/applications/{draft.id}"
    assert press(chair, url, f"{url}/reopen").status_code == 303
    assert fresh(draft).status is S.DRAFT and draft.signed_off_at is None


@pytest.mark.parametrize("status", [S.SUBMITTED, S.WITHDRAWN])
def test_what_is_submitted_or_withdrawn_is_neither_reopened_nor_written(chair, programme, draft, status):
    """Each form was opened while it could still be sent; the button of the sign-off, before there was one."""
    by = {"actor": Actor(programme.chair), "now": clock.now()}
    url = f"/applications/{draft.id}"
    section = form_fields(chair.get(f"{url}/sections/idea").text)
    sign_off = form_fields(chair.get(f"{url}/check").text, f"{url}/sign-off")
    applications.sign_off(draft, **by)
    reopen = form_fields(chair.get(url).text, f"{url}/reopen")
    submit = form_fields(chair.get(f"{url}/check").text, f"{url}/submit")
    if status is S.SUBMITTED:
        applications.submit(draft, **by)
    else:
        applications.withdraw(draft, reason="Айыл башка долбоорду тандады", **by)
    db.session.commit()
    answers, taken = dict(fresh(draft).answers), count(Snapshot)
    for address, data in (("reopen", reopen), ("sign-off", sign_off), ("submit", submit)):
        answer = chair.post(f"{url}/{address}", data=data)
        assert answer.status_code == 303 and "This cannot be done now" in text_of(chair.get(answer.location).text)
    for address in ("sections/idea", "sections/idea/autosave"):
        answer = chair.post(f"{url}/{address}", data=section | {"summary": "Жаңы сөз"})
        assert answer.status_code == 422, address
    assert fresh(draft).status is status and draft.answers == answers and count(Snapshot) == taken


def test_a_withdrawal_needs_its_reason(chair, draft):
    url = f"/applications/{draft.id}/withdraw"
    answer = chair.submit(url, reason="  ")
    assert answer.status_code == 422 and "Fill this in." in text_of(answer.text)
    assert fresh(draft).status is S.DRAFT
    assert chair.submit(url, reason="Айыл жыйыны башкача чечти").status_code == 303
    assert fresh(draft).status is S.WITHDRAWN


def test_the_reason_of_a_return_stands_above_the_tasks(client, programme):
    application = programme.make_application(S.RETURNED)
    client.sign_in(programme.chair_of(application.association)).speak("en")
    page = text_of(client.get(f"/applications/{application.id}").text)
    assert application.screenings[-1].reason in page and "Parts of the application" in page
    url = f"/applications/{application.id}"
    with clock.at(application.call.closes_at + timedelta(days=5)):
        assert f"{url}/submit" not in client.get(f"{url}/check").text, "first the chair signs off what was changed"
        assert press(client, f"{url}/check", f"{url}/sign-off").status_code == 303
        assert press(client, f"{url}/check", f"{url}/submit").status_code == 303
    assert fresh(application).status is S.RESUBMITTED


def test_a_change_after_the_second_sign_off_needs_a_third(client, programme):
    application = programme.make_application(S.RETURNED)
    client.sign_in(programme.chair_of(application.association)).speak("en")
    url = f"/applications/{application.id}"
    press(client, f"{url}/check", f"{url}/sign-off")
    assert client.submit(f"{url}/sections/idea", title="Башка ат").status_code == 303
    assert f"{url}/submit" not in client.get(f"{url}/check").text
    assert fresh(application).signed_off_at is None


PAGES = ("", "/check", "/sections/idea", "/budget", "/pledges", "/targets", "/documents", "/withdraw", "/receipt")


@pytest.mark.parametrize("path", PAGES)
def test_another_tenants_application_is_not_there(client, programme, path):
    foreign = programme.make_application(S.SUBMITTED)
    outsider = programme.make_association(in_another_centre=True)
    for user in (programme.chair_of(outsider), programme.operator_of(outsider.centre)):
        client.sign_in(user)
        assert client.get(f"/applications/{foreign.id}{path}").status_code == 404
        assert client.get(f"/applications/999999{path}").status_code == 404


@pytest.mark.parametrize("verb", ["sign-off", "submit", "reopen"])
def test_no_button_reaches_another_tenants_application(client, programme, verb):
    foreign = programme.make_application(S.DRAFT)
    outsider = programme.make_association(in_another_centre=True)
    own = programme.make_application(S.DRAFT, association=outsider)
    client.sign_in(programme.chair_of(outsider))
    data = form_fields(client.get(f"/applications/{own.id}/withdraw").text)
    assert client.post(f"/applications/{foreign.id}/{verb}", data=data).status_code == 404
    assert fresh(foreign).status is S.DRAFT


@pytest.mark.parametrize(
    ("role", "status", "names"),
    [
        (Role.SECRETARY, 200, True),
        (Role.COUNCIL_CHAIR, 200, True),
        (Role.FINANCE, 200, False),
        (Role.MONITOR, 200, False),
        (Role.DONOR, 403, False),
        (Role.ADMINISTRATOR, 403, False),
    ],
)
def test_who_reads_a_selected_application_and_the_remitters_names(client, programme, role, status, names):
    application = programme.make_application(S.SELECTED)
    client.sign_in(programme.user_of(role)).speak("en")
    page = client.get(f"/applications/{application.id}")
    assert page.status_code == status
    assert ("Токтогулов Нурбек" in page.text) is names
    if status == 200:
        assert application.answers["problem"] in page.text and "Who pays how much" in page.text
        assert not names_in(page.text, *programme.reviewers)


def test_a_reviewer_reads_what_was_accepted_without_names(client, programme):
    application = programme.make_application(S.REVIEWED)
    client.sign_in(programme.reviewers[0])
    page = client.get(f"/applications/{application.id}")
    assert page.status_code == 200
    assert "Токтогулов Нурбек" not in page.text
    assert not names_in(page.text, programme.chair_of(application.association), programme.reviewers[1])
    assert client.get(f"/applications/{programme.make_application(S.SUBMITTED).id}").status_code == 404


def test_applicants_never_read_who_reviews(client, programme):
    application = programme.make_application(S.REVIEWED)
    client.sign_in(programme.chair_of(application.association))
    page = client.get(f"/applications/{application.id}").text
    assert names_in(page, programme.chair_of(application.association))
    assert not names_in(page, *programme.reviewers)


def test_the_list_narrows_by_call_state_and_folded_words(client, programme):
    one, other = programme.make_application(S.SUBMITTED), programme.make_application(S.DRAFT)
    applications.save_section(
        other, "idea", {"title": "Көчөт өстүрүү"}, actor=Actor(programme.chair_of(other.association)), now=clock.now()
    )
    client.sign_in(programme.secretary).speak("en")

    def shown(query):
        page = client.get(f"/applications{query}").text
        return {row.id for row in (one, other) if f'href="/applications/{row.id}"' in page}

    assert shown("") == {one.id, other.id}
    assert shown("?status=draft") == {other.id}
    assert shown("?q=кочот остуруу") == {other.id}
    assert shown("?q=nothing-like-this") == set()
    assert shown(f"?call_id={programme.call.id}") == {one.id, other.id}
    assert shown("?call_id=999") == set()
    assert shown("?status=nonsense&call_id=abc") == {one.id, other.id}


def test_the_list_of_applicants_holds_their_own_only(client, programme):
    own, foreign = (
        programme.make_application(),
        programme.make_application(association=programme.make_association(in_another_centre=True)),
    )
    client.sign_in(programme.chair_of(own.association))
    page = client.get("/applications").text
    assert f'href="/applications/{own.id}"' in page and f'href="/applications/{foreign.id}"' not in page


def test_the_list_turns_its_pages_both_ways(client, programme, monkeypatch):
    monkeypatch.setattr(
        "app.services.application_lists.page.__kwdefaults__", {"before_id": None, "after_id": None, "size": 2}
    )
    monkeypatch.setattr("app.services.application_lists.oldest_page.__defaults__", (2,))
    rows = [programme.make_application(is_complete=False).id for _ in range(5)]
    client.sign_in(programme.secretary).speak("en")

    def read(url):
        page = client.get(url).text
        links = {text: href for href, text in _links(page)}
        return [row for row in reversed(rows) if f'href="/applications/{row}"' in page], links

    shown, links = read("/applications")
    assert shown == [rows[4], rows[3]] and "Newer" not in links
    shown, links = read(links["Older"])
    assert shown == [rows[2], rows[1]]
    assert read(links["Newer"])[0] == [rows[4], rows[3]]
    shown, last = read(links["Oldest"])
    assert shown == [rows[1], rows[0]] and "Older" not in last
    assert read(last["Newest"])[0] == [rows[4], rows[3]]


def _links(page):
    return [
        (href.replace("&amp;", "&"), text)
        for href, text in re.findall(r'<a class="ash-pager__link"[^>]*href="([^"]*)"><span>([^<]*)</span>', page)
    ]


def test_the_list_costs_few_queries(client, programme, app):
    for _ in range(3):
        programme.make_application(is_complete=False)
    client.sign_in(programme.secretary)
    client.get("/applications")
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    db.event.listen(db.engine, "before_cursor_execute", note)
    assert client.get("/applications").status_code == 200
    db.event.remove(db.engine, "before_cursor_execute", note)
    assert 3 <= len([one for one in seen if one.lstrip().upper().startswith("SELECT")]) <= 8


def test_every_field_on_a_page_has_the_number_of_the_form(chair, draft):
    form = questions.form_of(draft.call)
    seen = 0
    for key, (endpoint, more) in form_parts.PAGES.items():
        with chair.application.test_request_context():
            url = url_for(endpoint, application_id=draft.id, **more)
        page = text_of(chair.get(url).text)
        part = form.fixed(key)
        assert part.numbered_in("en") in page, key
        for field in part.fields:
            assert f"{part.numbers[field.key]} {field.label}" in page, (key, field.key)
            seen += 1
    for section in form.sections:
        page = text_of(chair.get(f"/applications/{draft.id}/sections/{section.key}").text)
        assert section.numbered_in("en") in page
        for question in section.questions:
            assert question.numbered_in("en") in page
            seen += 1
    assert seen == 11 + sum(len(form.fixed(key).fields) for key in form_parts.PAGES)


def test_save_and_go_on_follows_the_order_of_the_form(chair, draft):
    answer = chair.submit(f"/applications/{draft.id}/sections/future", then="next")
    assert answer.location == f"/applications/{draft.id}/budget"
    page = text_of(chair.get(answer.location).text)
    assert "Previous: 6. Sustainability and risks" in page and "Next: 8. When the plan begins" in page


def test_the_chair_gives_it_back_with_a_reason(chair, draft):
    url, reason = f"/applications/{draft.id}", "Бюджетте сарайдын чатыры жок."
    assert f'href="{url}/decline"' in chair.get(f"{url}/check").text
    assert chair.submit(f"{url}/decline", reason="").status_code == 422
    assert chair.submit(f"{url}/decline", reason=reason).location == url
    page = text_of(chair.get(url).text)
    assert f"The chair did not sign off: {reason}" in page and "Not signed off by the chair" in page
    assert f"did not sign off the application {draft.number}: {reason}" in text_of(chair.get("/").text)


def test_another_member_cannot_give_it_back(client, programme, draft):
    url = f"/applications/{draft.id}"
    client.sign_in(programme.make_user(Role.MEMBER, association=programme.association)).speak("en")
    assert "/decline" not in client.get(f"{url}/check").text
    answer = client.submit(f"{url}/decline", reason="Жок")
    assert answer.status_code == 422 and "Only the chair of the association" in text_of(answer.text)
