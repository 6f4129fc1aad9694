"""The quorum: whole people or households, never less than the share asked for."""

from hypothesis import given
from hypothesis import strategies as st

from app.services.quorums import Quorum

numbers = st.integers(min_value=1, max_value=100_000)
percents = st.integers(min_value=1, max_value=100)


def test_half_of_an_odd_number_is_rounded_up():
    assert Quorum(40, 81, 50).needed == 41
    assert not Quorum(40, 81, 50).is_reached
    assert Quorum(41, 81, 50).is_reached


@given(numbers, percents)
def test_what_is_needed_carries_the_share_and_one_less_does_not(entitled, percent):
    needed = Quorum(0, entitled, percent).needed
    assert needed * 100 >= entitled * percent > (needed - 1) * 100
    assert 1 <= needed <= entitled
