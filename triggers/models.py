"""The registry of models in the task hub. Clients only send signals: what a signal has done is
read back."""

from collections.abc import Callable, Iterable

from durabletask.client import EntityQuery
from durabletask.entities import EntityInstanceId

from domain.durable.names import MODEL_ENTITY, ModelOperation
from domain.spec.model import EnvironmentSpec
from domain.spec.model_versions import ModelVersion, RegisteredModel, Registration, is_model_name
from domain.spec.resolved_model import find_reference
from triggers.signal_results import await_result
from triggers.task_hub import DurableClient, read_request


async def find_model(client: DurableClient, name: str) -> RegisteredModel | None:
    """None if the registry has no version of it."""
    if not is_model_name(name):
        return None
    found = await client.get_entity(EntityInstanceId(MODEL_ENTITY, name))
    state = found.get_typed_state() if found else None
    model = RegisteredModel.from_wire(state) if state else None
    return model if model and model.versions else None


async def find_named_model(client: DurableClient, body: object) -> RegisteredModel | None:
    """The one that a specification names."""
    reference = find_reference(body)
    return await find_model(client, reference.name) if reference else None


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


async def register_version(client: DurableClient, wanted: Registration) -> ModelVersion | None:
    """None if the task hub takes too long."""
    name = wanted.content.name
    await _signal(client, name, ModelOperation.REGISTER, wanted.to_wire())
    model = await _await_change(
        client, name, lambda it: it.find_content(wanted.content) is not None
    )
    return model.find_content(wanted.content) if model else None


async def forget_version(client: DurableClient, name: str, version: int | None) -> bool:
    """False if the task hub takes too long. `version`: None for all of them."""
    await _signal(client, name, ModelOperation.FORGET, version)

    def is_gone(model: RegisteredModel) -> bool:
        return not model.versions if version is None else model.find(str(version)) is None

    return await _await_change(client, name, is_gone) is not None


async def _signal(
    client: DurableClient, name: str, operation: ModelOperation, value: object
) -> None:
    await client.signal_entity(EntityInstanceId(MODEL_ENTITY, name), operation, value)


async def _await_change(
    client: DurableClient, name: str, has_come: Callable[[RegisteredModel], bool]
) -> RegisteredModel | None:
    async def find_changed() -> RegisteredModel | None:
        model = await find_model(client, name) or RegisteredModel()
        return model if has_come(model) else None

    return await await_result(find_changed)
