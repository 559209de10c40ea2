import pytest

from emulators.stack.longest_chain import Delay, Stage, find_longest_chain
from tests.support.specs import NOON, minutes

STAGES = (
    Stage("group", "put group"),
    Stage("long", "put long|create long", ("group",)),
    Stage("short", "create short", ("group",)),
    Stage("last", "create last", ("short",)),
    Stage("pods", r"(start|pull) (?P<each>pod-\d)", ("long",)),
)


def delay(name: str, start: float, end: float) -> Delay:
    return Delay(name, NOON + minutes(start), NOON + minutes(end))


@pytest.mark.parametrize(
    ("delays", "chain", "last"),
    [
        pytest.param([], [], "", id="no delays"),
        pytest.param(
            [delay("put group", 0, 1), delay("put long", 1, 2), delay("create long", 2, 3)],
            ["put group", "put long", "create long"],
            "long",
            id="one after the other",
        ),
        pytest.param(
            [delay("put group", 0, 1), delay("create long", 1, 4), delay("create last", 4, 6)],
            ["put group", "create long"],
            "long",
            id="what was asked for later than it could have been follows nothing",
        ),
        pytest.param(
            [delay("put group", 0, 1), delay("create short", 1, 3), delay("create last", 8, 9)],
            ["put group", "create short", "create last"],
            "last",
            id="pauses between are the client's own",
        ),
        pytest.param(
            [delay("put group", 0, 1), delay("scan of an autoscaler", 1, 9)],
            ["put group"],
            "group",
            id="what no stage names is not needed",
        ),
        pytest.param(
            [
                *(delay("create long", 0, 1), delay("start pod-1", 1, 4)),
                *(delay("start pod-2", 1, 2), delay("pull pod-2", 2, 6)),
            ],
            ["create long", "start pod-2", "pull pod-2"],
            "pods",
            id="of several pods the slowest counts, and not all of them",
        ),
        pytest.param(
            [delay("put group", -1, 1), delay("create long", 1, 2), delay("create last", 8, 11)],
            ["create long"],
            "long",
            id="what lies outside does not count",
        ),
    ],
)
def test_the_longest_chain_follows_what_needs_what(
    delays: list[Delay], chain: list[str], last: str
):
    found = find_longest_chain(STAGES, delays, NOON, NOON + minutes(10))
    assert [d.name for d in found.delays] == chain
    assert found.last == last or not chain


def test_its_length_is_the_sum_of_its_delays():
    delays = [delay("put group", 0, 1), delay("create short", 3, 5)]
    found = find_longest_chain(STAGES, delays, NOON, NOON + minutes(10))
    assert found.seconds == 180
