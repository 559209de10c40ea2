"""Stamps requests and messages: who has sent what, from where, without its content."""

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Protocol

import azure.functions as func

from domain.arm.merge_existing import as_mapping
from domain.environment.call_stamp import CallStamp, Door, derive_stamp_id, hash_request
from domain.guard.plan import find_planned_environment
from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from domain.spec.cost_centers import is_cost_center
from domain.spec.model import EnvironmentSpec, is_environment_name
from triggers.bodies import PLAN_ID, decode_json, find_oversize
from triggers.declarations import Route
from triggers.parameters import read_header

FORWARDED_FOR = "X-Forwarded-For"
"""The front end of App Service adds the address of its client at the end; what comes before is
the client's word."""

QUEUE_HEAD = "message"
UNKNOWN_TYPE = "message"
LONGEST_ATTRIBUTE = 256
"""Of what a message says of itself; it may be of any length."""

CHANGING = frozenset({AppRole.WRITE, AppRole.APPROVE})


def stamp_request(
    route: Route[Any, Any], req: func.HttpRequest, principal: Principal | None
) -> CallStamp | None:
    """None for a request that changes nothing."""
    if route.role not in CHANGING:
        return None
    at, caller = datetime.now(UTC), principal or Principal()
    path = route.path.format(**req.route_params)
    request_hash = hash_request(f"{req.method} /{path}", req.get_body() or b"")
    origin = read_address(read_header(req, FORWARDED_FOR))
    return CallStamp(
        id=derive_stamp_id(at, caller.object_id, origin, request_hash),
        at=at,
        door=Door.REST,
        action=route.operation_id,
        request_hash=request_hash,
        actor=caller.object_id,
        actor_name=caller.name,
        app=caller.app_id,
        is_person=caller.is_person,
        origin=origin,
    )


class StampedMessage(Protocol):
    """The part of a received message that its stamp is made from."""

    @property
    def message_id(self) -> str | None: ...
    @property
    def enqueued_time_utc(self) -> datetime | None: ...


def stamp_message(
    message: StampedMessage, content: bytes, document: object, now: datetime
) -> CallStamp:
    """The same for each delivery of a message that the queue gives a time."""
    event = as_mapping(document)
    request_hash, at = hash_request(QUEUE_HEAD, content), message.enqueued_time_utc or now
    return CallStamp(
        id=derive_stamp_id(at, message.message_id, request_hash),
        at=at,
        door=Door.QUEUE,
        action=_read_text(event, "type") or UNKNOWN_TYPE,
        request_hash=request_hash,
        actor=_read_text(event, "source"),
        on_behalf_of=_read_text(event, "authid"),
        origin=message.message_id and message.message_id[:LONGEST_ATTRIBUTE],
    )


def _read_text(event: Mapping[str, Any], name: str) -> str | None:
    text = event.get(name)
    return text[:LONGEST_ATTRIBUTE] if isinstance(text, str) else None


def find_subject(route: Route[Any, Any], req: func.HttpRequest) -> tuple[str | None, str | None]:
    """Name and cost center of the environment, as far as the request says them and they are
    valid, be it by a plan. A model's name is none of an environment."""
    brings_spec = route.body is not None and route.body.model is EnvironmentSpec
    body: Mapping[str, Any] = _read_body(req) if brings_spec else {}
    planned = find_planned_environment(str(body.get(PLAN_ID, "")))
    name = req.route_params.get("name") or body.get("name") or planned
    cost_center = body.get("costCenter")
    return (
        name if isinstance(name, str) and is_environment_name(name) else None,
        cost_center if isinstance(cost_center, str) and is_cost_center(cost_center) else None,
    )


def read_address(header: str | None) -> str | None:
    """The last of the addresses, without its port."""
    text = (header or "").rpartition(",")[2].strip()
    if text.count(":") == 1 or text.startswith("["):
        text = text.rpartition(":")[0].strip("[]") or text
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _read_body(req: func.HttpRequest) -> Mapping[str, Any]:
    body = req.get_body()
    return {} if not body or find_oversize(body) else as_mapping(decode_json(body))
