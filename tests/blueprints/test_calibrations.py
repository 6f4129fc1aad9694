"""Calibration: reviewers judge two past applications for practice, compare without names, and nothing of it counts."""

import pytest
import sqlalchemy as sa

from app import clock
from app.services import calibrations, conflicts, rankings, reviewers, workloads
from app.services.actors import Actor
from app.services.errors import DomainError, SeparationOfDutyError
from app.services.reviews import Judgement
from models.applications import ApplicationStatus
from models.base import db
from models.calibrations import CalibrationReview
from models.calls import CallStatus
from models.notifications import Notification
from models.reviews import Review, Score
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.shelf import kept

WHY = "Айыл жыйынында талкууланган, баары жазылган, далилдер жетиштүү."


@pytest.fixture
@kept
def past(programme):
    """Two decided applications of past calls."""
    return [programme.make_application(status) for status in (ApplicationStatus.SELECTED, ApplicationStatus.REJECTED)]


@pytest.fixture
def chosen(programme, past):
    ids = [one.id for one in past]
    return calibrations.choose(programme.call, ids, actor=Actor(programme.secretary), now=clock.now())


def hand_in(calibration, user, level):
    judgements = {one.key: Judgement(level, WHY) for one in calibration.call.criteria}
    return calibrations.submit(calibration, judgements, "", actor=Actor(user), now=clock.now())


def test_the_secretary_chooses_two_and_every_reviewer_is_told(client, programme, past):
    secretary, call = client.sign_in(programme.secretary).speak("en"), programme.call
    assert "Nothing chosen yet" in secretary.get(f"/calibrations/calls/{call.id}").text
    url = f"/calibrations/calls/{call.id}/choose"
    one = secretary.submit(url, applications=[str(past[0].id)])
    assert one.status_code == 422 and "Choose two applications." in one.text
    assert secretary.submit(url, applications=[str(one.id) for one in past]).status_code == 303
    assert {one.application_id for one in calibrations.of_call(call)} == {one.id for one in past}
    told = db.session.scalars(db.select(Notification.user_id).where(Notification.message.contains("for practice")))
    assert set(told) == {one.id for one in programme.reviewers}
    assert "0 of 2" in text_of(secretary.get(f"/calibrations/calls/{call.id}").text)


def test_where_a_reviewer_has_a_tie_nothing_is_chosen(programme, past):
    programme.tie(past[0], programme.reviewers[0])
    assert [one.id for one in calibrations.candidates(programme.call, programme.secretary)] == [past[1].id]
    with pytest.raises(DomainError):
        calibrations.choose(programme.call, [one.id for one in past], actor=Actor(programme.secretary), now=clock.now())


def test_a_reviewer_judges_and_only_then_sees_the_others_without_names(client, programme, chosen):
    me, other = programme.reviewers
    hand_in(chosen[0], other, 2)
    client.sign_in(me).speak("en")
    result, edit = f"/calibrations/calls/{programme.call.id}/result", f"/calibrations/{chosen[0].id}/edit"
    assert "Nothing to compare yet" in client.get(result).text
    assert edit in client.get("/calibrations").text
    keys = [one.key for one in programme.call.criteria]
    typed = {f"level_{key}": "5" for key in keys} | {f"justification_{key}": WHY for key in keys}
    assert client.submit(edit, **{**typed, f"justification_{keys[0]}": "кыска"}, save="1").status_code == 303
    short = client.submit(edit, submit="1")
    assert short.status_code == 422 and "at least 40 characters" in short.text.lower()
    assert client.submit(edit, **typed, submit="1").location == result
    page = text_of(client.get(result).text)
    assert "100.00" in page and "70.00" in page and "60.00" in page  # own, mean, spread
    assert other.display_name not in page
    assert client.get(edit).location == result
    found = calibrations.compare(programme.call, me, conflicts.NO_TIES)[0].criteria[0]
    assert (found.own, dict(found.others), found.mean) == (5, {1: 0, 2: 1, 3: 0, 4: 0, 5: 0}, 2)
    secretary = client.sign_in(programme.secretary).speak("en").get(f"/calibrations/calls/{programme.call.id}").text
    assert "1 of 2" in text_of(secretary) and me.display_name in secretary


def test_it_counts_nowhere(programme, chosen):
    before = {one.application_id: rankings.rank(one.application.call) for one in chosen}
    scores, written = (db.session.scalar(db.select(sa.func.count()).select_from(of)) for of in (Score, Review))
    today = clock.bishkek_day(clock.now())
    loads = workloads.of_all(today, conflicts.NO_TIES)
    for calibration in chosen:
        for user in programme.reviewers:
            hand_in(calibration, user, 1)
    assert {one.application_id: rankings.rank(one.application.call) for one in chosen} == before
    assert workloads.of_all(today, conflicts.NO_TIES) == loads
    assert scores == db.session.scalar(db.select(sa.func.count()).select_from(Score))
    assert written == db.session.scalar(db.select(sa.func.count()).select_from(Review))


def test_what_is_handed_in_stays_and_the_choice_with_it(programme, chosen, past):
    me = programme.reviewers[0]
    hand_in(chosen[0], me, 3)
    with pytest.raises(DomainError):
        hand_in(chosen[0], me, 4)
    with pytest.raises(DomainError):
        calibrations.choose(programme.call, [one.id for one in past], actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    for change in (sa.update(CalibrationReview).values(comment="башка"), sa.delete(CalibrationReview)):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            db.session.execute(change)
        db.session.rollback()


def test_nothing_is_chosen_once_reviews_have_begun(client, programme, past):
    secretary, url = client.sign_in(programme.secretary).speak("en"), f"/calibrations/calls/{programme.call.id}/choose"
    form = dict(form_fields(secretary.get(url).text))
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    assert application.call_id == programme.call.id
    answer = secretary.post(url, data=form | {"applications": [str(one.id) for one in past]})
    assert answer.status_code == 422 and "nobody was asked for a review yet" in answer.text
    assert secretary.get(url).location == f"/calibrations/calls/{programme.call.id}"
    assert "No calibration in this call" in secretary.get(f"/calibrations/calls/{programme.call.id}").text


def test_who_got_a_tie_meanwhile_does_not_see_it(client, programme, chosen):
    me = programme.reviewers[0]
    programme.tie(chosen[0].application, me)
    client.sign_in(me).speak("en")
    assert client.get(f"/calibrations/{chosen[0].id}/edit").status_code == 403
    with pytest.raises(DomainError):
        hand_in(chosen[0], me, 3)


@pytest.mark.parametrize("of", ["one", "both"])
def test_how_it_was_judged_is_not_shown_to_who_got_a_tie_meanwhile(client, programme, chosen, of):
    """Neither to a secretary, who counts who has handed in without it too, nor to a reviewer who judged it."""
    me, other = programme.reviewers
    secretary, call = programme.make_user(Role.SECRETARY), programme.call
    for user, level in ((me, 2), (other, 5)):
        hand_in(chosen[0], user, level)
    db.session.commit()
    pages = {secretary: f"/calibrations/calls/{call.id}", me: f"/calibrations/calls/{call.id}/result"}
    for user, page in pages.items():
        shown = text_of(client.sign_in(user).speak("en").get(page).text)
        assert "70.00" in shown and "60.00" in shown  # mean, spread
        for calibration in chosen[: 1 if of == "one" else 2]:
            programme.tie(calibration.application, user)
            db.session.commit()
        shown = text_of(client.get(page).text)
        assert "70.00" not in shown and "60.00" not in shown
    shown = text_of(client.sign_in(secretary).get(pages[secretary]).text)
    assert "left out for you" in shown and "Nothing chosen yet" not in shown
    assert ("0 of 1" in shown) is (of == "one") and "of 2" not in shown and "1 of" not in shown


def say_no(call, user):
    values = {"is_available": False, "most": 1, "wishes": (), "rather_not": ()}
    reviewers.save_part(call, user, **values, actor=Actor(user), now=clock.now())


def test_who_does_not_judge_in_the_call_neither_reads_nor_writes(client, programme, chosen):
    me, page = programme.reviewers[0], f"/calibrations/{chosen[0].id}/edit"
    client.sign_in(me).speak("en")
    form = dict(form_fields(client.get(page).text))
    say_no(programme.call, me)
    db.session.commit()
    assert client.get(page).status_code == 404
    assert client.post(page, data=form | {"save": "1"}).status_code == 404
    with pytest.raises(SeparationOfDutyError):
        hand_in(chosen[0], me, 3)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CalibrationReview)) == 0


def test_once_the_call_is_decided_only_who_handed_in_still_opens_it(client, programme, chosen):
    me, other = programme.reviewers
    hand_in(chosen[0], me, 3)
    programme.call.status = CallStatus.DECIDED
    db.session.commit()
    page = f"/calibrations/{chosen[0].id}/edit"
    assert client.sign_in(me).get(page).location == f"/calibrations/calls/{programme.call.id}/result"
    assert client.sign_in(other).get(page).status_code == 404
