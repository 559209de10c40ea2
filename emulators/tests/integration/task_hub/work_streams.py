"""Plays a worker by hand: takes work items one by one and answers them as a test wants."""

import queue
import threading
from typing import Any

import grpc
from durabletask.internal import helpers
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub
from google.protobuf.wrappers_pb2 import StringValue

PATIENCE = 5.0
NOTHING = 0.15


class WorkStream:
    """A GetWorkItems call whose items tests read one by one."""

    def __init__(self, stub: TaskHubSidecarServiceStub, **request: Any) -> None:
        self._call = stub.GetWorkItems(pb.GetWorkItemsRequest(**request))
        self._items: queue.Queue[pb.WorkItem] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next(self, timeout: float = PATIENCE) -> pb.WorkItem:
        return self._items.get(timeout=timeout)

    def is_silent(self) -> bool:
        try:
            self._items.get(timeout=NOTHING)
        except queue.Empty:
            return True
        return False

    def close(self) -> None:
        self._call.cancel()
        self._reader.join()

    def _read(self) -> None:
        try:
            for item in self._call:
                self._items.put(item)
        except grpc.RpcError:
            return


def schedule(*names: str) -> list[pb.OrchestratorAction]:
    return [
        helpers.new_schedule_task_action(number, name, None, None)
        for number, name in enumerate(names, start=1)
    ]


def finish(result: str = '"done"') -> list[pb.OrchestratorAction]:
    return [
        helpers.new_complete_orchestration_action(99, pb.ORCHESTRATION_STATUS_COMPLETED, result)
    ]


def answer_turn(
    stub: TaskHubSidecarServiceStub, item: pb.WorkItem, actions: list[pb.OrchestratorAction]
) -> None:
    assert item.HasField("orchestratorRequest")
    stub.CompleteOrchestratorTask(
        pb.OrchestratorResponse(
            instanceId=item.orchestratorRequest.instanceId,
            actions=actions,
            completionToken=item.completionToken,
        )
    )


def answer_activity(stub: TaskHubSidecarServiceStub, item: pb.WorkItem, result: str) -> None:
    assert item.HasField("activityRequest")
    stub.CompleteActivityTask(
        pb.ActivityResponse(
            instanceId=item.activityRequest.orchestrationInstance.instanceId,
            taskId=item.activityRequest.taskId,
            result=StringValue(value=result),
            completionToken=item.completionToken,
        )
    )


def results_of(item: pb.WorkItem) -> list[str]:
    return [
        event.taskCompleted.result.value
        for event in item.orchestratorRequest.newEvents
        if event.HasField("taskCompleted")
    ]
