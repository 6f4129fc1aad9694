"""The database handle, the declarative base and the column types every table uses.

Instants are aware UTC. Money is integer minor units beside its ISO currency code, never a float.
SQLite tables are STRICT, so the compilers below translate every type to what STRICT allows.
"""

import enum
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.orm.exc import StaleDataError

STRICT: dict[str, Any] = {"sqlite_strict": True}
LOCALES = ("ky", "ru", "en")
BASE_CURRENCY = "KGS"

write_intent: ContextVar[bool] = ContextVar("write_intent", default=True)
"""Whether the next SQLite transaction takes the write lock at once (BEGIN IMMEDIATE). GET and `reading` clear it."""


@compiles(sa.String, "sqlite")
@compiles(sa.Unicode, "sqlite")
@compiles(sa.Enum, "sqlite")
@compiles(sa.DateTime, "sqlite")
@compiles(sa.Date, "sqlite")
@compiles(sa.JSON, "sqlite")
def _as_text(type_: Any, compiler: Any, **kw: Any) -> str:
    return "TEXT"


@compiles(sa.Boolean, "sqlite")
@compiles(sa.BigInteger, "sqlite")
@compiles(sa.SmallInteger, "sqlite")
def _as_integer(type_: Any, compiler: Any, **kw: Any) -> str:
    return "INTEGER"


@compiles(sa.Float, "sqlite")
def _as_real(type_: Any, compiler: Any, **kw: Any) -> str:
    return "REAL"


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant. A naive datetime is refused rather than guessed at."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(sa.types.TypeDecorator[Decimal]):
    """A decimal kept digit for digit: text on SQLite (which has no decimal type), NUMERIC elsewhere."""

    impl = sa.Numeric(24, 8)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(sa.String(40) if dialect.name == "sqlite" else sa.Numeric(24, 8))

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ValueError(f"not a finite Decimal: {value!r}")
        return format(value, "f") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        if value is None:
            return None
        number = Decimal(value)
        return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


class JsonDocument(sa.types.TypeDecorator[Any]):
    """A JSON document (JSONB on PostgreSQL), written with sorted keys so that equal content is equal text."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else sa.JSON())


Texts = Mapping[str, str]
"""One text in the three languages: {"ky": …, "ru": …, "en": …}."""

Id = Annotated[int, mapped_column(sa.BigInteger, primary_key=True)]
Minor = Annotated[int, mapped_column(sa.BigInteger)]
"""Integer minor units of the currency named by the row (tyiyn, cents, whole won)."""
Currency = Annotated[str, mapped_column(sa.String(3))]
Json = Annotated[Any, mapped_column(JsonDocument)]
LongText = Annotated[str, mapped_column(sa.Text)]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)
    __table_args__: Any = STRICT
    type_annotation_map = {  # noqa: RUF012
        str: sa.String(400),
        int: sa.BigInteger,
        datetime: UTCDateTime,
        date: sa.Date,
        Decimal: ExactDecimal,
        enum.Enum: sa.Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=True,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


Locked = TypeVar("Locked", bound=Base)
BESIDE: list[Callable[[sa.orm.Session], None]] = []
"""What a session writes beside its objects: at every flush, before them, and before the commit."""


class Session(FlaskSession):
    """A session that also flushes what waits beside its objects, even when no object is changed."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        for write in BESIDE:
            write(self)
        super().flush(objects)


@sa.event.listens_for(Session, "before_commit")
def _write_the_rest(session: sa.orm.Session) -> None:
    session.flush()  # a commit flushes only when an object is changed


db = SQLAlchemy(session_options={"class_": Session})
Base.metadata.info["bind_key"] = None  # Flask-SQLAlchemy then uses the one engine for our tables


class NamedInThree:
    """Mixin: a proper name in Kyrgyz, Russian and English."""

    name_ky: Mapped[str] = mapped_column(sa.String(200))
    name_ru: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str] = mapped_column(sa.String(200))

    @property
    def names(self) -> Texts:
        """The name in every language, as data that are frozen keep it."""
        return {"ky": self.name_ky, "ru": self.name_ru, "en": self.name_en}

    def name(self, locale: str) -> str:
        return self.name_ky if locale == "ky" else self.name_ru if locale == "ru" else self.name_en


class Versioned:
    """Mixin: optimistic locking. A stale UPDATE matches no row and raises `StaleDataError`."""

    version: Mapped[int] = mapped_column(sa.Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


def text_in(texts: Texts, locale: str) -> str:
    """The text in `locale`, or in the first language that has one."""
    return texts.get(locale) or next((texts[code] for code in LOCALES if texts.get(code)), "")


def canonical_json(content: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, UTF-8; the form that is hashed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(content: str | bytes) -> str:
    """SHA-256 in 64 hexadecimal digits; of a text, that of its UTF-8 bytes."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def round_half_up(value: Decimal) -> int:
    """The nearest integer, halves away from zero (domain.md section 6: once, at the end)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@contextmanager
def reading() -> Iterator[None]:
    """Inside, everything is read as of one moment and nobody is kept from writing.

    One transaction that keeps nothing: on SQLite a deferred BEGIN (in WAL mode a snapshot), on PostgreSQL REPEATABLE
    READ READ ONLY. The transaction that is open at the beginning ends: what was flushed and not committed is dropped.
    """
    db.session.rollback()
    intent = write_intent.set(False)
    try:
        if db.session.get_bind().dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            db.session.connection(execution_options=options)
        yield
    finally:
        db.session.rollback()
        write_intent.reset(intent)


def _holds_all() -> bool:
    """Whether a transaction that writes keeps everybody else from writing, from its beginning to its end."""
    return db.session.get_bind().dialect.name == "sqlite"


def as_it_is(attribute: sa.orm.InstrumentedAttribute[Any], row: Any) -> Any:
    """The value of a column as others have left it by now, without a lock. For SQLite see `lock`."""
    if _holds_all():
        return getattr(row, attribute.key)
    return db.session.scalar(_one_column(attribute), {"row_id": row.id})


@lru_cache
def _one_column(attribute: sa.orm.InstrumentedAttribute[Any]) -> sa.Select[Any]:
    return sa.select(attribute).where(attribute.class_.id == sa.bindparam("row_id"))


def written_out(attribute: sa.orm.InstrumentedAttribute[Any], *values: Any) -> sa.ColumnElement[bool]:
    """Whether a column holds one of `values`, which stand in the statement itself and not beside it.

    Only so SQLite sees that a partial index holds every row that is asked for; the index says it letter by letter.
    """
    kind: Any = attribute.type
    if len(values) == 1:
        return attribute == sa.literal(values[0], kind, literal_execute=True)
    return attribute.in_(sa.bindparam(None, sorted(values), kind, expanding=True, literal_execute=True))


def waiting_index(name: str, *columns: str, where: str) -> sa.Index:
    """An index of the few rows that wait for somebody, found however many have been dealt with."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def lock(row: Base) -> None:
    """Take the row lock and read the row anew, with whatever was changed meanwhile.

    SQLite needs neither: a writing transaction holds the one write lock from its beginning (BEGIN IMMEDIATE), so
    nothing it has read can have been changed since.
    """
    if not _holds_all():
        db.session.refresh(row, with_for_update={"of": type(row)})  # not what was joined to it


def lock_all(table: type[Any], *conditions: sa.ColumnElement[bool]) -> frozenset[int]:
    """Take the locks of the rows under these conditions in the order of their ids; answers the ids.

    The rows are not read: who changes one afterwards reads it anew. For SQLite see `lock`.
    """
    query = sa.select(table.id).where(*conditions).order_by(table.id)
    return frozenset(db.session.scalars(query.with_for_update(of=table)))


def lock_as_read(row: Any) -> None:
    """As `lock`, of a versioned row a page was held against: what was true when it was read has to be true still.

    Raises `StaleDataError`, as the write itself would, when somebody changed the row between reading and locking it.
    """
    seen = row.version
    lock(row)
    if row.version != seen:
        raise StaleDataError(f"{row.__tablename__} was changed since it was read")


def locked(table: type[Locked], row_id: int) -> Locked | None:
    """The row with its lock, read anew; None when there is none. For SQLite see `lock`."""
    if _holds_all():
        return db.session.get(table, row_id)
    return db.session.get(table, row_id, with_for_update=True, populate_existing=True)


def lock_name(name: str) -> None:
    """Take a lock on a name until the transaction ends, where there is no row to lock yet. SQLite holds it already."""
    if not _holds_all():
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_number_of(name, 8))))


def lock_numbers(name: str, numbers: Sequence[int]) -> None:
    """As `lock_name`, of things of that name with these numbers, in the order in which they are given."""
    if not _holds_all():
        for number in numbers:
            db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_number_of(name, 4), number)))


def _number_of(name: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:size], signed=True)
