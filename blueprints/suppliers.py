"""Suppliers: the register, what is flagged of one, and two entries made one."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.audit_texts import action_text, details_of
from app.localisation import gettext
from app.policy import Permission
from app.services import audit, audit_subjects, conflicts, grants, supplier_flags, suppliers
from app.services.suppliers import Details
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.suppliers import MergeSupplierForm, SupplierForm
from models.suppliers import Supplier

bp = Blueprint("suppliers", __name__, url_prefix="/suppliers")
PAGE = 60
SHOWN = 12
FIELDS = ("name", "tax_number", "phone", "address", "account_number", "is_active")


def _without() -> frozenset[int]:
    return grants.tied(conflicts.kept_from(signed_in_user()))


@bp.get("")
@requires(GET=Permission.SUPPLIER_READ)
def index() -> ResponseReturnValue:
    """Who was paid most, by words or numbers."""
    words, page = request.args.get("q", "")[:100], max(1, request.args.get("page", 1, type=row_number))
    rows = suppliers.listed(words, _without(), page=page, size=PAGE + 1)
    return render_template("suppliers/index.html", rows=rows[:PAGE], words=words, page=page, has_more=len(rows) > PAGE)


@bp.get("/<int:supplier_id>")
@requires(GET=Permission.SUPPLIER_READ)
def show(supplier_id: int) -> ResponseReturnValue:
    """One supplier with what it was paid and what is flagged, grant by grant."""
    row = load(Supplier, supplier_id, Permission.SUPPLIER_READ)
    papers = suppliers.of_supplier(row, _without())
    paid = list(dict.fromkeys(one.grant for one in papers))
    return render_template(
        "suppliers/show.html",
        row=row,
        papers=papers,
        flags=[(grant, supplier_flags.of_grant(row, grant)) for grant in paid[:SHOWN]],
        others=[] if row.merged_into else suppliers.alike(row.name, suppliers.details_of(row), besides=row.id),
        acts=audit_subjects.latest(conflicts.ties_of(signed_in_user()), None, SHOWN, audit.subject_of(row)),
        action_text=action_text,
        details_of=details_of,
    )


@bp.route("/<int:supplier_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.SUPPLIER_KEEP, POST=Permission.SUPPLIER_KEEP)
def edit(supplier_id: int) -> ResponseReturnValue:
    """Finance corrects what is known."""
    row = load(Supplier, supplier_id, Permission.SUPPLIER_KEEP)
    stored, here = {name: getattr(row, name) for name in FIELDS}, url_for(".edit", supplier_id=supplier_id)
    form = SupplierForm(data=stored)
    guard_version(form, row, in_words(SupplierForm(None, data=stored)), here)
    if form.validate_on_submit() and attempt(form, lambda: _save(row, form)):
        return finish(url_for(".show", supplier_id=supplier_id), gettext("The supplier is changed."))
    return form_page("suppliers/edit.html", form, row=row)


def _save(row: Supplier, form: SupplierForm) -> None:
    details = Details(**{name: form[name].data or "" for name in FIELDS[1:-1]})
    now = clock.now()
    suppliers.save(row, form.name.data, details, is_active=form.is_active.data, actor=actor(), now=now)


@bp.route("/<int:supplier_id>/merge", methods=["GET", "POST"])
@requires(GET=Permission.SUPPLIER_KEEP, POST=Permission.SUPPLIER_KEEP, fresh=True)
def merge(supplier_id: int) -> ResponseReturnValue:
    """This entry and another one are the same supplier."""
    row, form = load(Supplier, supplier_id, Permission.SUPPLIER_KEEP), MergeSupplierForm()
    others = {str(one.id): one for one in suppliers.standing(besides=row.id)}
    form.into.choices = [("", gettext("Choose")), *((key, one.name) for key, one in others.items())]
    if form.validate_on_submit() and attempt(form, lambda: _merge(row, others[form.into.data], form)):
        message = gettext("The two entries are one supplier now.")
        return finish(url_for(".show", supplier_id=int(form.into.data)), message)
    return form_page("suppliers/merge.html", form, row=row)


def _merge(row: Supplier, into: Supplier, form: MergeSupplierForm) -> None:
    suppliers.merge(row, into, reason=form.reason.data or "", actor=actor(), now=clock.now())
