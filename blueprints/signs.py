"""Signs to look at: contributions that are near alike, money that comes back to the one who sent it."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import conflicts, signs, users
from app.services.signs import Sign
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import attempt, finish, form_page
from forms.signs import SignForm
from models.contributions import Contribution
from models.expenditures import Expenditure

bp = Blueprint("signs", __name__)
JUDGE = Permission.SIGN_JUDGE


@bp.get("/signs")
@requires(GET=JUDGE)
def index() -> ResponseReturnValue:
    """Every sign: those nobody has looked at first."""
    page = max(1, request.args.get("page", 1, type=row_number))
    found = signs.listed(conflicts.kept_from(signed_in_user()), page)
    return render_template(
        "signs/index.html",
        found=found,
        page=page,
        names=users.names_of(one.finding.found_by_id for one in found.rows if one.finding),
    )


@bp.route("/contributions/<int:contribution_id>/signs/twin/<int:twin_id>", methods=["GET", "POST"])
@requires(GET=JUDGE, POST=JUDGE)
def judge_twin(contribution_id: int, twin_id: int) -> ResponseReturnValue:
    """Two contributions side by side."""
    load(Contribution, contribution_id, JUDGE)
    load(Contribution, twin_id, JUDGE)  # neither for who has a tie to it
    return _judge(signs.find(contribution_id, twin_id=twin_id) or abort(404))


@bp.route("/contributions/<int:contribution_id>/signs/spending/<int:expenditure_id>", methods=["GET", "POST"])
@requires(GET=JUDGE, POST=JUDGE)
def judge_circle(contribution_id: int, expenditure_id: int) -> ResponseReturnValue:
    """What came beside what was paid."""
    load(Contribution, contribution_id, JUDGE)
    load(Expenditure, expenditure_id, JUDGE)
    return _judge(signs.find(contribution_id, expenditure_id=expenditure_id) or abort(404))


def _judge(sign: Sign) -> ResponseReturnValue:
    form = SignForm()
    if form.validate_on_submit() and attempt(
        form, lambda: signs.judge(sign, reason=form.reason.data or "", actor=actor(), now=clock.now())
    ):
        return finish(url_for("signs.index"), gettext("It is kept that you looked at it."))
    names = users.names_of([sign.finding.found_by_id] if sign.finding else [])
    return form_page("signs/show.html", form, sign=sign, names=names)
