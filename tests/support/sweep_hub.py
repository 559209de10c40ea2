"""A task hub in memory that runs sweeps, as the triggers see it."""

import json
from dataclasses import replace
from typing import Any

import grpc
from azure.durable_functions.internal.serialization import DEFAULT_FUNCTIONS_DATA_CONVERTER
from durabletask.client import OrchestrationState

from domain.durable.sweep_inputs import SweepInput
from tests.support.fake_hub import RUNNING, FakeHub, rpc_error
from tests.support.specs import NOON


class SweepHub(FakeHub):
    """Runs sweeps, one per id."""

    starts: int = 0
    refusal: grpc.StatusCode | None = None

    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str:
        if orchestrator != "sweep_idle_pools":
            return await super().schedule_new_orchestration(
                orchestrator, input=input, instance_id=instance_id
            )
        assert instance_id
        self.check_reachable()
        if self.refusal:
            raise rpc_error(self.refusal)
        if (running := self.instances.get(instance_id)) and running.runtime_status is RUNNING:
            raise rpc_error(grpc.StatusCode.ALREADY_EXISTS)
        self.starts += 1
        self.instances[instance_id] = OrchestrationState(
            instance_id=instance_id,
            name=orchestrator,
            runtime_status=RUNNING,
            created_at=NOON.replace(tzinfo=None),
            last_updated_at=NOON.replace(tzinfo=None),
            serialized_input=to_json(input),
            serialized_output=None,
            serialized_custom_status=None,
            failure_details=None,
            _data_converter=DEFAULT_FUNCTIONS_DATA_CONVERTER,
        )
        return instance_id

    def change(self, instance_id: str, **changes: Any) -> None:
        self.instances[instance_id] = replace(self.instances[instance_id], **changes)

    def input_of(self, instance_id: str) -> SweepInput:
        return SweepInput.from_wire(json.loads(self.instances[instance_id].serialized_input or ""))


def to_json(value: Any) -> str | None:
    return DEFAULT_FUNCTIONS_DATA_CONVERTER.serialize(value)
