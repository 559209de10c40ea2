"""Nodes that follow replicas are told on the timeline, with what they cost."""

import pytest

from domain.environment.gpu_usage import GpuNodes, RecordGpuNodes
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.environment.scaling_events import record_scaling
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes, spec_body

SIZE = "Standard_NC24ads_A100_v4"


def noted(nodes: int, minute: float, size: str = SIZE) -> RecordGpuNodes:
    at = NOON + minutes(minute)
    seen = GpuNodes(region="westeurope", at=at, nodes=nodes, vm_size=size if nodes else "")
    return RecordGpuNodes(seen=(seen,))


def serving(phase: Phase = Phase.READY, autoscale: bool = True) -> EnvironmentRecord:
    workload = spec_body()["workload"] | ({"autoscale": {"max": 3}} if autoscale else {})
    record = a_record(a_request(spec=a_spec(workload=workload)))
    first = record_scaling(record.model_copy(update={"phase": phase}), noted(1, 1))
    assert first
    return first


def test_more_nodes_are_told_with_their_price():
    record = record_scaling(serving(), noted(3, 2))
    assert record
    event = record.events[-1]
    price = event.evidence["westeurope"]["usdPerHourBefore"] if event.evidence else 0
    assert event.type == "GpuNodesScaled"
    assert event.message == (
        f"westeurope: 3 GPU nodes, 1 before; {3 * price:.3f} USD per hour, {price:.3f} before."
    )
    assert price > 1


def test_no_nodes_cost_nothing():
    record = record_scaling(serving(), noted(0, 2))
    assert record
    assert record.events[-1].evidence
    assert record.events[-1].evidence["westeurope"]["usdPerHour"] == 0


def test_without_a_price_the_count_is_told():
    record = serving()
    for number, minute in ((2, 2), (3, 3)):
        record = record_scaling(record, noted(number, minute, "Standard_Unknown"))
        assert record
    assert record.events[-1].message == "westeurope: 3 GPU nodes, 2 before."


@pytest.mark.parametrize(
    ("record", "nodes"),
    [
        (serving(), 1),
        (serving(autoscale=False), 3),
        (serving(Phase.UPDATING), 3),
    ],
    ids=["as many", "nothing scales", "an operation changes them"],
)
def test_other_counts_are_recorded_without_a_word(record: EnvironmentRecord, nodes: int):
    changed = record_scaling(record, noted(nodes, 2))
    assert changed
    assert changed.events == record.events


def test_what_is_no_news_changes_nothing():
    assert record_scaling(serving(), noted(3, 1)) is None
