"""One request through Front Door: redirect, firewall, route, origin."""

import uuid
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web
from multidict import CIMultiDict

from emulators.azure.edge import origins, pages, patterns, waf
from emulators.azure.edge.exchange import Answer, Question, Unreachable, read_question
from emulators.azure.edge.front_doors import Endpoint, Route
from emulators.azure.edge.origins import Reply
from emulators.azure.kubernetes.addresses import PublicAddresses


async def serve(
    request: web.Request, endpoint: Endpoint | None, addresses: PublicAddresses
) -> web.StreamResponse:
    """Answer as the edge does; every answer carries its reference and what the cache did."""
    visit = uuid.uuid4()
    reference = f"{visit.hex[:16]}-{visit.hex[16:]}00000000"
    question = await read_question(request)
    reply = await _reply(request, endpoint, addresses, question, reference)
    return await reply.send(request, {"x-azure-ref": reference, "X-Cache": "CONFIG_NOCACHE"})


async def _reply(
    request: web.Request,
    endpoint: Endpoint | None,
    addresses: PublicAddresses,
    question: Question,
    reference: str,
) -> Reply:
    if endpoint is None or not endpoint.known or not endpoint.enabled:
        return pages.unavailable(404, reference)
    route = _find_route(endpoint, question.path)
    if route is None:
        return pages.unavailable(404, reference)
    if request.scheme == "http" and route.https_redirect:
        return _redirect(request)
    if request.scheme.capitalize() not in route.supported_protocols:
        return pages.unavailable(404, reference)
    if endpoint.waf is not None and waf.blocks(endpoint.waf, question):
        return pages.blocked(endpoint.waf.block_status, endpoint.waf.block_body, reference)
    headers = _forwarded_headers(request, endpoint.front_door_id, reference)
    return await _forward(
        request, route, addresses, _rewritten(question, route, headers), reference
    )


def _find_route(endpoint: Endpoint, path: str) -> Route | None:
    found = [
        (match, each)
        for each in endpoint.routes
        if (match := patterns.best_match(each.patterns, path)) is not None
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


def _redirect(request: web.Request) -> Answer:
    """307 keeps the method, as Front Door's own HTTPS redirect does."""
    target = f"https://{request.host}{request.rel_url.raw_path_qs}"
    return Answer(307, b"", "text/html", {"Location": target})


def _forwarded_headers(
    request: web.Request, front_door_id: str, reference: str
) -> Mapping[str, str]:
    """All of the client's but those that Front Door sets: of these only its own pass."""
    client = request.remote or ""
    before = ", ".join(request.headers.getall("X-Forwarded-For", []))
    passed_on = CIMultiDict(request.headers)
    own = {
        "Via": "HTTP/1.1 Azure",
        "X-Azure-ClientIP": client,
        "X-Azure-FDID": front_door_id,
        "X-Azure-Ref": reference,
        "X-Azure-RequestChain": "hops=1",
        "X-Azure-SocketIP": client,
        "X-Forwarded-For": f"{before}, {client}" if before else client,
        "X-Forwarded-Host": request.host,
        "X-Forwarded-Proto": request.scheme,
    }
    passed_on.popall("X-FD-HealthProbe", None)
    passed_on.update(own)
    return passed_on


def _with_host(question: Question, host: str) -> Question:
    headers = CIMultiDict(question.headers)
    headers["Host"] = host
    return replace(question, headers=headers)


def _rewritten(question: Question, route: Route, headers: Mapping[str, str]) -> Question:
    path = question.path
    if route.origin_path:
        path = f"{route.origin_path.rstrip('/')}/{path.lstrip('/')}"
    return Question(question.method, path, question.query, headers, question.body)


async def _forward(
    request: web.Request,
    route: Route,
    addresses: PublicAddresses,
    question: Question,
    reference: str,
) -> Reply:
    origin = await origins.choose(route.origin_group, addresses, uuid.uuid4().int)
    if origin is None:
        return pages.unavailable(503, reference)
    try:
        https = _asks_over_https(route.forwarding_protocol, request.scheme)
        named = _with_host(question, origin.origin_host_header or request.host)
        return await origins.reach_origin(origin, https, addresses, named)
    except Unreachable:
        return pages.unavailable(503, reference)


def _asks_over_https(forwarding_protocol: str, scheme: str) -> bool:
    return forwarding_protocol == "HttpsOnly" or (
        forwarding_protocol == "MatchRequest" and scheme == "https"
    )
