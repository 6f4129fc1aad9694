"""What the tests of many views begin with."""

import pytest

from models.applications import Application, ApplicationStatus
from tests.factories import Programme
from tests.support.clients import Client


@pytest.fixture
def english(client: Client) -> Client:
    return client.speak("en")


@pytest.fixture
def draft(programme: Programme) -> Application:
    """An application of which nothing is filled in yet."""
    return programme.make_application(ApplicationStatus.DRAFT, association=programme.association, is_complete=False)
