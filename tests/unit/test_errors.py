"""Refusals of the domain: several at once, the first of which is raised."""

import pytest

from app.services.errors import DomainError, IncompleteError, refuse_all


def test_the_first_problem_brings_the_others_with_it() -> None:
    first, second, third = IncompleteError("a", field="x"), DomainError("b", field="y"), DomainError("c")
    with pytest.raises(IncompleteError) as raised:
        refuse_all(iter([first, second, third]))
    assert raised.value is first
    assert list(raised.value.others) == [second, third]


def test_no_problem_is_no_refusal() -> None:
    refuse_all(iter(()))
    assert DomainError("a").others == ()
