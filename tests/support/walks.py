"""Several people at their own browsers: each signs in once and sends the forms of the pages."""

import io

from tests.support import pages


class Walk:
    """Signs people in and sends forms; every sent form must lead on (303)."""

    def __init__(self, app, programme):
        self.app, self.programme = app, programme
        self.clients = {}

    def as_(self, user):
        if user.id not in self.clients:
            self.clients[user.id] = self.app.test_client().sign_in(user).speak("ky")
        return self.clients[user.id]

    def send(self, user, url, **changes):
        answer = self.as_(user).submit(url, **changes)
        assert answer.status_code == 303, f"{url}: {answer.status_code}\n{errors_on(answer.text)}"
        return answer.headers["Location"]

    def send_checked(self, user, url, **changes):
        """Send a form that is shown once more to be checked, then record it."""
        checked = self.as_(user).submit(url, **changes)
        assert checked.status_code == 200, errors_on(checked.text)
        form = pages.choose_form(checked.text, url, None)
        answer = self.as_(user).post(url, data=pages.filled(form, {"record": "1"}))
        assert answer.status_code == 303, errors_on(answer.text)

    def press(self, user, page, action):
        """Press the button of `page` that posts to `action`."""
        answer = self.as_(user).submit(page, action=action)
        assert answer.status_code == 303, f"{action}: {answer.status_code}"
        shown = self.as_(user).get(answer.headers["Location"]).text
        assert "govuk-error-summary" not in shown and "ash-flash--error" not in shown, errors_on(shown)

    def file(self, made):
        return io.BytesIO(made.content), made.filename


def errors_on(page):
    return [part.split("<")[0].strip() for part in page.split("govuk-error-message")[1:]] or page[-1500:]
