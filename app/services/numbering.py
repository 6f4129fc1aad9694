"""People-facing numbers: gapless within a series, given inside the transaction."""

from sqlalchemy.exc import IntegrityError

from models.base import db
from models.numbering import NumberSeries


def next_number(prefix: str, year: int) -> str:
    """The next number of a series, e.g. "A-2026-0007"."""
    name = f"{prefix}-{year}"
    last = db.session.execute(
        db.update(NumberSeries)
        .where(NumberSeries.name == name)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    ).scalar()
    if last is None:
        try:
            with db.session.begin_nested():
                db.session.add(NumberSeries(name=name, last=0))
        except IntegrityError:  # another transaction started the series a moment ago
            pass
        return next_number(prefix, year)
    return f"{name}-{last:04d}"
