"""Begins to bring one ARM resource to what is wanted, unless it is current or in progress."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from activities.arm_outcomes import failed
from activities.private_links import complete_target
from activities.recorded_spec import RecordedSpecs, RecordReader, read_specs
from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.arm.conflicts import resolve
from domain.arm.existing_resource import (
    decide_begin,
    find_pool_profile,
    find_pool_to_replace,
    is_in_motion,
    must_be_started,
)
from domain.arm.failures import resource_missing
from domain.arm.operation_polling import parse_retry_after, read_poll
from domain.arm.pacing import decide_first_poll
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.inputs import ResourceInput
from domain.outcomes import Handle, Outcome
from domain.spec.model import EnvironmentSpec


async def begin_resource(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    """In a group that this operation has just created it is sent without a look, and looked at
    after a conflict."""
    resource = ResourceInput.from_wire(value)
    specs = await read_specs(hub, resource.environment, resource.operation_id)
    specs = specs.apply(resource.offer) if resource.offer else specs
    target = await _find_target(resource, specs, clients)
    if isinstance(target, Outcome):
        return target.about(_build_id(resource, clients))
    outcome = await _send(target, specs, clients) if resource.in_new_group else None
    outcome = outcome or await _look_and_send(target, specs, clients)
    return outcome.about(_build_id(resource, clients))


def _build_id(resource: ResourceInput, clients: ClientFactory) -> str:
    return KINDS[resource.kind].build_id(resource.target(clients.settings.subscription_id))


async def _find_target(
    resource: ResourceInput, specs: RecordedSpecs, clients: ClientFactory
) -> ResourceTarget | Outcome:
    """With all that its body tells of the app's settings and of other resources."""
    settings = clients.settings
    target = resource.target(
        settings.subscription_id, settings.api_server_ranges, settings.log_workspace_resource_id
    )
    if source_kind := KINDS[resource.kind].source_kind:
        source = await _read_source(replace(target, kind=source_kind), clients)
        if isinstance(source, Outcome):
            return source
        target = replace(target, source=source)
    return await complete_target(target, specs, clients)


async def _send(
    target: ResourceTarget, specs: RecordedSpecs, clients: ClientFactory
) -> Outcome | None:
    """None if something is in the way after all."""
    resource_id = KINDS[target.kind].build_id(target)
    body, _ = resolve(target, specs.wanted, specs.base, None)
    answer = await clients.resources.begin_put(resource_id, body)
    return (
        None
        if answer.status == HTTPStatus.CONFLICT
        else read_put(answer, target.kind, resource_id)
    )


async def _look_and_send(
    target: ResourceTarget, specs: RecordedSpecs, clients: ClientFactory
) -> Outcome:
    resource_id = KINDS[target.kind].build_id(target)
    existing = await _read_existing(target, clients)
    if not existing.is_success and existing.status != HTTPStatus.NOT_FOUND:
        return failed(existing, f"GET {target.kind}")
    found = existing.body if existing.is_success else None
    body, warnings = resolve(target, specs.wanted, specs.base, found)
    outcome = decide_begin(found, body, target) if found else None
    if outcome is None and found:
        outcome = await _begin_preparation(found, specs.wanted, target, clients)
    if outcome is None:
        answer = await clients.resources.begin_put(resource_id, body)
        outcome = read_put(answer, target.kind, resource_id).warning_of(warnings)
    return outcome.warning_of(warnings) if outcome.is_success else outcome


async def _read_existing(target: ResourceTarget, clients: ClientFactory) -> ArmAnswer:
    """A pool is read at its cluster: AKS counts reads per cluster, but those of all pools in one
    small bucket."""
    if target.kind != "agentPool":
        return await clients.resources.get(KINDS[target.kind].build_id(target))
    cluster = replace(target, kind="managedCluster")
    answer = await clients.resources.get(KINDS[cluster.kind].build_id(cluster))
    if not answer.is_success:
        return answer
    pool = find_pool_profile(answer.body)
    if pool is None:
        return replace(answer, status=HTTPStatus.NOT_FOUND)
    return replace(answer, body={"properties": pool})


async def _read_source(target: ResourceTarget, clients: ClientFactory) -> dict[str, Any] | Outcome:
    source_id = KINDS[target.kind].build_id(target)
    found = await clients.resources.get(source_id)
    if found.status == HTTPStatus.NOT_FOUND:
        return Outcome.failed(resource_missing(source_id))
    return found.body if found.is_success else failed(found, f"GET {target.kind}")


async def _begin_preparation(
    found: dict[str, Any], spec: EnvironmentSpec, target: ResourceTarget, clients: ClientFactory
) -> Outcome | None:
    """What a PUT needs to be accepted; None if it needs nothing."""
    if must_be_started(found, target):
        answer = await clients.aks.begin_start(KINDS[target.kind].build_id(target))
        return _read_preparation(answer, f"POST {target.kind}/start", target)
    pool = find_pool_to_replace(found, spec, target)
    if pool:
        answer = await clients.resources.begin_delete(KINDS[pool.kind].build_id(pool))
        return _read_preparation(answer, f"DELETE {pool.kind}", pool)
    return None


def _read_preparation(answer: ArmAnswer, operation: str, target: ResourceTarget) -> Outcome:
    """The resource is looked at again afterwards, as after an operation that was found."""
    if not answer.is_success:
        return failed(answer, operation)
    return Outcome.accepted(
        Handle(
            kind=target.kind,
            resource_id=KINDS[target.kind].build_id(target),
            operation_url=answer.operation_url,
            deleting=operation.startswith("DELETE"),
            adopted=True,
            retry_after_seconds=parse_retry_after(answer.headers),
        )
    )


def read_put(answer: ArmAnswer, kind: str, resource_id: str) -> Outcome:
    """The outcome of a PUT: a handle to poll, or its end if it ended at once.

    A resource can answer 2xx and be in state Failed.
    """
    if not answer.is_success:
        return failed(answer, f"PUT {kind}")
    result = KINDS[kind].read_result(answer.body)
    created = answer.status == HTTPStatus.CREATED
    if answer.operation_url is None and not is_in_motion(answer.body):
        ended = read_poll(answer.status, answer.body, answer.headers, operation=f"PUT {kind}")
        if ended.failure is not None:
            return ended
        is_new_group = kind == "resourceGroup" and created
        return Outcome.succeeded(**result).model_copy(update={"created": is_new_group or None})
    shortest = KINDS[kind].shortest_creation if created else 0.0
    return Outcome.accepted(
        Handle(
            kind=kind,
            resource_id=resource_id,
            operation_url=answer.operation_url,
            retry_after_seconds=decide_first_poll(parse_retry_after(answer.headers), shortest),
            result=result,
        )
    )
