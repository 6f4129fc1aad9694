"""A tie lasts: through an application handed in anew, the end of an interest, the words somebody dictated."""

import pytest

from app import clock
from app.services import applications, assignment_facts, assignments, conflicts
from app.services.actors import Actor
from models.reviews import ConflictKind
from models.users import Role
from tests.factories import TEXT


def test_what_was_declared_holds_for_what_the_applicant_hands_in_anew(programme):
    first = programme.make_application("eligible")
    reviewer, secretary = programme.reviewers[0], programme.make_user(Role.SECRETARY)
    asked = programme.assign(first, reviewer)
    kin = {"explanation": "Төраганын бир тууганымын.", "actor": Actor(reviewer), "now": clock.now()}
    assignments.declare(asked, ConflictKind.KINSHIP, **kin)
    programme.tie(first, secretary)
    chair = Actor(programme.chair_of(first.association))
    applications.withdraw(first, reason=TEXT, actor=chair, now=clock.now())
    second = programme.make_application("eligible", association=first.association, call=first.call)

    for user in (reviewer, secretary):
        assert conflicts.hindrance(second, user) == conflicts.REASONS[conflicts._DECLARED]
        assert conflicts.ties_of(user).has(second) and second.id in conflicts.closed_to(user, first.call)
    assert conflicts.free_among(second, [reviewer.id, programme.reviewers[1].id]) == {programme.reviewers[1].id}
    (planned,) = assignment_facts.asked(first.call)
    assert (planned.id, planned.interested) == (second.id, {reviewer.id, secretary.id})
    another = programme.make_application("eligible")
    assert conflicts.hindrance(another, secretary) == "" and not conflicts.ties_of(secretary).has(another)


def test_in_another_call_somebody_may_judge_the_applicant_again(programme):
    first = programme.make_application("eligible")
    programme.tie(first, programme.reviewers[0])
    later = programme.make_application("eligible", association=first.association, call=programme.make_call())
    assert conflicts.hindrance(later, programme.reviewers[0]) == ""


@pytest.mark.parametrize("who", ["secretary", "council_chair"])
def test_what_was_dictated_is_closed_to_who_has_a_tie(client, programme, who):
    draft = programme.make_application("draft", association=programme.association, is_complete=False)
    dictation, reader = programme.dictate(programme.association), getattr(programme, who)
    by = {"actor": Actor(programme.operator, programme.association, dictation), "now": clock.now()}
    applications.save_section(draft, "problem", {"problem": "Суу жок, бакчалар куурайт."}, **by)
    pages = [f"/dictations/{dictation.id}{page}" for page in ("", "/receipt.pdf")]
    client.sign_in(reader)
    assert [client.get(one).status_code for one in pages] == [200, 200]
    assert f"/dictations/{dictation.id}" in client.get("/dictations?all=1").text
    programme.tie(draft, reader)
    client.sign_in(reader)
    assert [client.get(one).status_code for one in pages] == [403, 403]
    assert f"/dictations/{dictation.id}" not in client.get("/dictations?all=1").text
    client.sign_in(programme.operator)
    assert [client.get(one).status_code for one in pages] == [200, 200]


def test_a_tie_that_arises_while_one_reviews_closes_the_file(client, programme):
    application = programme.make_application("in_review")
    asked = assignments.of_application(application)[0]
    reviewer = asked.reviewer
    assignments.declare(asked, None, actor=Actor(reviewer), now=clock.now())
    client.sign_in(reviewer)
    assert client.get(f"/reviews/{asked.id}/edit").status_code == 200
    reviewer.person.village_id = application.association.village_id
    client.sign_in(reviewer)
    answer = client.get(f"/reviews/{asked.id}/edit")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/assignments/{asked.id}/answer")
    assert client.get(answer.headers["Location"]).status_code == 200
