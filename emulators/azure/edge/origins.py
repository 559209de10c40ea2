"""Reaching a Service behind a public address, and choosing among the origins of a group."""

from collections.abc import Mapping, Sequence
from typing import Any

from emulators.azure.edge import inference_server, made_up_envoy, relay
from emulators.azure.edge.exchange import Answer, Question, Unreachable
from emulators.azure.edge.front_doors import Origin, OriginGroup
from emulators.azure.edge.relay import OriginTls, Relay
from emulators.azure.kubernetes.addresses import Frontend, PublicAddresses, ServingCluster
from emulators.azure.kubernetes.engine_requests import EngineRequests
from emulators.azure.kubernetes.engine_tokens import EngineTokens
from emulators.azure.kubernetes.probes import named_port
from emulators.azure.kubernetes.processes.programs import program_of

FRONT_DOOR_TAG = "AzureFrontDoor.Backend"
_ALLOWED_TAGS = "service.beta.kubernetes.io/azure-allowed-service-tags"


Reply = Answer | Relay
"""What a pod answers: made here, or by a process behind it."""


async def reach(
    frontend: Frontend | None, port: int, question: Question, tls: OriginTls | None = None
) -> Reply:
    """Ask a ready pod behind a port of the address.

    Raises Unreachable.
    """
    service = _service_of(frontend)
    if frontend is None or service is None:
        raise Unreachable
    pods = frontend.cluster.ready_pods(frontend.namespace, frontend.service)
    service_port = next((each for each in service["spec"]["ports"] if each["port"] == port), None)
    if not pods or service_port is None:
        raise Unreachable
    target = service_port.get("targetPort", port)
    return await _ask(frontend.cluster, pods[0], target, question, tls)


async def reach_pod(
    cluster: ServingCluster, pod: dict[str, Any], port: int, question: Question
) -> Reply:
    """Ask a pod at its own address, whether a Service would or not.

    Raises Unreachable.
    """
    container = listening_container(pod, port)
    if container is None or not _runs(pod, container):
        raise Unreachable
    return await _ask(cluster, pod, port, question)


async def _ask(
    cluster: ServingCluster,
    pod: dict[str, Any],
    port: Any,
    question: Question,
    tls: OriginTls | None = None,
) -> Reply:
    container = listening_container(pod, port)
    if container is None:
        raise Unreachable
    address = cluster.process_address(pod, container, named_port(port, container))
    if address is not None:
        return await relay.ask(address, question, tls)
    if tls is not None:
        raise Unreachable
    uid = pod["metadata"]["uid"]
    tokens = cluster.engine_tokens.setdefault(uid, EngineTokens())
    capacity = inference_server.capacity(container)
    requests = cluster.engine_requests.setdefault(uid, EngineRequests(capacity))
    inside = cluster.inside_of(pod, container)
    if question.path == made_up_envoy.STATS and program_of(container["image"]):
        return made_up_envoy.answer_stats(inside.files)
    seconds = inference_server.answer_seconds(container, question)
    if not seconds:
        return inference_server.answer(pod, container, question, tokens, requests, inside)
    async with requests.one():
        await cluster.sleep(seconds)
        return inference_server.answer(pod, container, question, tokens, requests, inside)


async def reach_origin(
    origin: Origin, https: bool, addresses: PublicAddresses, question: Question
) -> Reply:
    """Ask an origin as the edge does: over TLS only what runs as a process with a certificate
    that the edge trusts, for the host name of the origin.

    Raises Unreachable.
    """
    public = None if origin.is_private else addresses.resolve(origin.host_name)
    frontend = origin.private_frontend or public
    if not https:
        return await reach(frontend, origin.http_port, question)
    tls = OriginTls(origin.host_name, origin.checks_name, origin.authorities)
    return await reach(frontend, origin.https_port, question, tls)


def admits_everybody(frontend: Frontend) -> bool:
    """Whether the Service's firewall rules let others than Front Door in."""
    service = _service_of(frontend) or {"metadata": {}}
    annotations = service["metadata"].get("annotations") or {}
    return FRONT_DOOR_TAG not in annotations.get(_ALLOWED_TAGS, "").split(",")


def first_port(frontend: Frontend) -> int:
    """The port for a request that comes without Front Door: 80 where the Service has it."""
    service = _service_of(frontend)
    ports = [each["port"] for each in service["spec"]["ports"]] if service else []
    return 80 if 80 in ports or not ports else ports[0]


def _service_of(frontend: Frontend | None) -> dict[str, Any] | None:
    return frontend and frontend.cluster.service(frontend.namespace, frontend.service)


def _runs(pod: Mapping[str, Any], container: Mapping[str, Any]) -> bool:
    """A model server that loads does not listen yet."""
    statuses = pod["status"].get("containerStatuses") or []
    found = next((each for each in statuses if each["name"] == container["name"]), {})
    return bool(found.get("started")) and "running" in found.get("state", {})


def listening_container(pod: Mapping[str, Any], target: Any) -> dict[str, Any] | None:
    """The container that listens on a target port: on those it declares, on any if on none."""
    for container in pod["spec"]["containers"]:
        declared = [each["containerPort"] for each in container.get("ports") or []]
        number = named_port(target, container)
        if isinstance(number, int) and (number in declared or not declared):
            return container
    return None


async def choose(group: OriginGroup, addresses: PublicAddresses, dice: int) -> Origin | None:
    """The origin to ask: of the healthy ones with the best priority one by chance and weight.

    When none is healthy, Front Door sends traffic to all of them.
    """
    healthy = [each for each in group.origins if await is_healthy(each, group, addresses)]
    candidates = healthy or list(group.origins)
    if not candidates:
        return None
    best = min(each.priority for each in candidates)
    level = [each for each in candidates if each.priority == best]
    return _draw(level, dice)


def _draw(origins: Sequence[Origin], dice: int) -> Origin:
    position = dice % sum(each.weight for each in origins)
    for origin in origins:
        if position < origin.weight:
            return origin
        position -= origin.weight
    return origins[-1]


async def is_healthy(origin: Origin, group: OriginGroup, addresses: PublicAddresses) -> bool:
    """Whether the origin answers the group's probe with 200; always when probes are off."""
    if group.probe is None:
        return True
    question = Question(
        group.probe.method.upper(),
        group.probe.path,
        headers={
            "Host": origin.origin_host_header or origin.host_name,
            "X-FD-HealthProbe": "1",
            "User-Agent": "Edge Health Probe",
        },
    )
    try:
        https = group.probe.protocol.lower() == "https"
        reply = await reach_origin(origin, https, addresses, question)
    except Unreachable:
        return False
    await reply.close()
    return reply.status == 200
