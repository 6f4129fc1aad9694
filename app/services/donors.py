"""Donors: who pays, with the code and the emblem their papers carry."""

from collections.abc import Mapping
from datetime import datetime

from app.localisation import N_
from app.services import audit
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError
from models.base import db
from models.funds import Donor, Emblem


def create(code: str, names: Mapping[str, str], emblem: Emblem, *, actor: Actor, now: datetime) -> Donor:
    """Register a donor. Raises `AlreadyUsedError` for a code in use."""
    _check_code(code, None)
    donor = Donor(code=code, name_ky=names["ky"], name_ru=names["ru"], name_en=names["en"], emblem=emblem)
    db.session.add(donor)
    db.session.flush()
    audit.record(actor, "donor.create", donor, now, code=code)
    return donor


def change(donor: Donor, code: str, names: Mapping[str, str], emblem: Emblem, *, actor: Actor, now: datetime) -> None:
    """Change code, names and emblem; reports finished before keep theirs. Raises as `create` does."""
    _check_code(code, donor)
    donor.code, donor.emblem = code, emblem
    donor.name_ky, donor.name_ru, donor.name_en = names["ky"], names["ru"], names["en"]
    db.session.flush()
    audit.record(actor, "donor.change", donor, now, code=code)


def listed() -> list[Donor]:
    """Every donor, by code."""
    return list(db.session.scalars(db.select(Donor).order_by(Donor.code)))


def _check_code(code: str, own: Donor | None) -> None:
    taken = db.session.scalar(db.select(Donor.id).where(Donor.code == code))
    if taken is not None and (own is None or taken != own.id):
        raise AlreadyUsedError(N_("This code is taken."), field="code")
