"""Channels: the secretary keeps the list; who records money chooses from what is offered."""

import pytest

from app.services import channels
from tests.support.pages import text_of

pytestmark = pytest.mark.either_database
NEW = {
    **{"name_ky": "Телефон тиркемеси", "name_ru": "Приложение телефона", "name_en": "Phone app"},
    **{"reference_ky": "номери", "reference_ru": "номер", "reference_en": "number in the app"},
    **{"evidence": "statement", "position": "2"},
}


def test_the_secretary_adds_changes_and_retires_a_channel(english, programme):
    english.sign_in(programme.secretary)
    assert english.submit("/channels/new", **NEW).status_code == 303
    row = channels.of_code("phone_app")
    assert row is not None and not row.names_sender
    edit = f"/channels/{row.id}/edit"
    assert english.submit(edit, name_en="App of a phone", names_sender="y").status_code == 303
    assert (row.name_en, row.names_sender, row.position) == ("App of a phone", True, 2)
    page = english.submit(edit, name_en="Bank transfer")
    assert page.status_code == 422 and "The list has a channel of this name already." in text_of(page.text)
    assert english.submit("/channels", action=f"/channels/{row.id}/retire").status_code == 303
    assert "retired" in text_of(english.get("/channels").text)
    grant = programme.make_grant()
    english.sign_in(programme.chair_of(grant.association))
    offered = english.get(f"/grants/{grant.id}/contributions/new").text
    assert 'value="bank"' in offered and 'value="phone_app"' not in offered
    assert "Money transfer system: transfer number (MTCN)" in text_of(offered)


def test_what_was_changed_meanwhile_is_shown_to_the_second(english, programme):
    row = channels.of_code("bank")
    assert row is not None
    english.sign_in(programme.secretary)
    stale = english.submit(f"/channels/{row.id}/edit", name_en="Bank to bank", version=str(row.version + 1))
    assert stale.status_code == 409 and "Bank to bank" in stale.text
    assert row.name_en == "Bank transfer"
