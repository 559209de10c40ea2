"""Waits until one cell's Kubernetes objects are ready; no other module does.

1. Read nodes, GPUs, pods and the public IP in one activity.
2. Let the domain decide: ready, wait, or give up with a diagnosis.
3. Report each condition as a step.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.arm.pacing import decide_read_delay
from domain.durable.inputs import ObservationInput, ReadyWait
from domain.durable.names import ActivityName
from domain.environment.step_keys import StepKey, again_step, cell_step
from domain.kubernetes.observation import Observation
from domain.kubernetes.readiness import (
    Condition,
    ConditionState,
    Readiness,
    ReadinessVerdict,
    decide_readiness,
)
from domain.outcomes import Outcome, Status
from orchestrators.activity_calls import call_activity
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.step_reports import report_step, report_step_result
from orchestrators.waiting import READS_PER_RUN, continue_as_new, sleep_unless_canceled

RETRY_READ_SECONDS = 5.0
"""Delay after a failed read, which says nothing about the cell."""

STEP_STATUS = {
    ConditionState.READY: Status.SUCCEEDED,
    ConditionState.WAITING: Status.RUNNING,
    ConditionState.FAILED: Status.FAILED,
}

type Reported = dict[str, tuple[Status, str]]


def await_ready(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    wait = ReadyWait.from_wire(value)
    operation = OperationContext.open(context, wait.operation)
    ref = operation.ref
    cell = ObservationInput(
        operation_id=ref.operation_id,
        environment=ref.environment,
        region=wait.region,
        certificate_domain=wait.demand.certificate_domain,
        is_next=wait.is_next,
    ).to_wire()
    reported: Reported = {}
    failures = 0
    for _ in range(READS_PER_RUN):
        outcome = yield from call_activity(operation, ActivityName.GET_OBSERVATION, cell)
        if outcome.failure and operation.is_overdue:
            report_step_result(operation, _key(wait, "pods"), outcome)
            return outcome.to_wire()
        failures = 0 if outcome.is_success else failures + 1
        key = f"{ref.operation_id} {wait.region} {operation.now}"
        delay = decide_read_delay(outcome, RETRY_READ_SECONDS, key, failures)
        if outcome.is_success:
            observation = Observation.from_wire(outcome.result)
            readiness = _decide(operation, wait, observation)
            _report(operation, wait, readiness, reported)
            if readiness.verdict is not ReadinessVerdict.WAIT:
                return _conclude(readiness, observation).to_wire()
            delay = readiness.delay_seconds
        if not (yield from sleep_unless_canceled(operation, delay)):
            return Outcome.canceled().to_wire()
    return continue_as_new(operation, value)


def _decide(operation: OperationContext, wait: ReadyWait, observation: Observation) -> Readiness:
    beside = wait.gpus_beside is not None
    return decide_readiness(
        observation,
        observation.count_replicas(wait.demand.replicas) if beside else wait.demand.replicas,
        wait.demand.gpus + (wait.gpus_beside or 0),
        operation.now,
        wait.started_at,
        operation.ref.deadline,
        has_alternative=wait.has_alternative,
    )


def _conclude(readiness: Readiness, observation: Observation) -> Outcome:
    if readiness.failure:
        return Outcome.failed(readiness.failure)
    nodes = len(observation.ready_nodes)
    return Outcome.succeeded(externalIp=observation.public_ip or "", nodes=nodes)


def _report(
    operation: OperationContext, wait: ReadyWait, readiness: Readiness, reported: Reported
) -> None:
    is_last = readiness.pods.is_ready and not readiness.gateway.is_ready
    unreachable = is_last or readiness.gateway.state is ConditionState.FAILED
    conditions: list[tuple[StepKey, Condition]] = [
        (
            _key(wait, "nodes"),
            readiness.gpu if readiness.nodes.is_ready else readiness.nodes,
        ),
        (_key(wait, "externalIp"), readiness.external_ip),
        (_key(wait, "pods"), readiness.gateway if unreachable else readiness.pods),
    ]
    for step, condition in conditions:
        report = (STEP_STATUS[condition.state], condition.detail)
        if reported.get(step.name) != report:
            reported[step.name] = report
            report_step(operation, step, report[0], detail=report[1], failure=condition.failure)


def _key(wait: ReadyWait, condition: str) -> StepKey:
    if wait.again:
        return again_step(wait.region, wait.again, condition)
    return cell_step(wait.region, condition, wait.attempt)
