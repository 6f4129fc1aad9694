"""The Council's ranking, sessions, decisions and the signed protocol."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from app import clock
from app.localisation import number_text, use_locale
from app.services import assignments, associations, council_sessions, decisions, rankings, screenings
from app.services.actors import Actor
from app.services.decisions import Motion
from blueprints import council_sessions as blueprint
from models.applications import ApplicationStatus, ScreeningOutcome
from models.associations import MembershipRole
from models.base import db
from models.calls import CallStatus
from models.council_sessions import Attendance, CouncilSession, Decision, DecisionOutcome, Protocol, SessionStatus
from models.users import Role
from tests.factories import SOM, TEXT
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

OFFICE = (Role.SECRETARY, Role.COUNCIL_CHAIR)


def decision(**changes):
    typed = {
        "outcome": "selected", "amount": "200 000,00", "votes_for": "3", "votes_against": "0", "abstentions": "0",
        "reason": "Айылга керек, далилдери бар.",
    }  # fmt: skip
    return typed | changes


def press(client, url, button, **changes):
    fields = dict(form_fields(client.get(url).text).items())
    return client.post(url, data=fields | changes | {button: "1"})


def test_the_ranking_shows_order_thresholds_and_the_budget_line(client, programme, call, reviewed):
    programme.judged(call, 2)
    page = text_of(client.sign_in(programme.secretary).speak("en").get(f"/rankings/{call.id}").text)
    assert "80.00" in page and "40.00" in page
    assert page.index("80.00") < page.index("40.00")
    assert "selected down the list" in page and "not reached" in page
    assert "1 of 2 applications reach the thresholds" in page


def test_the_ranking_says_what_keeps_out_who_is_not_selected(client, programme):
    """By the rules of the call: here money, or how many are allowed of an oblast."""
    for rules, why in (
        (
            {"budget": 300_000 * SOM, "grant_ceiling": 250_000 * SOM, "partial_awards": False},
            "What is left is not enough for it.",
        ),
        ({"most_per_oblast": 1}, "So many as are allowed are selected in its oblast."),
    ):
        call = programme.make_past_call(**rules)
        for _ in range(2):
            programme.make_application(ApplicationStatus.REVIEWED, call=call)
        page = text_of(client.sign_in(programme.secretary).speak("en").get(f"/rankings/{call.id}").text)
        assert page.count("selected down the list") == 1 and page.count(why) == 1


def test_the_secretary_convenes_once(client, programme, call):
    url = f"/council/calls/{call.id}/new"
    client.sign_in(programme.secretary).speak("en")
    assert f"/council/calls/{call.id}/new" in client.get("/council").text
    typed = {"held_on": "10.10.2026", "place": "Ош, Ленин 205", "seats": "19"}
    here, there = (dict(form_fields(client.get(url).text).items()) for _window in range(2))
    answer = client.post(url, data=here | typed)
    session = db.session.scalar(db.select(CouncilSession))
    assert answer.location == f"/council/{session.id}/attendance"
    assert (session.place, session.seats, session.call_id) == ("Ош, Ленин 205", 19, call.id)
    again = client.post(url, data=there | typed)
    assert again.status_code == 422 and "A session on this call is open already." in again.text
    assert count(CouncilSession) == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"seats": "0"}, "The Council has 3 to 101 seats."),
        ({"seats": "-5"}, "The Council has 3 to 101 seats."),
        ({"seats": "102"}, "The Council has 3 to 101 seats."),
        ({"seats": "99999999999999999999"}, "Enter a whole number"),
        ({"seats": "тогуз"}, "Enter a whole number"),
        ({"held_on": "30.02.2026"}, "Enter a day as DD.MM.YYYY."),
        ({"held_on": "01.01.1999"}, "no session on it is held before that day."),
        ({"held_on": "01.01.2099"}, "A session is convened a year ahead at most"),
        ({"place": ""}, "Fill this in."),
    ],
)
def test_convening_is_refused_at_the_field(client, programme, call, typed, message):
    data = {"held_on": "10.10.2026", "place": "Ош", "seats": "19"} | typed
    answer = client.sign_in(programme.secretary).speak("en").submit(f"/council/calls/{call.id}/new", **data)
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert all(f'value="{value}"' in answer.text for value in data.values() if value)
    assert count(CouncilSession) == 0


def test_the_council_does_not_sit_before_the_deadline(client, programme):
    url = f"/council/calls/{programme.call.id}/new"
    client.sign_in(programme.secretary).speak("en")
    page = client.get(url)
    assert "After that the Council can be convened here." in page.text and 'name="seats"' not in page.text
    answer = client.post(url, data=_token(client) | {"held_on": "10.10.2026", "place": "Ош", "seats": "9"})
    assert answer.status_code == 422 and count(CouncilSession) == 0


def test_the_council_has_a_seat_for_each_member(client, programme, call):
    for _ in range(5):
        programme.make_user(Role.REVIEWER)
    url = f"/council/calls/{call.id}/new"
    client.sign_in(programme.secretary).speak("en")
    assert form_fields(client.get(url).text)["seats"] == "5"
    answer = client.submit(url, held_on="10.10.2026", place="Ош", seats="4")
    assert answer.status_code == 422
    assert "The Council has 5 members: there cannot be fewer seats." in text_of(answer.text)
    assert count(CouncilSession) == 0 and client.submit(url, held_on="10.10.2026", place="Ош").status_code == 303


def test_who_convenes_is_told_what_is_not_reviewed_yet(client, programme, call, reviewed):
    """But not of what the reader has a tie to."""
    url, said = f"/council/calls/{call.id}/new", "Not reviewed yet: 2 applications."
    client.sign_in(programme.secretary).speak("en")
    assert "Not reviewed yet" not in client.get(url).text
    waiting = [programme.make_application(one, call=call) for one in ("submitted", "in_review")]
    assert said in text_of(client.get(url).text)
    programme.tie(waiting[0], programme.secretary)
    db.session.commit()
    assert "Not reviewed yet: 1 applications." in text_of(client.get(url).text)


def test_attendance_is_ticked_and_corrected(client, programme, call, reviewed):
    session = council_sessions.convene(
        call, held_on=clock.bishkek_day(clock.now()), place="Ош", seats=3, actor=Actor(programme.secretary),
        now=clock.now(),
    )  # fmt: skip
    members = [programme.council_chair, *programme.reviewers]
    url = f"/council/{session.id}/attendance"
    client.sign_in(programme.secretary)
    assert client.submit(url, members=[str(one.id) for one in members]).location == f"/council/{session.id}"
    assert session.present_count == 3 and session.has_quorum
    assert client.submit(url, members=[str(members[0].id)]).status_code == 303
    assert [one.user_id for one in session.attendances] == [members[0].id]
    page = client.speak("en").get(f"/council/{session.id}").text
    assert "Not met" in page and "/decide/" not in page


def test_after_a_decision_nobody_is_taken_off_and_a_stranger_is_never_put_on(client, programme, session, reviewed):
    url = f"/council/{session.id}/attendance"
    client.sign_in(programme.secretary).speak("en")
    assert client.submit(url, members=[str(programme.finance.id)]).status_code == 422
    decisions.decide(
        session,
        reviewed,
        Motion(DecisionOutcome.REJECTED, amount=None, reason=TEXT, votes_for=3, votes_against=0, abstentions=0),
        actor=Actor(programme.secretary),
        now=clock.now(),
    )
    answer = client.submit(url, members=[str(programme.council_chair.id)])
    assert answer.status_code == 422 and "nobody can be taken off" in answer.text
    assert count(Attendance) == 3


def test_two_lists_of_attendance_at_once_the_second_is_told(client, programme, session):
    url = f"/council/{session.id}/attendance"
    client.sign_in(programme.secretary)
    early = dict(form_fields(client.get(url).text).items())
    client.submit(url, members=[str(programme.council_chair.id)])
    answer = client.post(url, data=early | {"members": [str(one.id) for one in programme.reviewers]})
    assert answer.status_code == 409
    assert programme.reviewers[0].display_name in answer.text and programme.council_chair.display_name in answer.text
    assert [one.user_id for one in session.attendances] == [programme.council_chair.id]


@pytest.mark.parametrize("room", ["9" * 5000, "9" * 19, "²,٣", "-1"])
def test_a_list_of_people_made_by_hand_names_nobody(client, programme, session, reviewed, room):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    client.sign_in(programme.secretary).speak("en")
    for button in ("check", "record"):
        shown = dict(form_fields(client.get(url).text).items())
        assert client.post(url, data=shown | decision(room=room) | {button: "1"}).status_code == 422
    assert count(Decision) == 0


def test_a_decision_is_checked_then_recorded(client, programme, session, reviewed):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    client.sign_in(programme.secretary).speak("en")
    checked = press(client, url, "check", **decision())
    assert checked.status_code == 200
    assert "Check the decision" in checked.text and "200 000 som are set aside" in text_of(checked.text)
    assert count(Decision) == 0
    fields = dict(form_fields(checked.text).items())
    recorded = client.post(url, data=fields | {"record": "1"})
    assert recorded.location == f"/council/{session.id}"
    found = db.session.scalar(db.select(Decision))
    assert (found.outcome, found.amount, found.votes_for) == (DecisionOutcome.SELECTED, 200_000 * SOM, 3)
    assert found.rank == 1 and found.score == 8000
    assert reviewed.status is ApplicationStatus.REVIEWED  # the signature makes it selected
    assert client.post(url, data=fields | {"record": "1"}).location == recorded.location
    assert count(Decision) == 1
    page = text_of(client.get(f"/council/{session.id}").text)
    assert "3 for, 0 against, 0 abstained" in page and "Every application is decided" in page


def test_change_brings_the_form_back_with_everything_typed(client, programme, session, reviewed):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    client.sign_in(programme.secretary)
    checked = press(client, url, "check", **decision(reason='Көп "сөз" <айтылды>\nэки сап'))
    fields = dict(form_fields(checked.text).items())
    back = client.post(url, data=fields | {"change": "1"})
    kept = form_fields(back.text)
    assert kept["reason"].replace("\r", "") == 'Көп "сөз" <айтылды>\nэки сап'
    assert (kept["amount"], kept["outcome"], kept["votes_for"]) == ("200 000,00", "selected", "3")
    assert count(Decision) == 0


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"amount": "-1"}, "This cannot be less than zero."),
        ({"amount": "0"}, "Enter the amount that is awarded."),
        ({"amount": ""}, "Enter the amount that is awarded."),
        ({"amount": "200000,001"}, "At most 2 digits after the comma."),
        ({"amount": "200 001"}, "At most 200 000 som can be awarded."),
        ({"amount": "9" * 12}, "can be awarded."),
        ({"amount": "9" * 24}, "Enter a number"),
        ({"votes_for": "4"}, "At most 3 may vote on this application."),
        ({"votes_for": "1", "votes_against": "1"}, "here 1 are for, 1 against"),
        ({"votes_against": "-1"}, "This cannot be less than zero."),
        ({"reason": " "}, "Fill this in."),
        ({"outcome": "postponed"}, "Not a valid choice."),
        ({"outcome": None}, "Fill this in."),
    ],
)
def test_a_decision_is_refused_at_the_field_and_nothing_is_lost(client, programme, session, reviewed, typed, message):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    client.sign_in(programme.secretary).speak("en")
    data = {name: value for name, value in decision(**typed).items() if value is not None}
    answer = press(client, url, "record", **data)
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert kept["amount"] == data["amount"] and kept["votes_for"] == data["votes_for"]
    assert count(Decision) == 0 and reviewed.status is ApplicationStatus.REVIEWED


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"amount": "200 001"}, "At most 200 000 som can be awarded."),
        ({"amount": "0"}, "Enter the amount that is awarded."),
        ({"votes_for": "4"}, "At most 3 may vote on this application."),
        ({"votes_for": "1", "votes_against": "1"}, "here 1 are for, 1 against"),
    ],
)
def test_what_cannot_be_recorded_does_not_reach_the_check(client, programme, session, reviewed, typed, message):
    client.sign_in(programme.secretary).speak("en")
    answer = press(client, f"/council/{session.id}/decide/{reviewed.id}", "check", **decision(**typed))
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert 'name="record"' not in answer.text and form_fields(answer.text)["amount"] == decision(**typed)["amount"]


def test_no_more_than_the_call_has_is_awarded(client, programme):
    call = programme.make_past_call(budget=300_000 * SOM, grant_ceiling=250_000 * SOM)
    first, second = (programme.make_application(ApplicationStatus.REVIEWED, call=call) for _ in range(2))
    session = programme.make_session(call)
    client.sign_in(programme.secretary).speak("en")
    assert press(client, f"/council/{session.id}/decide/{first.id}", "record", **decision()).status_code == 303
    answer = press(client, f"/council/{session.id}/decide/{second.id}", "record", **decision())
    assert answer.status_code == 422 and "Only 100 000 som are left to award." in text_of(answer.text)
    assert count(Decision) == 1


def test_without_a_quorum_nothing_is_decided(client, programme, session, reviewed):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    client.sign_in(programme.secretary).speak("en")
    early = dict(form_fields(client.get(url).text).items())
    council_sessions.record_attendance(session, [], actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    typed = decision(votes_for="0") | {"room": "", "record": "1"}
    answer = client.post(url, data=early | typed)
    assert answer.status_code == 422 and "There is no quorum" in answer.text
    assert form_fields(answer.text)["reason"].strip() == typed["reason"], "what was typed is kept"
    page = client.get(url).text
    assert f"/council/{session.id}/attendance" in page and "Tick who is present" in page
    assert 'name="check"' not in page and "/discuss" not in page
    assert count(Decision) == 0


def test_an_application_of_another_call_is_not_there(client, programme, session):
    other = programme.make_application(ApplicationStatus.SUBMITTED)
    client.sign_in(programme.secretary)
    for row_id in (other.id, 999999):
        url = f"/council/{session.id}/decide/{row_id}"
        assert client.get(url).status_code == 404
        assert client.post(url, data=_token(client) | decision() | {"record": "1"}).status_code == 404
    assert count(Decision) == 0


def test_the_chair_signs_and_the_protocol_is_frozen(client, programme, session, reviewed):
    client.sign_in(programme.council_chair).speak("en")
    page = f"/council/{session.id}"
    assert "You can sign when every reviewed application is decided." in client.get(page).text
    press(client.sign_in(programme.secretary), f"{page}/decide/{reviewed.id}", "record", **decision())
    client.sign_in(programme.council_chair)
    assert "You sign 1 decisions with 200 000 som awarded in all." in text_of(client.get(page).text)
    assert client.submit(page, action=f"{page}/sign").location == f"/letters{page.replace('council', 'sessions')}"
    assert session.status is SessionStatus.SIGNED and session.call.status is CallStatus.DECIDED
    assert count(Protocol) == 1
    assert f"{page}/sign" not in client.get(page).text
    for locale in ("ky", "ru", "en"):
        answer = client.speak(locale).get(f"{page}/protocol")
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)
        assert session.protocol.number in text and reviewed.number in text
    there = client.sign_in(programme.secretary).speak("en").get(f"{page}/attendance").text
    assert "can only be put right by a corrected protocol" in text_of(there)
    assert programme.council_chair.display_name in there and "<form" not in there.split("<main", 1)[1]


def test_the_chair_reads_the_whole_protocol_before_signing_it(client, programme, session, reviewed):
    address = f"/council/{session.id}/unsigned.pdf"
    client.sign_in(programme.council_chair).speak("en")
    assert client.get(address).status_code == 404  # nothing is decided
    motion = Motion(DecisionOutcome.SELECTED, 200_000 * SOM, TEXT, votes_for=3)
    decisions.decide(session, reviewed, motion, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    assert address in client.get(f"/council/{session.id}").text
    text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(client.get(address).data)).pages)
    assert "not signed" in text and reviewed.number in text
    assert session.protocol is None
    client.sign_in(programme.secretary)
    assert client.get(address).status_code == 403
    programme.tie(reviewed, programme.council_chair)
    db.session.commit()
    client.sign_in(programme.council_chair).speak("en")
    assert client.get(address).status_code == 403
    assert address not in client.get(f"/council/{session.id}").text


def test_signing_too_early_is_refused_in_words(client, programme, session, reviewed):
    client.sign_in(programme.council_chair).speak("en")
    answer = client.post(f"/council/{session.id}/sign", data=_token(client), follow_redirects=True)
    assert "There is no decision yet." in answer.text
    assert count(Protocol) == 0 and session.status is SessionStatus.OPEN


def _token(client):
    """The hidden fields of any form of the signed-in user."""
    fields = form_fields(client.get("/account").text)
    return {name: fields[name] for name in ("csrf_token", "idempotency_key")}


def test_only_the_chair_signs_and_only_the_secretary_decides(client, programme, session, reviewed):
    secretary, chair = client.sign_in(programme.secretary), programme.council_chair
    assert secretary.post(f"/council/{session.id}/sign", data=_token(client)).status_code == 403
    client.sign_in(chair)
    for path in ("attendance", f"decide/{reviewed.id}"):
        assert client.get(f"/council/{session.id}/{path}").status_code == 403
    assert client.get(f"/council/calls/{session.call_id}/new").status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role not in OFFICE])
def test_nobody_else_enters_the_council(client, programme, session, role):
    client.sign_in(programme.user_of(role))
    pages = [f"/council{path}" for path in ("", f"/{session.id}", f"/{session.id}/protocol")]
    for path in [*pages, f"/rankings/{session.call_id}", f"/rankings/{session.call_id}/reviewers"]:
        assert client.get(path).status_code == 403


def test_an_open_session_shows_the_latest_decisions_and_all_when_asked(
    client, programme, call, session, reviewed, monkeypatch
):
    """Sums count all of them either way."""
    monkeypatch.setattr(blueprint, "LATEST", 1)
    other = programme.make_application("reviewed", call=call)
    for one in (reviewed, other):
        motion = Motion(DecisionOutcome.REJECTED, None, f"Себеби {one.number}: {TEXT}", 3, 0, 0)
        decisions.decide(session, one, motion, actor=Actor(programme.secretary), now=clock.now())
    client.sign_in(programme.secretary).speak("en")
    page = client.get(f"/council/{session.id}").text
    assert f"Себеби {other.number}" in page and f"Себеби {reviewed.number}" not in page
    assert "The latest 1 of 2 decisions." in page
    page = client.get(f"/council/{session.id}?decisions=all").text
    assert all(f"Себеби {one.number}" in page for one in (reviewed, other)) and "The latest" not in page


def test_an_unsigned_session_has_no_protocol(client, programme, session):
    assert client.sign_in(programme.secretary).get(f"/council/{session.id}/protocol").status_code == 404


def test_empty_pages_say_what_will_stand_there(client, programme):
    client.sign_in(programme.secretary).speak("en")
    assert "No session yet" in client.get("/council").text
    assert "Nothing to rank yet" in client.get(f"/rankings/{programme.call.id}").text


@pytest.mark.parametrize("how", ["interest", "member"])
@pytest.mark.parametrize("role", [Role.COUNCIL_CHAIR, Role.SECRETARY])
def test_who_has_a_tie_sees_no_score_of_that_application(client, programme, call, reviewed, session, role, how):
    reader, tied = programme.user_of(role), reviewed
    pages = [f"/rankings/{call.id}", f"/council/{session.id}"]
    if role is Role.SECRETARY:
        pages.append(f"/council/{session.id}/decide/{tied.id}")
    row = next(one for one in rankings.rank(call) if one.application.id == tied.id)
    with use_locale("en"):
        score = number_text(row.points / 100, 2)
    client.sign_in(reader).speak("en")
    assert all(score in text_of(client.get(page).text) for page in pages)
    if how == "interest":
        programme.tie(tied, reader)
    else:
        associations.add_member(
            tied.association,
            reader.person,
            MembershipRole.MEMBER,
            since_on=clock.bishkek_day(clock.now()),
            actor=None,
            now=clock.now(),
        )
    for page in pages:
        text = text_of(client.get(page).text)
        said = "1 application is left out for you" if "rankings" in page else "You are out of the room"
        assert said in text and score not in text


def test_what_is_on_its_way_is_not_listed_to_who_has_a_tie_and_waited_for_all_the_same(client, programme, call):
    on_its_way = programme.make_application(ApplicationStatus.IN_REVIEW, call=call)
    session = programme.make_session(call)
    for one in decisions.undecided(session):
        motion = Motion(DecisionOutcome.REJECTED, None, TEXT, 3)
        decisions.decide(session, one, motion, actor=Actor(programme.secretary), now=clock.now())
    page, seen = f"/council/{session.id}", {}
    for is_tied in (False, True):
        if is_tied:
            for user in (programme.secretary, programme.council_chair):
                programme.tie(on_its_way, user)
        for user in (programme.secretary, programme.council_chair):
            shown = text_of(client.sign_in(user).speak("en").get(page).text)
            assert "You sign 1 decisions" not in shown
            said = ("1 still on their way", "1 wait for a decision")
            seen[user, is_tied] = (on_its_way.title in shown, *(one in shown for one in said))
    assert {seen[one] for one in seen if not one[1]} == {(True, True, False)}
    assert {seen[one] for one in seen if one[1]} == {(False, False, True)}


@pytest.mark.parametrize("role", OFFICE)
def test_when_a_closed_application_comes_to_be_reviewed_does_not_show(client, programme, call, session, role):
    """It waits, out of the room, from its submission to the decision; who has no tie sees it come."""
    coming = programme.make_application(ApplicationStatus.SUBMITTED, call=call)
    reader, free = programme.make_user(role), programme.make_user(role)
    programme.tie(coming, reader)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    pages = [f"/council/{session.id}{end}" for end in ("", "/projector", *(["/agenda"] * (role is Role.SECRETARY)))]
    steps = (
        lambda: None,
        lambda: screenings.screen(coming, ScreeningOutcome.ELIGIBLE, reason="", **by),
        lambda: [programme.assign(coming, one) for one in programme.reviewers],
        lambda: programme.review(assignments.of_application(coming)[0]),
        lambda: programme.review(assignments.of_application(coming)[1]),
    )
    shown = {reader: [], free: []}
    for step in steps:
        step()
        db.session.commit()
        for user, seen in shown.items():
            client.sign_in(user).speak("en")
            seen.append([text_of(client.get(page).text) for page in pages])
    assert coming.status is ApplicationStatus.REVIEWED and shown[free][0] != shown[free][-1]
    assert all(one == shown[reader][0] for one in shown[reader])
    whole, wall, *_ = shown[reader][0]
    assert "2 wait for a decision" in whole and "2 applications wait" in wall
    assert f"{coming.number} · {coming.association.name('en')}: You are out of the room" in whole
    decisions.decide(session, coming, Motion(DecisionOutcome.REJECTED, None, TEXT, 3), **by)
    db.session.commit()
    assert "1 wait for a decision" in text_of(client.sign_in(reader).get(pages[0]).text)


def test_the_page_says_when_a_session_that_is_still_to_come_can_be_signed(client, programme, call, reviewed):
    session = programme.make_session(call, now=clock.now() + timedelta(days=2))
    here = f"/council/{session.id}"
    press(client.sign_in(programme.secretary), f"{here}/decide/{reviewed.id}", "record", **decision())
    client.sign_in(programme.council_chair).speak("en")
    shown = client.get(here).text
    assert "its protocol is signed on that day or after it" in text_of(shown) and f"{here}/sign" not in shown
    with clock.at(clock.now() + timedelta(days=2)):
        assert f"{here}/sign" in client.get(here).text


def test_before_the_attendance_and_for_a_second_session_the_page_leads_on(client, programme, call, reviewed):
    sitting = council_sessions.convene(
        call,
        held_on=clock.bishkek_day(clock.now()),
        place="Ош",
        seats=3 + len(programme.reviewers),
        actor=Actor(programme.secretary),
        now=clock.now(),
    )
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    page = client.get(f"/council/{sitting.id}/decide/{reviewed.id}").text
    assert "Decisions need more than half of the seats." in text_of(page)
    assert f"/council/{sitting.id}/attendance" in page
    again = client.get(f"/council/calls/{call.id}/new").text
    assert "A session on this call is open already." in text_of(again)
    assert f'href="/council/{sitting.id}"' in again and 'name="place"' not in again
