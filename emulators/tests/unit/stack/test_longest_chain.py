import pytest

from emulators.stack.longest_chain import Delay, find_longest_chain
from tests.support.specs import NOON, minutes


def delay(name: str, start: float, end: float) -> Delay:
    return Delay(name, NOON + minutes(start), NOON + minutes(end))


@pytest.mark.parametrize(
    ("delays", "chain"),
    [
        pytest.param([], [], id="no delays"),
        pytest.param([delay("a", 0, 1), delay("b", 1, 2)], ["a", "b"], id="one after the other"),
        pytest.param([delay("a", 0, 5), delay("b", 1, 2)], ["a"], id="side by side: the longer"),
        pytest.param(
            [delay("a", 0, 5), delay("b", 0, 3), delay("c", 3, 7)],
            ["b", "c"],
            id="two short ones outweigh a long one",
        ),
        pytest.param(
            [delay("early", -1, 1), delay("a", 1, 2), delay("late", 8, 11)],
            ["a"],
            id="what lies outside does not count",
        ),
    ],
)
def test_the_longest_chain_is_the_heaviest_without_overlap(delays, chain):
    found = find_longest_chain(delays, NOON, NOON + minutes(10))
    assert [d.name for d in found] == chain
