"""Signs to look at: on the list and on the contribution's pages; who may not open the other side is not told whose."""

from datetime import timedelta

import pytest

from app import clock
from models.base import db
from models.signs import SignFinding
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database


def test_an_officer_looks_at_a_pair_and_says_so(english, programme):
    grant, other = programme.make_grant("active"), programme.make_grant("active")
    day = clock.bishkek_day(clock.now()) - timedelta(days=3)
    first, second = (
        programme.make_contribution(one, sent_on=day, reference=number)
        for one, number in ((grant, "A-10001"), (other, "B-10001"))
    )
    english.sign_in(programme.chair_of(grant.association))
    own = text_of(english.get(f"/contributions/{first.id}").text)
    assert "a contribution to another grant" in own and other.number not in own
    english.sign_in(programme.monitor)
    assert other.number in text_of(english.get(f"/contributions/{first.id}/verify").text)
    assert "nobody has looked at it yet" in text_of(english.get("/signs").text)
    page = f"/contributions/{second.id}/signs/twin/{first.id}"
    assert english.submit(page, reason="").status_code == 422
    assert english.submit(page, reason="Two transfers, both slips seen.").status_code == 303
    assert db.session.scalars(db.select(SignFinding)).one().found_by_id == programme.monitor.id
    assert "looked at: nothing is wrong" in text_of(english.get("/signs").text)
    assert "Two transfers, both slips seen." in text_of(english.get(page).text)
    assert english.get(f"/contributions/{first.id}/signs/twin/{second.id}").status_code == 404
