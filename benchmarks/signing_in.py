"""Clients of the demonstration's people, signed in through the real form, and what they send."""

import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.services.second_factors import STEP
from seeds import demonstration
from tests.support.pages import form_fields


def sign_in(app: Flask, username: str) -> FlaskClient:
    """A client signed in through the real form."""
    client = app.test_client()
    password = next(one.password for one in demonstration.sign_ins() if one.password)
    fields = form_fields(client.get("/sign-in").get_data(as_text=True)).to_dict()
    answer = client.post("/sign-in", data={**fields, "name": username, "password": password})
    if answer.status_code == 303 and "/sign-in/code" in answer.location:
        answer = _give_code(client, answer.location)
    if answer.status_code != 303:
        raise RuntimeError(f"{username} cannot sign in: {answer.status_code}")
    client.post("/language", data={"locale": "ky", "csrf_token": fields["csrf_token"]})
    return client


def _give_code(client: FlaskClient, address: str) -> TestResponse:
    """The second step, with the code that the page of a demonstration shows; who was here just now waits for one."""
    for _turn in range(2):
        page = client.get(address).get_data(as_text=True)
        shown = re.search(r"ash-number__value\">(\d{6})<", page)
        answer = client.post(address, data={**form_fields(page).to_dict(), "code": shown[1] if shown else ""})
        if answer.status_code != 422:
            break
        time.sleep(STEP - time.time() % STEP)
    return answer


def get(client: FlaskClient, url: str) -> bytes:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status_code}")
    return answer.data


def sent(fields: Mapping[str, str]) -> dict[str, object]:
    """A filled form as it comes over the line: writing it so is the browser's work, and no cost of ours."""
    return {"data": urlencode(fields).encode(), "content_type": "application/x-www-form-urlencoded"}
