"""Channels: the programme's list of the ways money travels."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import channels
from app.services.channels import ChannelInput
from app.web.access import actor, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page, guard_version
from forms.channels import ChannelForm
from models.channels import Channel, EvidenceKind

bp = Blueprint("channels", __name__, url_prefix="/channels")


@bp.get("")
@requires(GET=Permission.CHANNEL_MANAGE)
def index() -> ResponseReturnValue:
    """Every channel, those offered first."""
    return render_template("channels/index.html", rows=channels.listed())


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.CHANNEL_MANAGE, POST=Permission.CHANNEL_MANAGE)
def new() -> ResponseReturnValue:
    """Put a channel on the list."""
    form = _form(position=len(channels.listed()) + 1)
    if form.validate_on_submit() and attempt(form, lambda: channels.add(_input(form), actor=actor(), now=clock.now())):
        return finish(url_for(".index"), gettext("The channel is on the list."))
    return form_page("channels/new.html", form)


@bp.route("/<int:channel_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.CHANNEL_MANAGE, POST=Permission.CHANNEL_MANAGE)
def edit(channel_id: int) -> ResponseReturnValue:
    """Change what it is called and what its papers show."""
    row = load(Channel, channel_id, Permission.CHANNEL_MANAGE)
    held = _held(row)
    form = _form(**held)
    guard_version(form, row, _as_read(row), url_for(".edit", channel_id=row.id))
    if form.validate_on_submit() and attempt(
        form, lambda: channels.change(row, _input(form), actor=actor(), now=clock.now())
    ):
        return finish(url_for(".index"), gettext("The channel is changed."))
    return form_page("channels/edit.html", form, row=row)


def _form(**held: Any) -> ChannelForm:
    form = ChannelForm(data=held)
    form.evidence.choices = [(one.value, label_text(one)) for one in EvidenceKind]
    return form


def _held(row: Channel) -> dict[str, Any]:
    """What the form shows of a channel: {field: value}."""
    held: dict[str, Any] = {f"name_{locale}": text for locale, text in row.names.items()}
    held |= {f"reference_{locale}": text for locale, text in row.reference_label.items()}
    held |= {"names_sender": row.names_sender, "names_receiver": row.names_receiver}
    return held | {"evidence": row.evidence.value, "position": row.position}


def _as_read(row: Channel) -> dict[str, str]:
    """The same as a person reads it."""
    yes_no = {True: gettext("Yes"), False: gettext("No")}
    shown = {name: yes_no[value] if isinstance(value, bool) else str(value) for name, value in _held(row).items()}
    return shown | {"evidence": label_text(row.evidence)}


def _input(form: ChannelForm) -> ChannelInput:
    return ChannelInput(
        names=form.names(),
        reference_label=form.reference_label(),
        evidence=EvidenceKind(form.evidence.data),
        names_sender=form.names_sender.data,
        names_receiver=form.names_receiver.data,
        position=form.position.data,
    )


@bp.post("/<int:channel_id>/retire")
@requires(POST=Permission.CHANNEL_MANAGE)
def retire(channel_id: int) -> ResponseReturnValue:
    """Offer it no more."""
    row = load(Channel, channel_id, Permission.CHANNEL_MANAGE)
    message = gettext("The channel is retired. What was recorded by it stays.")
    return act_on_button(lambda: channels.retire(row, actor=actor(), now=clock.now()), url_for(".index"), message)


@bp.post("/<int:channel_id>/offer")
@requires(POST=Permission.CHANNEL_MANAGE)
def offer(channel_id: int) -> ResponseReturnValue:
    """Offer it again."""
    row = load(Channel, channel_id, Permission.CHANNEL_MANAGE)
    message = gettext("The channel is offered again.")
    return act_on_button(lambda: channels.offer(row, actor=actor(), now=clock.now()), url_for(".index"), message)
