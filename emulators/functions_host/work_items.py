"""Runs one work item of the task hub through the app's own trigger functions."""

import base64
import logging

from azure.functions.meta import Datum
from durabletask.internal import helpers
from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.wrappers_pb2 import StringValue

from emulators.functions_host.failure_details import failure_of, missing_function
from emulators.functions_host.functions import FunctionIndex, IndexedFunction, TriggerKind
from emulators.functions_host.invocation import Invoker

_log = logging.getLogger("emulators.functions_host.durable")


class WorkItems:
    """Hands requests to the app as the Durable extension does: base64 of the protobuf."""

    def __init__(self, functions: FunctionIndex, invoker: Invoker) -> None:
        self._functions = functions
        self._invoker = invoker

    async def run_turn(self, request: pb.OrchestratorRequest) -> pb.OrchestratorResponse:
        name = orchestrator_name(request)
        function = self._functions.durable(TriggerKind.ORCHESTRATION, name)
        if function is None:
            return _failed_turn(request, missing_function("an orchestrator", name))
        response = pb.OrchestratorResponse()
        try:
            response.ParseFromString(await self._exchange(function, request.SerializeToString()))
        except Exception as error:
            _log.exception("Orchestrator %s failed outside of its own code.", name)
            return _failed_turn(request, failure_of(error))
        return response

    async def run_entity(
        self, batch: pb.EntityBatchRequest, operations: list[pb.OperationInfo]
    ) -> pb.EntityBatchResult:
        name = entity_name(batch.instanceId)
        function = self._functions.durable(TriggerKind.ENTITY, name)
        if function is None:
            return _failed_batch(batch, operations, missing_function("an entity", name))
        result = pb.EntityBatchResult()
        try:
            result.ParseFromString(await self._exchange(function, batch.SerializeToString()))
        except Exception as error:
            _log.exception("Entity %s failed outside of its own code.", name)
            return _failed_batch(batch, operations, failure_of(error))
        # Without them nobody who called an operation gets its answer.
        result.operationInfos.extend(operations)
        return result

    async def run_activity(self, request: pb.ActivityRequest) -> pb.ActivityResponse:
        response = pb.ActivityResponse(
            instanceId=request.orchestrationInstance.instanceId, taskId=request.taskId
        )
        function = self._functions.durable(TriggerKind.ACTIVITY, request.name)
        if function is None:
            response.failureDetails.CopyFrom(missing_function("an activity", request.name))
            return response
        given = request.input.value if request.HasField("input") else ""
        try:
            output = await self._invoker.invoke(
                function, Datum(given or "null", "json"), reason="Activity"
            )
        except Exception as error:
            _log.warning("Activity %s failed.", function.name, exc_info=True)
            response.failureDetails.CopyFrom(failure_of(error))
            return response
        response.result.CopyFrom(StringValue(value="null" if output is None else output.value))
        return response

    async def _exchange(self, function: IndexedFunction, request: bytes) -> bytes:
        output = await self._invoker.invoke(
            function,
            Datum(base64.b64encode(request).decode(), "string"),
            reason="Durable turn",
            log_level=logging.DEBUG,
        )
        return base64.b64decode("" if output is None else output.value)


def orchestrator_name(request: pb.OrchestratorRequest) -> str:
    """Continue-as-new starts the history again, so the last start is the one that counts."""
    started = [
        event.executionStarted.name
        for event in (*request.pastEvents, *request.newEvents)
        if event.HasField("executionStarted")
    ]
    return started[-1] if started else ""


def entity_name(instance_id: str) -> str:
    """Take the name out of `@name@key`."""
    return instance_id.removeprefix("@").partition("@")[0]


def _failed_turn(
    request: pb.OrchestratorRequest, failure: pb.TaskFailureDetails
) -> pb.OrchestratorResponse:
    completed = helpers.new_complete_orchestration_action(
        -1, pb.ORCHESTRATION_STATUS_FAILED, failure_details=failure
    )
    return pb.OrchestratorResponse(instanceId=request.instanceId, actions=[completed])


def _failed_batch(
    batch: pb.EntityBatchRequest,
    operations: list[pb.OperationInfo],
    failure: pb.TaskFailureDetails,
) -> pb.EntityBatchResult:
    """Fail every operation by itself, so that each caller hears of it and the state stays."""
    failed = pb.OperationResult(failure=pb.OperationResultFailure(failureDetails=failure))
    return pb.EntityBatchResult(
        results=[failed] * len(batch.operations),
        entityState=batch.entityState if batch.HasField("entityState") else None,
        operationInfos=operations,
    )
