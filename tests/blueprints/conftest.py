"""What the tests of many views begin with."""

import pytest

from models.applications import Application, ApplicationStatus
from models.calls import Call
from models.council_sessions import CouncilSession
from tests.factories import Programme
from tests.support.clients import Client


@pytest.fixture
def english(client: Client) -> Client:
    return client.speak("en")


@pytest.fixture
def draft(programme: Programme) -> Application:
    """An application of which nothing is filled in yet."""
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def call(programme: Programme) -> Call:
    """A call whose deadline is past."""
    return programme.make_past_call()


@pytest.fixture
def reviewed(programme: Programme, call: Call) -> Application:
    """An application of `call` that waits for the Council."""
    return programme.make_application(ApplicationStatus.REVIEWED, call=call)


@pytest.fixture
def session(programme: Programme, call: Call, reviewed: Application) -> CouncilSession:
    """An open session on `call`, with `reviewed` on its agenda."""
    return programme.make_session(call)
