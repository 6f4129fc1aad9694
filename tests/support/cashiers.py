"""A finance officer over plain HTTP who records instalments one after the other, also while the server dies."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict

from tests.support.pages import choose_form

PATIENCE = 30
"""Seconds an answer may take before it counts as none."""


@dataclass
class Cashier:
    """Records 1 som after 1 som on a fund; each has a reference of its own, and is sent again until it is answered.

    `acknowledged` are the references the server said it has kept, `answers` every other answer (status 0: none).
    """

    site: str
    headers: Mapping[str, str]
    fund_id: int
    name: str
    acknowledged: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    sent: int = 0
    _waiting: "tuple[str, MultiDict[str, str]] | None" = None

    @property
    def path(self) -> str:
        return f"/funds/{self.fund_id}/instalments/new"

    def record(self) -> bool:
        """Try once: the form that waits for an answer, else a new one. True when it was acknowledged now."""
        if self._waiting is None:
            status, page, _where = self._ask("GET", None)
            if status != 200:
                self.answers.append(status)
                return False
            self.sent += 1
            reference = f"{self.name}-{self.sent:05d}"
            fields = choose_form(page, self.path).fields.copy()
            fields.setlist("amount", ["1"])
            fields.setlist("received_on", [self.day])
            fields.setlist("bank_reference", [reference])
            self._waiting = reference, fields
        reference, fields = self._waiting
        status, page, where = self._ask("POST", fields)
        if status == 303 and where == f"/funds/{self.fund_id}":
            self.acknowledged.append(reference)
            self._waiting = None
            return True
        self.answers.append(status)
        return False

    day = "12.10.2026"

    def _ask(self, method: str, fields: "MultiDict[str, str] | None") -> tuple[int, str, str]:
        """(status, page, where to go next) of an answer; (0, "", "") without one."""
        parts = urlsplit(self.site)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        headers = dict(self.headers)
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(list(fields.items(multi=True)))
        try:
            connection.request(method, self.path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            return answer.status, page, urlsplit(answer.headers.get("Location", "")).path
        except (OSError, http.client.HTTPException):
            return 0, "", ""
        finally:
            connection.close()
