"""Tells the gateways of an environment which of two versions answers which share of requests."""

from typing import Any

from activities.cluster_outcomes import CLUSTER_ERRORS, cluster_failed
from activities.recorded_spec import RecordedSpecs, RecordReader, read_specs
from activities.replica_scaling import release_replicas
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.inputs import TrafficInput
from domain.outcomes import Outcome
from domain.serving.gateway.bootstrap import render_routes
from domain.serving.gateway.settings import ROUTES_FILE, GatewayState, Installation
from domain.serving.manifests import build_next_settings, build_route_settings
from domain.spec.model import EnvironmentSpec


async def shift_traffic(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    """One cell that cannot be reached keeps no other as it is."""
    traffic = TrafficInput.from_wire(value)
    specs = await read_specs(hub, traffic.environment, traffic.operation_id)
    routes = _render(traffic, specs, clients.settings.installation)
    gateway = naming.gateway_name(traffic.environment)
    subscription_id = clients.settings.subscription_id
    failed: list[Outcome] = []
    for region in traffic.regions:
        cluster_id = naming.cluster_id(subscription_id, traffic.environment, region)
        try:
            async with clients.kubernetes(cluster_id) as kubernetes:
                await kubernetes.patch_config_map(
                    naming.INFERENCE_NAMESPACE, gateway, {ROUTES_FILE: routes}
                )
                if traffic.weight is None:
                    await release_replicas(kubernetes, _find_serving(traffic, specs))
        except CLUSTER_ERRORS as error:
            failed.append(cluster_failed(error, f"shift traffic in {region}"))
    return failed[0] if failed else Outcome.succeeded()


def _find_serving(traffic: TrafficInput, specs: RecordedSpecs) -> EnvironmentSpec:
    return specs.wanted if traffic.is_promoted else specs.serving


def _render(traffic: TrafficInput, specs: RecordedSpecs, installation: Installation) -> str:
    serving = _find_serving(traffic, specs)
    beside = (
        build_next_settings(specs.wanted, traffic.weight) if traffic.weight is not None else None
    )
    return render_routes(build_route_settings(serving, installation), GatewayState.SERVING, beside)
