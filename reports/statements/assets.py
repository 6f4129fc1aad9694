"""The asset register: every lasting thing the grants paid for, fund by fund, with what was last seen of it."""

from dataclasses import dataclass
from itertools import groupby

from app.labels import label_text
from app.localisation import Money
from app.localisation import gettext as _
from models.assets import LIVE, Asset, AssetCheck, AssetEnd, AssetStatus, Condition, lacks_emblem
from models.associations import Association
from models.base import db
from models.funds import Donor, Emblem, Fund
from models.grants import Grant
from reports.statements.data import Cell, Column, Reader, Statement, Subject, Table, som


@dataclass(frozen=True)
class _Thing:
    """One thing in plain columns: a register of many thousands is read without its objects."""

    id: int
    number: str
    name: str
    quantity: int
    value: int
    kept_at: str
    status: AssetStatus
    end_kind: AssetEnd | None
    bears_emblem: bool
    why_bare: str
    grant: str
    association: str
    fund_id: int
    fund: str
    asked: Emblem
    condition: Condition | None
    emblem_seen: bool | None

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def lacks_emblem(self) -> bool:
        seen = self.bears_emblem if self.emblem_seen is None else self.emblem_seen
        return lacks_emblem(self.status, self.asked, seen, self.why_bare)


def gather(reader: Reader) -> Statement:
    """Everything that was not refused, by fund, association and number."""
    found = _things(reader)
    live = [one for one in found if one.is_live]
    return Statement(
        title=_("Asset register"),
        about=_("Every fund"),
        name="assets",
        reader=reader,
        facts=[
            (_("In the register"), len(live)),
            (_("Worth"), som([one.value for one in live])),
            (_("Wait to be confirmed"), sum(one.status is AssetStatus.RECORDED for one in live)),
            (_("Without the emblem they should bear"), sum(one.lacks_emblem for one in live)),
            (_("The associations have no more"), len(found) - len(live)),
        ],
        tables=[_table(code, list(rows)) for (code, _id), rows in groupby(found, lambda one: (one.fund, one.fund_id))]
        or [_table("", [])],
    )


_CHECK = db.aliased(AssetCheck)
_LAST_CHECK = db.select(db.func.max(_CHECK.id)).where(_CHECK.asset_id == Asset.id).correlate(Asset).scalar_subquery()


def _things(reader: Reader) -> list[_Thing]:
    name = {"ky": Association.name_ky, "ru": Association.name_ru}.get(reader.locale, Association.name_en)
    query = (
        db.select(
            *(Asset.id, Asset.number, Asset.name, Asset.quantity, Asset.value, Asset.kept_at, Asset.status),
            *(Asset.end_kind, Asset.bears_emblem, Asset.why_bare, Grant.number, name, Fund.id, Fund.code),
            *(Donor.emblem, AssetCheck.condition, AssetCheck.bears_emblem),
        )
        .join(Grant, Grant.id == Asset.grant_id)
        .join(Association, Association.id == Grant.association_id)
        .join(Fund, Fund.id == Grant.fund_id)
        .join(Donor, Donor.id == Fund.donor_id)
        .outerjoin(AssetCheck, AssetCheck.id == _LAST_CHECK)
        .where(Asset.status != AssetStatus.REFUSED, Grant.id.not_in(reader.without))
        .order_by(Fund.code, Grant.id, Asset.id)
    )
    return [_Thing(*row) for row in db.session.execute(query)]


def _table(code: str, rows: list[_Thing]) -> Table:
    return Table(
        title=_("Fund %(code)s", code=code) if code else _("What was entered"),
        columns=[
            Column(_("Number"), 1.9),
            Column(_("What it is"), 2.4),
            Column(_("Grant"), 1.9),
            Column(_("Association"), 2),
            Column(_("Where it is kept"), 1.9),
            Column(_("Status"), 1.6),
            Column(_("Seen last"), 1.5),
            Column(_("Worth"), 1.9, True),
        ],
        rows=[_row(one) for one in rows],
        total=(*[None] * 7, som([one.value for one in rows if one.is_live])),
        empty=_("Nothing is entered yet"),
        subjects=[Subject("assets", one.id) for one in rows],
        note=_("The total is of what the associations have."),
    )


def _row(thing: _Thing) -> tuple[Cell, ...]:
    status = label_text(thing.end_kind) if thing.end_kind else label_text(thing.status)
    return (
        thing.number,
        thing.name if thing.quantity == 1 else _("%(name)s, %(count)s alike", name=thing.name, count=thing.quantity),
        thing.grant,
        thing.association,
        thing.kept_at,
        status,
        _seen(thing),
        Money(thing.value),
    )


def _seen(thing: _Thing) -> str:
    if thing.lacks_emblem:
        return _("Emblem missing")
    return label_text(thing.condition) if thing.condition else _("not yet")
