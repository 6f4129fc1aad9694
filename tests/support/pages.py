"""What a browser does with a page: read its forms, fill them in, send them."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from werkzeug.datastructures import MultiDict

from app.services.documents import Upload

SENT_AS_TYPED = ("text", "hidden", "password", "email", "tel", "search", "number", "date", "url", "time")


def sent(upload: Upload) -> tuple[io.BytesIO, str]:
    """A file as the client's form takes it."""
    return io.BytesIO(upload.content), upload.filename


@dataclass
class PageForm:
    """One form of a page: where it goes and what it holds. Files and unticked boxes have no value."""

    action: str
    method: str
    fields: "MultiDict[str, str]" = field(default_factory=MultiDict)
    names: set[str] = field(default_factory=set)
    buttons: list[str] = field(default_factory=list)

    @property
    def visible(self) -> set[str]:
        return self.names - {"csrf_token", "idempotency_key", "version"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._textarea = ""
        self._text: list[str] | None = None
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._multiple = False
        self._button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input":
            self._input(given)
        elif tag == "textarea":
            self._textarea, self._text = given.get("name", ""), []
        elif tag == "select":
            self._select, self._options, self._multiple = given.get("name", ""), [], "multiple" in given
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "button":
            self._button = True
            self._text = []
            if given.get("name"):  # sent only when it is the one that was pressed
                self._form.names.add(given["name"])

    def _input(self, given: Mapping[str, str]) -> None:
        assert self._form is not None
        name, kind = given.get("name", ""), given.get("type", "text").lower()
        if not name or "disabled" in given:
            return
        self._form.names.add(name)
        if kind in SENT_AS_TYPED:
            self._form.fields.add(name, given.get("value", ""))
        elif kind in ("checkbox", "radio") and "checked" in given:
            self._form.fields.add(name, given.get("value", "on"))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._form is None:
            return
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._textarea:
            text = "".join(self._text or []).removeprefix("\r\n").removeprefix("\n")
            self._form.names.add(self._textarea)
            self._form.fields.add(self._textarea, text)
            self._textarea, self._text = "", None
        elif tag == "select" and self._select:
            self._form.names.add(self._select)
            chosen = [value for value, selected in self._options if selected]
            if not chosen and self._options and not self._multiple:
                chosen = [self._options[0][0]]
            for value in chosen:
                self._form.fields.add(self._select, value)
            self._select = ""
        elif tag == "button" and self._button:
            self._form.buttons.append(" ".join("".join(self._text or []).split()))
            self._button, self._text = False, None


def forms_of(html: str) -> list[PageForm]:
    """Every form of a page, in order. What is around them is not read: pages are long, and tests read hundreds."""
    reader = _Reader()
    for part in re.findall(r"<form\b.*?</form>", html, flags=re.S):
        reader.feed(part)
    reader.close()
    return reader.forms


def choose_form(html: str, url: str, action: str | None = None) -> PageForm:
    """The form that goes to `action` (by default: the first POST form that goes back to the page itself).

    Raises `AssertionError` that names the forms there are.
    """
    wanted = urljoin(url, action) if action is not None else url.split("?")[0]
    found = [form for form in forms_of(html) if form.method == "post"]
    for form in found:
        target = urljoin(url, form.action)
        if target == wanted or (action is None and target.split("?")[0] == wanted):
            return form
    raise AssertionError(f"no form goes to {wanted}; there are: {[form.action or url for form in found]}")


def form_fields(html: str, action: str | None = None) -> "MultiDict[str, str]":
    """Every field of a page's form with its value, hidden ones too.

    Without `action`: the first POST form with a visible field, else the first with a hidden CSRF token and key.
    """
    if action is not None:
        return choose_form(html, "", action).fields
    found = [form for form in forms_of(html) if form.method == "post" and "idempotency_key" in form.names]
    assert found, "the page has no form"
    return next((form for form in found if form.visible), found[0]).fields


def filled(form: PageForm, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The form's data with `changes`; None takes a field out. Raises `AssertionError` for a field it does not have."""
    unknown = changes.keys() - form.names
    assert not unknown, f"the form has no field {sorted(unknown)}; it has {sorted(form.names)}"
    data: dict[str, Any] = {name: values if len(values) > 1 else values[0] for name, values in form.fields.lists()}
    data.update(changes)
    return {name: value for name, value in data.items() if value is not None}


def text_of(html: str) -> str:
    """What one reads on a page: no tags, single spaces."""
    body = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
