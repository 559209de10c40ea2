"""The registry of models in the task hub. Clients only send signals: what a signal has done is
read back."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from durabletask.client import EntityQuery
from durabletask.entities import EntityInstanceId

from domain.durable.names import MODEL_ENTITY, ModelOperation
from domain.environment.operation_request import BRING_A_SPEC, OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.requests.decision import Refused
from domain.spec.model import EnvironmentSpec
from domain.spec.model_holds import HOLD_LIFETIME, Forgetting, ModelHold
from domain.spec.model_versions import (
    ModelVersion,
    RegisteredModel,
    Registration,
    is_model_name,
)
from domain.spec.resolved_model import (
    MODEL_VERSION,
    MODEL_VERSION_DELETED,
    ModelReference,
    find_reference,
    reference_of,
    say_deleted,
)
from triggers.signal_results import await_result
from triggers.task_hub import DurableClient, read_request

_REGISTRY_SILENT = "The registry of models does not answer. Send the request again."


async def find_model(client: DurableClient, name: str) -> RegisteredModel | None:
    """None if the registry has no version of it."""
    model = await _read(client, name)
    return model if model and model.versions else None


async def find_named_model(client: DurableClient, body: object) -> RegisteredModel | None:
    """The one that a specification names, also one whose versions were all deleted."""
    reference = find_reference(body)
    return await _read(client, reference.name) if reference else None


async def find_deleted_version(client: DurableClient, spec: EnvironmentSpec) -> str | None:
    """What there is to say if the version of the specification was deleted."""
    reference = reference_of(spec.workload)
    model = await _read(client, reference.name) if reference else None
    is_deleted = reference and model and model.has_deleted(reference.version)
    return say_deleted(reference) if reference and is_deleted else None


async def hold_version(
    client: DurableClient, request: OperationRequest, record: EnvironmentRecord | None
) -> Refused | None:
    """Keeps the registry from a deletion of the version until the operation is on record; the
    refusal if it was deleted before. What the record names is kept by that, and versions that the
    registry never had are texts."""
    reference = reference_of(request.spec.workload)
    on_record = record and not record.is_deleted and reference_of(record.spec.workload)
    if request.kind not in BRING_A_SPEC or reference is None or reference == on_record:
        return None
    model = await _read(client, reference.name)
    if model is None or model.has_deleted(reference.version):
        return _refuse_deleted(request, reference) if model else None
    version = model.find(reference.version)
    return await _hold(client, request, reference, version) if version else None


async def _hold(
    client: DurableClient,
    request: OperationRequest,
    reference: ModelReference,
    version: ModelVersion,
) -> Refused | None:
    operation_id = request.operation_id
    expires_at = datetime.now(UTC) + HOLD_LIFETIME
    hold = ModelHold(operation_id=operation_id, version=version.version, expires_at=expires_at)
    await _signal(client, reference.name, ModelOperation.HOLD, hold.to_wire())
    decided = await _await_change(client, reference.name, lambda it: it.hold(hold) == it)
    if decided is None:
        return Refused("ConcurrentRequests", _REGISTRY_SILENT, is_passing=True)
    return None if hold in decided.holds else _refuse_deleted(request, reference)


def _refuse_deleted(request: OperationRequest, reference: ModelReference) -> Refused:
    if request.rollback is None:
        return Refused(MODEL_VERSION_DELETED, say_deleted(reference), target=MODEL_VERSION)
    gone = (
        f"Version {request.rollback.to_version} of the environment ran version "
        f"{reference.version} of '{reference.name}', which was deleted from the registry"
    )
    return Refused(MODEL_VERSION_DELETED, f"{gone}: roll back to another one.", target="toVersion")


async def list_models(client: DurableClient) -> dict[str, RegisteredModel]:
    """By name, sorted. Models are few, and each is one state."""
    query = EntityQuery(instance_id_starts_with=f"@{MODEL_ENTITY}@", include_state=True)
    found = {
        metadata.id.key: RegisteredModel.from_wire(metadata.get_typed_state())
        for metadata in await client.get_all_entities(query)
    }
    return {name: found[name] for name in sorted(found) if found[name].versions}


async def read_unbegun(
    client: DurableClient, operation_ids: Iterable[str]
) -> list[EnvironmentSpec]:
    """Their specifications."""
    found = [await read_request(client, each) for each in operation_ids]
    return [request.spec for request in found if request]


async def register_version(client: DurableClient, wanted: Registration) -> RegisteredModel | None:
    """The model once it has the version, or has no place for it any more; None if the task hub
    takes too long."""
    name = wanted.content.name
    await _signal(client, name, ModelOperation.REGISTER, wanted.to_wire())
    return await _await_change(client, name, lambda it: it.register(wanted) is it)


async def forget_version(
    client: DurableClient, name: str, wanted: Forgetting
) -> RegisteredModel | None:
    """The model without it, or with what holds it; None if the task hub takes too long."""
    await _signal(client, name, ModelOperation.FORGET, wanted.to_wire())
    return await _await_change(client, name, lambda it: it.forget(wanted) == it)


async def _read(client: DurableClient, name: str) -> RegisteredModel | None:
    if not is_model_name(name):
        return None
    found = await client.get_entity(EntityInstanceId(MODEL_ENTITY, name))
    state = found.get_typed_state() if found else None
    return RegisteredModel.from_wire(state) if state else None


async def _signal(
    client: DurableClient, name: str, operation: ModelOperation, value: object
) -> None:
    await client.signal_entity(EntityInstanceId(MODEL_ENTITY, name), operation, value)


async def _await_change(
    client: DurableClient, name: str, has_come: Callable[[RegisteredModel], bool]
) -> RegisteredModel | None:
    async def find_changed() -> RegisteredModel | None:
        model = await _read(client, name) or RegisteredModel()
        return model if has_come(model) else None

    return await await_result(find_changed)
