"""Waits for one cell's Kubernetes: the one place that does.

1. Look at nodes, GPUs, pods and the public IP in one activity.
2. Let the domain decide: ready, wait, or give up with a diagnosis.
3. Report each condition as a step of its own.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.arm.managed_cluster import gpus_needed
from domain.durable import names
from domain.durable.inputs import ReadyWait, ResourceInput
from domain.environment.operation import OperationStatus
from domain.kubernetes.observation import Observation
from domain.kubernetes.readiness import (
    ConditionState,
    Readiness,
    ReadinessVerdict,
    decide_readiness,
)
from domain.outcomes import Outcome
from orchestrators.story import Steps, Story

LOOKS_PER_RUN = 60

LOOK_AGAIN_SECONDS = 5.0
"""After a look that failed, which says nothing about the cell."""

STEP_STATUS = {
    ConditionState.READY: OperationStatus.SUCCEEDED,
    ConditionState.WAITING: OperationStatus.RUNNING,
    ConditionState.FAILED: OperationStatus.FAILED,
}


def await_ready(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    wait = ReadyWait.from_wire(value)
    story = Story.open(context, wait.story)
    cell = ResourceInput(
        operation_id=story.ref.operation_id,
        kind="managedCluster",
        spec=wait.spec,
        region=wait.region,
    ).to_wire()
    reported: dict[str, tuple[OperationStatus, str]] = {}
    for _ in range(LOOKS_PER_RUN):
        looked = yield from story.call(names.GET_OBSERVATION, cell)
        if looked.failure and story.now >= story.ref.deadline:
            return looked.to_wire()
        delay = LOOK_AGAIN_SECONDS
        if looked.is_success:
            readiness = _decide(story, wait, Observation.from_wire(looked.result))
            _report(story, wait.region, readiness, reported)
            if readiness.verdict is not ReadinessVerdict.WAIT:
                return _conclude(readiness, looked).to_wire()
            delay = readiness.delay_seconds
        if not (yield from story.pause(delay)):
            return Outcome.canceled().to_wire()
    return story.go_on(value)


def _decide(story: Story, wait: ReadyWait, observation: Observation) -> Readiness:
    return decide_readiness(
        observation,
        wait.spec.workload.replicas,
        gpus_needed(wait.spec),
        story.now,
        wait.started_at,
        story.ref.deadline,
    )


def _conclude(readiness: Readiness, looked: Outcome) -> Outcome:
    if readiness.failure:
        return Outcome.failed(readiness.failure)
    seen = Observation.from_wire(looked.result)
    nodes = sum(node.ready for node in seen.nodes)
    return Outcome.succeeded(externalIp=seen.external_ip, nodes=nodes)


def _report(
    story: Story,
    region: str,
    readiness: Readiness,
    reported: dict[str, tuple[OperationStatus, str]],
) -> None:
    nodes_ready = readiness.nodes.state is ConditionState.READY
    conditions = {
        "nodes": readiness.gpu if nodes_ready else readiness.nodes,
        "externalIp": readiness.external_ip,
        "pods": readiness.pods,
    }
    for name, condition in conditions.items():
        news = (STEP_STATUS[condition.state], condition.detail)
        if reported.get(name) != news:
            reported[name] = news
            story.note(f"cell/{region}/{name}", news[0], detail=news[1])
