"""Applies a cell's gateway, which admits requests of the environment's Front Door alone."""

from typing import Any

from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.front_door_id import read_front_door_id
from activities.identities import find_reader
from activities.recorded_spec import RecordReader, read_specs
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import GatewayInput
from domain.kubernetes.certificate_manifests import build_certificate_objects, certificate_volume
from domain.outcomes import Outcome
from domain.serving.failures import tokens_not_configured
from domain.serving.manifests import build_gateway
from domain.spec.access import AccessMode


async def apply_gateway(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = GatewayInput.from_wire(value)
    specs = await read_specs(hub, cell.environment, cell.operation_id)
    spec = cell.offer.apply(specs.serving)
    settings, region = clients.settings, cell.offer.region
    if spec.access.mode is AccessMode.ENTRA and settings.installation.issuer is None:
        return Outcome.failed(tokens_not_configured())
    front_door_id = specs.front_door_id or await read_front_door_id(clients, cell.environment)
    if isinstance(front_door_id, Outcome):
        return front_door_id
    reader = await find_reader(
        cell.environment, region, clients, is_needed=spec.edge.origin_certificate is not None
    )
    if isinstance(reader, Outcome):
        return reader
    gateway = build_gateway(
        spec,
        region,
        settings.subscription_id,
        settings.installation,
        front_door_id,
        cell.state,
        certificate_volume(spec),
    )
    certificate = build_certificate_objects(spec, reader) if reader else []
    cluster_id = naming.cluster_id(settings.subscription_id, cell.environment, region)
    try:
        async with clients.kubernetes(cluster_id) as kubernetes:
            await kubernetes.apply([*certificate, *gateway])
    except CLUSTER_ERRORS as error:
        return cluster_failed(error, "apply gateway")
    return Outcome.succeeded()
