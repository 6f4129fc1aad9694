"""Telling who held office before that a payout account changes: a paper to hand over, and a note that it was told."""

import io

from flask import Blueprint, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import account_notices
from app.web.access import actor, load, requires, signed_in_user
from app.web.presentation import is_demonstration
from app.web.submissions import attempt, finish, form_page
from forms.account_notices import AccountNoticeForm
from models.account_notices import AccountNotice, NoticeWay
from models.associations import PayoutAccount
from reports import account_notices as notice_paper

bp = Blueprint("account_notices", __name__, url_prefix="/payout-accounts/<int:account_id>/notices")
RECORD = Permission.ACCOUNT_NOTICE_RECORD


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
def new(account_id: int) -> ResponseReturnValue:
    """Note who was told, on which day and how."""
    account = load(PayoutAccount, account_id, RECORD)
    form = _form(account)
    if form.validate_on_submit() and attempt(form, lambda: _record(account, form)):
        location = url_for("associations.show", association_id=account.association_id)
        return finish(location, gettext("It is noted that the change was told."))
    return form_page(
        "account_notices/new.html",
        form,
        account=account,
        contacts=account_notices.contacts(account),
        changes=account_notices.changes_before(account),
        problem=account_notices.obstacle(account, signed_in_user()),
    )


def _form(account: PayoutAccount) -> AccountNoticeForm:
    """Those who can be told by this reader, and the ways open to them."""
    own = signed_in_user().person_id
    form = AccountNoticeForm(told_on=clock.bishkek_day(clock.now()))
    people = [one for one in account_notices.contacts(account) if one.notice is None]
    form.person.choices = [(str(one.person.id), f"{one.person.full_name} ({label_text(one.office)})") for one in people]
    is_self = any(one.person.id == own for one in people)
    ways = [NoticeWay.SCREEN] if is_self else [NoticeWay.IN_PERSON, NoticeWay.PHONE]
    form.way.choices = [(one.value, label_text(one)) for one in ways]
    return form


def _record(account: PayoutAccount, form: AccountNoticeForm) -> AccountNotice:
    return account_notices.record(
        account,
        int(form.person.data),
        NoticeWay(form.way.data),
        form.told_on.data,
        actor=actor(account),
        now=clock.now(),
    )


@bp.get("/paper")
@requires(GET=RECORD)
def paper(account_id: int) -> ResponseReturnValue:
    """The notice to be printed, read out or handed over."""
    account = load(PayoutAccount, account_id, RECORD)
    data = notice_paper.gather(account, clock.now())
    made = notice_paper.to_pdf(data, current_locale(), demonstration=is_demonstration())
    name = f"account-{account.id}-{current_locale()}.pdf"
    return send_file(io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0)
