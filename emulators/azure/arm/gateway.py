"""The front of ARM: everything that is checked before a service sees a request."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from emulators.azure.arm import errors
from emulators.azure.arm.answers import JSON, Answer, ArmError
from emulators.azure.arm.headers import operation_identifier, standard_headers
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import Match, Route, Routes
from emulators.azure.arm.sizes import read_limited, refused_head
from emulators.azure.arm.tags import with_each_tag_once
from emulators.azure.identity import ARM_AUDIENCE, Tokens, bearer_token

Admission = Callable[[Match, str], dict[str, str]]
"""Counts a request of a principal; answers headers for its success, or raises a refusal."""
GroupCheck = Callable[[ArmRequest], Awaitable[None]]
ProviderCheck = Callable[[Route], None]
Evaluation = Callable[[Route, ArmRequest], ArmRequest]
"""What Azure Policy makes of a request; raises when it denies it."""
Answering = Callable[[Route, ArmRequest, Mapping[str, Any]], Awaitable[Answer]]
"""Lets a route's service answer a request whose token makes these claims."""

_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z]+)?", re.IGNORECASE)
_VERBS = {"GET": "read", "HEAD": "read", "DELETE": "delete", "POST": "action"}
_AUDIENCES = (ARM_AUDIENCE, "https://management.core.windows.net")


class Gateway:
    """Checks a request as ARM does, in ARM's order, and lets the service answer it."""

    def __init__(
        self,
        tokens: Tokens,
        routes: Routes,
        group_check: GroupCheck,
        provider_check: ProviderCheck,
        evaluate: Evaluation,
        answering: Answering,
        platform: Platform,
        admit: Admission,
    ) -> None:
        self._subscription_id = platform.subscription_id
        self._tokens = tokens
        self._routes = routes
        self._group_check = group_check
        self._provider_check = provider_check
        self._evaluate = evaluate
        self._answering = answering
        self._admit = admit
        self._resources = platform.resources
        self._clock = platform.clock
        self._identifiers = platform.identifiers
        self._poll_urls = platform.poll_urls

    async def handle(self, request: web.Request) -> web.Response:
        page = refused_head(request)
        if page is not None:
            return page
        try:
            answer = await self._answer(request)
        except ArmError as refusal:
            answer = refusal.answer
        return self.response(request, answer)

    def response(self, request: web.Request, answer: Answer) -> web.Response:
        """The answer with the headers that every answer carries."""
        headers = standard_headers(request.headers, self._identifiers, self._clock.now())
        headers.update(answer.headers)
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        headers["Content-Type"] = answer.content_type
        if answer.content_type == JSON:
            text = json.dumps(answer.body, indent=1)
        else:
            text = json.dumps(answer.body, separators=(",", ":"))
        return web.Response(status=answer.status, headers=headers, body=text.encode())

    async def _answer(self, request: web.Request) -> Answer:
        api_version = request.query.get("api-version")
        if not api_version:
            raise errors.missing_api_version()
        claims = self._checked_claims(request)
        match = self._routes.find(request.method, request.path, api_version)
        self._check_subscription(match)
        _check_version(match.route, api_version)
        remaining = self._admit(match, str(claims["oid"]))
        arm_request = ArmRequest(
            method=request.method,
            path=request.path,
            api_version=api_version,
            base_url=f"{request.scheme}://{request.host}",
            target=request.raw_path,
            params=match.params,
            query=dict(request.query),
            headers=request.headers,
            body=with_each_tag_once(await _read_body(request)),
        )
        if not self._poll_urls.is_intact(request.path, request.query):
            raise errors.altered_operation_url()
        self._provider_check(match.route)
        if match.route.needs_group and "group" in match.params:
            await self._group_check(arm_request)
        self._check_parent(match.route, arm_request)
        evaluated = self._evaluate(match.route, arm_request)
        answer = await self._answer_of_service(match.route, evaluated, claims)
        if answer.status >= 400:
            return answer
        return replace(answer, headers={**remaining, **answer.headers})

    async def _answer_of_service(
        self, route: Route, request: ArmRequest, claims: Mapping[str, Any]
    ) -> Answer:
        try:
            answer = await self._answering(route, request, claims)
        except ArmError as refusal:
            answer = refusal.answer
        own = operation_identifier(route, answer, self._tokens, self._identifiers)
        return replace(answer, headers={**own, **answer.headers})

    def _checked_claims(self, request: web.Request) -> Mapping[str, Any]:
        """What the caller's token says of its bearer."""
        header = request.headers.get("Authorization")
        if not header:
            raise errors.missing_authorization(self._tokens.tenant_id)
        claims = self._tokens.claims_of(bearer_token(header) or "")
        if claims is None:
            raise errors.invalid_token(self._tokens.tenant_id)
        audience = str(claims["aud"]).rstrip("/")
        # Clients take the address of this cloud, out of its metadata, for an audience of ARM.
        if audience not in (*_AUDIENCES, f"{request.scheme}://{request.host}"):
            raise errors.wrong_audience(self._tokens.tenant_id, audience)
        return claims

    def _check_subscription(self, match: Match) -> None:
        given = match.params.get("subscription")
        if given is None or given.lower() == self._subscription_id:
            return
        try:
            uuid.UUID(given)
        except ValueError:
            raise errors.malformed_subscription(given) from None
        raise errors.subscription_not_found(given)

    def _check_parent(self, route: Route, request: ArmRequest) -> None:
        """Below a resource that does not exist nothing can be read, written or deleted."""
        depth = (route.resource_type or "").count("/") - 1
        if route.resource_type is None or depth < 1:
            return
        parts = request.path.split("/")
        provider = [part.lower() for part in parts].index("providers") + 1
        parent_id = "/".join(parts[: provider + 1 + 2 * depth])
        if self._resources.get(parent_id) is not None:
            return
        if not route.is_registered:
            raise errors.resource_not_found(parent_id)
        verb = _VERBS.get(request.method, "write")
        raise errors.parent_not_found(verb, route.resource_type, parent_id)


def _check_version(route: Route, api_version: str) -> None:
    if not _API_VERSION.fullmatch(api_version):
        raise errors.invalid_api_version(api_version, route.versions.named)
    if route.versions.supports(api_version):
        return
    if route.resource_type is None:
        raise errors.invalid_api_version(api_version, route.versions.named)
    types = route.resource_type.partition("/")[2]
    raise errors.unsupported_api_version(types, api_version, "global", route.versions.named)


async def _read_body(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body; writes must carry one."""
    text = (await read_limited(request)).decode("utf-8", "replace").strip()
    if request.method not in ("PUT", "PATCH") and not (request.method == "POST" and text):
        return {}
    if not text:
        raise errors.invalid_content(
            "Unexpected end when reading JSON. Path '', line 0, position 0."
        )
    try:
        body = json.loads(text)
    except ValueError:
        raise errors.invalid_content(
            f"Unexpected character encountered while parsing value: {text[0]}. "
            "Path '', line 0, position 0."
        ) from None
    if not isinstance(body, dict):
        raise errors.invalid_content(
            "Cannot deserialize the current JSON value because the type requires a JSON object. "
            "Path '', line 1, position 1."
        )
    return body
