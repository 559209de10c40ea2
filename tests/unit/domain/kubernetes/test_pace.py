from datetime import timedelta

import pytest

from domain.kubernetes.observation import Observation, PodObservation
from domain.kubernetes.pace import decide_delay
from tests.support.specs import NOON, minutes

READY = PodObservation(name="llm-0", phase="Running", ready=True)
LOADS = PodObservation(name="llm-1", phase="Running", ready=False)
STARTS = PodObservation(name="llm-2", phase="Pending", ready=False, reason="ContainerCreating")
CRASHES = PodObservation(name="llm-3", phase="Running", ready=False, reason="CrashLoopBackOff")
NO_NODE = PodObservation(name="llm-4", phase="Pending", ready=False, reason="Unschedulable")
OLD = PodObservation(name="llm-5", phase="Running", ready=False, is_of_latest_template=False)


@pytest.mark.parametrize(
    ("pods", "after", "delay"),
    [
        pytest.param([], 0.5, 5, id="no pod yet"),
        pytest.param([READY], 3, 10, id="something else is missing"),
        pytest.param([STARTS], 0.5, 5, id="an image may be on the node already"),
        pytest.param([STARTS], 1.1, 10, id="an image is pulled"),
        pytest.param([STARTS], 5, 15, id="an image is pulled for long"),
        pytest.param([READY, LOADS], 0.5, 2.5, id="a model loads"),
        pytest.param([LOADS], 3, 5, id="a model loads after a pull"),
        pytest.param([LOADS], 20, 7.5, id="a model loads for long"),
        pytest.param([LOADS, STARTS], 3, 10, id="the slower pod decides"),
        pytest.param([CRASHES], 3, 10, id="a crash loop is no load"),
        pytest.param([NO_NODE], 3, 10, id="a node is missing"),
        pytest.param([READY, OLD], 3, 10, id="pods of an older version"),
        pytest.param([LOADS], 39.999, 1, id="never a busy loop"),
    ],
)
def test_looks_are_closer_near_the_end(pods: list[PodObservation], after: float, delay: float):
    observation = Observation(pods=tuple(pods))
    deadline = NOON + timedelta(minutes=40)
    found = decide_delay(observation, NOON + minutes(after), NOON, deadline)
    assert found == pytest.approx(delay)
