"""The asset register: every lasting thing the grants paid for, fund by fund, with what was last seen of it."""

from itertools import groupby

from app.labels import label_text
from app.localisation import Money
from app.localisation import gettext as _
from models.assets import Asset, AssetStatus
from models.base import db
from models.funds import Fund
from models.grants import Grant
from reports.statements.data import Cell, Column, Reader, Statement, Subject, Table, som


def gather(reader: Reader) -> Statement:
    """Everything that was not refused, by fund, association and number."""
    query = (
        db.select(Asset)
        .join(Asset.grant)
        .join(Grant.fund)
        .join(Fund.donor)
        .where(Asset.status != AssetStatus.REFUSED, Grant.id.not_in(reader.without))
        .options(
            db.contains_eager(Asset.grant).joinedload(Grant.association),
            db.contains_eager(Asset.grant).contains_eager(Grant.fund).contains_eager(Fund.donor),
            db.selectinload(Asset.checks),
        )
        .order_by(Fund.code, Grant.id, Asset.id)
    )
    found = list(db.session.scalars(query))
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
        tables=[_table(fund.code, list(rows), reader) for fund, rows in groupby(found, lambda one: one.grant.fund)]
        or [_table("", [], reader)],
    )


def _table(code: str, rows: list[Asset], reader: Reader) -> Table:
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
        rows=[_row(one, reader.locale) for one in rows],
        total=(*[None] * 7, som([one.value for one in rows if one.is_live])),
        empty=_("Nothing is entered yet"),
        subjects=[Subject("assets", one.id) for one in rows],
        note=_("The total is of what the associations have."),
    )


def _row(asset: Asset, locale: str) -> tuple[Cell, ...]:
    status = label_text(asset.end_kind) if asset.end_kind else label_text(asset.status)
    return (
        asset.number,
        asset.name if asset.quantity == 1 else _("%(name)s, %(count)s alike", name=asset.name, count=asset.quantity),
        asset.grant.number,
        asset.grant.association.name(locale),
        asset.kept_at,
        status,
        _seen(asset),
        Money(asset.value),
    )


def _seen(asset: Asset) -> str:
    last = asset.last_check
    if asset.lacks_emblem:
        return _("Emblem missing")
    return label_text(last.condition) if last else _("not yet")
