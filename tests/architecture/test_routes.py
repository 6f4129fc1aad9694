"""Every route is opened on purpose, speaks kebab-case and types its ids."""

import re

import pytest
from flask import Flask

from app.policy import Permission
from app.web.access import PUBLIC
from tests.support.clients import Client

WRITES = ("POST", "PUT", "PATCH", "DELETE")
PUBLIC_ENDPOINTS = frozenset(
    {
        "accounts.set_locale",
        "accounts.sign_in",
        "calls.public_index",
        "calls.public_show",
        "health.healthz",
        "health.readyz",
        "lost_devices.report",
        "paper_forms.empty",
        "paper_forms.guide",
        "remitter_links.certificate",
        "remitter_links.enter",
        "remitter_links.photo",
        "remitter_links.show",
        "second_factors.enter",
    }
)
"""Open to everybody. A new one is added here on purpose, with a second pair of eyes."""


def test_every_view_names_its_permission_for_each_method(app: Flask) -> None:
    wrong = []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if rule.endpoint == "static" or access == PUBLIC:
            continue
        named = set(access or ())
        if named != (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            wrong.append(f"{rule.endpoint}: methods {sorted(rule.methods or ())}, opened {sorted(named)}")
        if not all(isinstance(one, Permission) for one in (access or {}).values()):
            wrong.append(f"{rule.endpoint}: not a permission")
    assert not wrong
    assert len(list(app.url_map.iter_rules())) > 60


def test_who_is_let_in_without_signing_in(app: Flask) -> None:
    found = {name for name, view in app.view_functions.items() if getattr(view, "access", None) == PUBLIC}
    assert found == PUBLIC_ENDPOINTS


def test_addresses_are_kebab_case_with_typed_ids(app: Flask) -> None:
    wrong = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for part in rule.rule.strip("/").split("/"):
            if part.startswith("<"):
                is_fine = re.fullmatch(r"<int:[a-z_]+>|<any\([^)]+\):[a-z_]+>|<string:[a-z_]+>|<[a-z_]+_key>", part)
            else:
                is_fine = re.fullmatch(r"[a-z0-9]*(-[a-z0-9]+)*(\.(pdf|xlsx|csv|json))?", part)
            if not is_fine:
                wrong.append(rule.rule)
    assert not wrong


def test_no_route_reads_and_writes_by_get(app: Flask) -> None:
    """What changes something is a POST; a form's page is GET and POST of one address."""
    strange = [rule.rule for rule in app.url_map.iter_rules() if (rule.methods or set()) & {"PUT", "PATCH", "DELETE"}]
    assert not strange


def test_endpoints_are_noun_and_verb(app: Flask) -> None:
    wrong = [name for name in app.view_functions if name != "static" and not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)]
    assert not wrong


@pytest.mark.parametrize("path", ["/nowhere", "/applications/999999", "/sign-in/more"])
def test_security_headers_are_on_every_page(client: Client, path: str) -> None:
    response = client.get(path)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
