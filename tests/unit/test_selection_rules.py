"""The rules of a selection stand in four places: on the call, in what a protocol keeps, in what is read from it, and
in what the arithmetic asks for. A ninth rule has to come into all of them."""

from dataclasses import fields

from app.services import protocols
from app.services.selection_rules import Prescribed
from models.calls import Call
from reports.protocol_content import Rules


def test_every_rule_is_a_column_of_a_call_kept_by_its_protocol_and_read_from_it() -> None:
    asked = {name for name, value in vars(Prescribed).items() if isinstance(value, property)}
    assert len(asked) >= 8
    assert {one.name for one in fields(Rules)} == asked
    assert {*protocols.RULES, "ranks_by"} == asked
    assert asked <= set(Call.__table__.columns.keys())
