"""Answers the HTTP requests of administration clients: authorizes, finds, and shows entities."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree.ElementTree import Element

from aiohttp import web

from emulators.azure.service_bus.access import Right
from emulators.azure.service_bus.administration import atom
from emulators.azure.service_bus.administration.entities import EntityStore, Shown
from emulators.azure.service_bus.administration.errors import (
    Refusal,
    no_token,
    not_hosted,
    unauthorized,
)
from emulators.azure.service_bus.authorization import Refused
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.errors import tracked

PAGE_SIZE = 100
_API_VERSION = re.compile(r"\d{4}-\d{2}")
"""Without a day: no api-version of Resource Manager is like that."""

_SUBSCRIPTIONS = re.compile(
    r"(?P<topic>.+?)/subscriptions(/(?P<name>[^/]+)(/rules(/(?P<rule>[^/]+))?)?)?", re.IGNORECASE
)
_ENTRY_TYPE = "application/atom+xml;type=entry;charset=utf-8"
_FEED_TYPE = "application/atom+xml;type=feed;charset=utf-8"
_ERROR_TYPE = "application/xml; charset=utf-8"


def is_for_service_bus(request: web.Request) -> bool:
    return _API_VERSION.fullmatch(request.query.get("api-version", "")) is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request by its parts. `is_update` is what If-Match says of a PUT."""

    method: str
    path: str
    base_url: str
    query: str
    is_update: bool
    body: bytes
    skip: int
    top: int


class Administration:
    """The namespace by HTTP, for whoever has the right Manage."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def handle(self, request: web.Request) -> web.Response:
        asked = _asked(request, await request.read())
        host = request.host
        try:
            self._authorize(request, asked)
            status, root = self._answer(asked)
        except Refusal as refusal:
            detail = tracked(refusal.detail, f"{host}:{asked.path}")
            body = atom.write(atom.error(refusal, detail))
            return web.Response(
                status=refusal.status, body=body, headers={"Content-Type": _ERROR_TYPE}
            )
        if root is None:
            return web.Response(status=status)
        is_feed = atom.local_name(root) == "feed"
        headers = {"Content-Type": _FEED_TYPE if is_feed else _ENTRY_TYPE}
        return web.Response(status=status, body=atom.write(root), headers=headers)

    def _authorize(self, request: web.Request, asked: Asked) -> None:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip()
        if not token:
            raise no_token()
        authorization, path = self._broker.authorization, asked.path.lower()
        try:
            claim = authorization.check_token(token, path, self._broker.real_now())
        except Refused as refusal:
            raise Refusal(401, str(refusal)) from None
        if Right.MANAGE not in authorization.rights_of(claim, path):
            address = f"sb://{request.host}/{asked.path}"
            raise unauthorized(f"{asked.method.title()}Entity", address)

    def _answer(self, asked: Asked) -> tuple[int, Element | None]:
        store = EntityStore(self._broker)
        listed: dict[str, tuple[str, Callable[[], list[Shown]]]] = {
            "$resources/queues": ("Queues", store.queues),
            "$resources/topics": ("Topics", store.topics),
        }
        if asked.path.lower() in listed:
            title, entities = listed[asked.path.lower()]
            return 200, self._feed(asked, title, entities())
        if asked.path.lower() == "$namespaceinfo":
            return 200, self._entry(asked, store.namespace(asked.base_url))
        found = _SUBSCRIPTIONS.fullmatch(asked.path)
        if found is None:
            return self._entity(asked, store)
        return self._subscription(asked, store, found)

    def _entity(self, asked: Asked, store: EntityStore) -> tuple[int, Element | None]:
        if asked.method == "GET":
            return 200, self._shown(asked, store.entity(asked.path))
        if asked.method == "DELETE":
            store.delete(asked.path)
            return 200, None
        if asked.method != "PUT":
            raise not_hosted()
        description = atom.read_description(asked.body)
        shown = store.put_entity(asked.path, description, asked.is_update, asked.base_url)
        return 200 if asked.is_update else 201, self._entry(asked, shown)

    def _subscription(
        self, asked: Asked, store: EntityStore, found: re.Match[str]
    ) -> tuple[int, Element | None]:
        topic, name, rule = found["topic"], found["name"], found["rule"]
        if name is None:
            return 200, self._feed(asked, "Subscriptions", store.subscriptions(topic))
        if "/rules" in asked.path[len(topic) :].lower():
            return self._rule(asked, store, topic, name, rule)
        path = f"{topic}/Subscriptions/{name}"
        if asked.method == "GET":
            return 200, self._shown(asked, store.subscription(topic, name))
        if asked.method == "DELETE":
            store.delete(path)
            return 200, None
        description = atom.read_description(asked.body)
        shown = store.put_subscription(topic, name, description, asked.is_update, asked.base_url)
        return 200 if asked.is_update else 201, self._entry(asked, shown)

    def _rule(
        self, asked: Asked, store: EntityStore, topic: str, name: str, rule: str | None
    ) -> tuple[int, Element | None]:
        rules = store.rules(topic, name)
        if asked.method != "GET":
            raise store.no_other_rules()
        if rule is None:
            return 200, self._feed(asked, "Rules", rules)
        named = next((each for each in rules if each.title.lower() == rule.lower()), None)
        return 200, self._shown(asked, named)

    def _shown(self, asked: Asked, shown: Shown | None) -> Element:
        if shown is None:
            return atom.nothing_here(self._broker.now())
        return self._entry(asked, shown)

    def _entry(self, asked: Asked, shown: Shown) -> Element:
        address = f"{asked.base_url}/{quote(shown.path)}"
        described = atom.Described(
            shown.title, address, shown.created_at, shown.updated_at, shown.describe()
        )
        author = asked.base_url.partition("://")[2].partition(":")[0]
        return atom.entry(described, asked.query, author)

    def _feed(self, asked: Asked, title: str, entities: list[Shown]) -> Element:
        page = entities[asked.skip : asked.skip + asked.top]
        address = f"{asked.base_url}/{quote(asked.path, safe='/$')}?{asked.query}"
        end, following = asked.skip + len(page), None
        if end < len(entities):
            following = f"{address}&$skip={end}&$top={asked.top}"
        entries = (self._entry(asked, each) for each in page)
        return atom.feed(title, address, following, entries, self._broker.now())


def _asked(request: web.Request, body: bytes) -> Asked:
    def number(name: str, default: int) -> int:
        text = request.query.get(name, "")
        return int(text) if text.isdecimal() else default

    return Asked(
        method=request.method,
        path=request.path.strip("/"),
        base_url=f"{request.scheme}://{request.host}",
        query=f"api-version={request.query.get('api-version', '')}",
        is_update=request.headers.get("If-Match") == "*",
        body=body,
        skip=number("$skip", 0),
        top=number("$top", PAGE_SIZE),
    )
