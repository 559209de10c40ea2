"""The broker: listens, opens links on entities, and can be reset."""

import secrets
import ssl
import time
from collections.abc import Callable
from typing import Any

from emulators.azure.clock import Clock
from emulators.azure.service_bus import cbs
from emulators.azure.service_bus.access import EVERY_RIGHT, AuthorizationRule, Right
from emulators.azure.service_bus.authorization import Authorization, Tokens
from emulators.azure.service_bus.connection import Connection
from emulators.azure.service_bus.consumers import open_consumer
from emulators.azure.service_bus.errors import AmqpError, Condition, tracked, unauthorized
from emulators.azure.service_bus.gate import Gate, Operation
from emulators.azure.service_bus.incoming_link import IncomingLink
from emulators.azure.service_bus.listeners import Listeners
from emulators.azure.service_bus.management import Management
from emulators.azure.service_bus.message import read_messages
from emulators.azure.service_bus.namespace import Namespace
from emulators.azure.service_bus.outgoing_link import OutgoingLink
from emulators.azure.service_bus.paths import MANAGEMENT, entity_of, is_part_of, path_of
from emulators.azure.service_bus.queue import Kind, Queue
from emulators.azure.service_bus.requests import Answering, Replies, Requests
from emulators.azure.service_bus.settings import DEFAULT_ENTITIES, Entities
from emulators.azure.service_bus.times import MIN_LOCK_REAL_SECONDS, Alarms, Times
from emulators.azure.service_bus.topic import Topic

MAX_REQUEST_BYTES = 1024 * 1024
ROOT_POLICY = "RootManageSharedAccessKey"


class Sends:
    """Where a sending link's messages go: all of a batch, or none of it."""

    def __init__(self, entity: Queue | Topic) -> None:
        self._entity = entity

    def receive(self, payload: bytes, message_format: int) -> None:
        self._entity.check(Operation.SEND)
        contents = read_messages(payload, message_format)
        for content in contents:
            self._entity.check_content(content)
        for content in contents:
            self._entity.put(content)


class Broker:
    """One namespace on one port. The key and the port stay; a reset makes all else anew."""

    def __init__(
        self,
        clock: Clock,
        entities: Entities = DEFAULT_ENTITIES,
        min_lock_real_seconds: float = MIN_LOCK_REAL_SECONDS,
        real_time: Callable[[], float] = time.time,
        tokens: Tokens | None = None,
    ) -> None:
        """`tokens` of the Entra tenant; without them only keys give access."""
        self._times = Times(clock, min_lock_real_seconds, real_time)
        self._entities = entities
        self._root = AuthorizationRule(ROOT_POLICY, EVERY_RIGHT, secrets.token_urlsafe(32))
        self._tokens = tokens
        self._connections: set[Connection] = set()
        self._listeners = Listeners()
        self._alarms = Alarms(self._times)
        self.gate = Gate()
        self.began_at = self._times.now()
        self._begin()

    def __getstate__(self) -> dict[str, Any]:
        """Without what ends with the process."""
        return {**self.__dict__, "_connections": set(), "_listeners": Listeners()}

    async def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        await self._listeners.open(lambda: Connection(self), port, tls)

    async def stop(self) -> None:
        self._alarms.stop()
        self._listeners.close()
        self.drop_connections()

    @property
    def connection_string(self) -> str | None:
        if self._listeners.port is None:
            return None
        return (
            f"Endpoint=sb://127.0.0.1:{self._listeners.port};SharedAccessKeyName={self._root.name};"
            f"SharedAccessKey={self._root.key};UseDevelopmentEmulator=true;"
        )

    @property
    def fully_qualified_namespace(self) -> str | None:
        """Where the namespace is found as in Azure: by TLS on the port of AMQPS."""
        return self._listeners.host

    def real_now(self) -> float:
        """The clients' time, in which tokens and the ends of locks are told."""
        return self._times.real_now()

    def reset(self) -> None:
        """The entities as they were declared at the start, without a message."""
        self.drop_connections()
        self._alarms.stop()
        self.gate.faults.clear()
        self._begin()

    def declare(self, entities: Entities) -> None:
        """Create or update what is named; everything else stays. Raises BadInput."""
        self.namespace.declare(entities)
        self.authorization.declare(entities.authorization_rules, entities.role_assignments)

    def resume(self) -> None:
        self._alarms.resume()

    def drop_connections(self) -> None:
        for connection in list(self._connections):
            connection.drop()

    def delete(self, path: str) -> bool:
        """Remove an entity, and the links that lead to it; False if there is none."""
        entity = path.lower()
        if not self.namespace.remove(entity):
            return False
        text = f"The messaging entity '{path}' could not be found. It has been deleted."
        error = AmqpError(Condition.NOT_FOUND, tracked(text, path))
        for connection in list(self._connections):
            for link in connection.links():
                if not link.is_ended and is_part_of(entity, entity_of(_path(link))):
                    link.lose(error)
        return True

    def now(self) -> float:
        return self._times.now()

    def wire(self) -> dict[str, Any]:
        return {
            **self.namespace.wire(),
            **self.authorization.wire(),
            "connections": len(self._connections),
        }

    def connected(self, connection: Connection) -> None:
        self._connections.add(connection)

    def disconnected(self, connection: Connection) -> None:
        self._connections.discard(connection)

    def authenticate(self, connection: Connection, mechanism: str, response: bytes) -> bool:
        """Anonymous clients prove later, on $cbs, who they are."""
        if mechanism != "PLAIN":
            return mechanism in ("ANONYMOUS", "MSSBCBS")
        _, name, key, *_ = [*response.decode(errors="replace").split("\0"), "", ""]
        claim = self.authorization.check_password(name, key)
        if claim is not None:
            connection.claims[""] = claim
        return claim is not None

    def open_link(self, connection: Connection, link: IncomingLink | OutgoingLink) -> None:
        path = _path(link)
        if path == cbs.ADDRESS:
            self._open_requests(connection, link, path, self._cbs(connection))
            return
        # Whoever has no right to an entity does not learn whether there is one.
        rights = self.authorization.rights(connection.claims, path, self.real_now())
        needed = self._needed(link, path)
        if needed not in rights:
            raise unauthorized([needed], f"sb://{connection.hostname}/{path}")
        entity = self.namespace.find(path.removesuffix(MANAGEMENT))
        if path.endswith(MANAGEMENT):
            answering = Management(entity, connection.links, rights).answer
            self._open_requests(connection, link, path, answering)
            return
        if isinstance(link, IncomingLink):
            entity.check(Operation.OPEN_SENDER)
            if isinstance(entity, Queue) and entity.kind is not Kind.QUEUE:
                raise AmqpError(Condition.NOT_ALLOWED, f"Nothing can be sent to '{path}'.")
            link.accept(Sends(entity), entity.settings.max_message_bytes)
        elif isinstance(entity, Queue):
            entity.check(Operation.OPEN_RECEIVER)
            open_consumer(entity, link)
        else:
            raise AmqpError(Condition.NOT_ALLOWED, "A topic is read through a subscription.")

    def _open_requests(
        self,
        connection: Connection,
        link: IncomingLink | OutgoingLink,
        path: str,
        answering: Answering,
    ) -> None:
        if isinstance(link, OutgoingLink):
            link.accept(Replies(link, path))
        else:
            requests = Requests(answering, lambda: _replies(connection, path))
            link.accept(requests, MAX_REQUEST_BYTES)

    def _needed(self, link: IncomingLink | OutgoingLink, path: str) -> Right:
        """Even to schedule a message in a queue, over $management, Azure wants Listen as well."""
        if path.endswith(MANAGEMENT):
            return Right.SEND if self.namespace.is_topic(path) else Right.LISTEN
        return Right.SEND if isinstance(link, IncomingLink) else Right.LISTEN

    def _cbs(self, connection: Connection) -> Answering:
        return lambda request: cbs.answer(
            request, self.authorization, self.namespace, connection.claims, self.real_now()
        )

    def _begin(self) -> None:
        self.namespace = Namespace(self._times, self._alarms, self.gate)
        self.authorization = Authorization(self._root, self.namespace.rules_of, self._tokens)
        self.declare(self._entities)


def _replies(connection: Connection, path: str) -> Replies | None:
    for link in connection.links():
        if isinstance(link, OutgoingLink) and not link.is_ended:
            outlet = link.outlet
            if isinstance(outlet, Replies) and outlet.path == path:
                return outlet
    return None


def _path(link: IncomingLink | OutgoingLink) -> str:
    """The node's address: the target of a link that sends, the source of one that receives."""
    terminus = link.attach.target if isinstance(link, IncomingLink) else link.attach.source
    fields = terminus.value if terminus is not None else None
    if not isinstance(fields, list) or not fields or not isinstance(fields[0], str):
        raise AmqpError(Condition.NOT_IMPLEMENTED, "A link needs an address.")
    if link.attach.source is None or link.attach.target is None:
        raise AmqpError(Condition.INVALID_FIELD, "A link has a source and a target.")
    return path_of(fields[0])
