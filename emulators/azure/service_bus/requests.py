"""Request and reply over a pair of links on one address, as $cbs and $management have it."""

from collections import deque
from collections.abc import Callable

from emulators.azure.service_bus.message import Request, read_request
from emulators.azure.service_bus.outcomes import Outcome
from emulators.azure.service_bus.outgoing_link import OutgoingLink

Answering = Callable[[Request], bytes]
FindReplies = Callable[[], "Replies | None"]


class Replies:
    """The receiving half: keeps replies until the client has credit for them."""

    def __init__(self, link: OutgoingLink, path: str) -> None:
        self.path = path
        self._link = link
        self._pending: deque[bytes] = deque()
        self._sent = 0

    def send(self, reply: bytes) -> None:
        self._pending.append(reply)
        self.on_credit()

    def on_credit(self) -> None:
        while self._pending and self._link.is_ready:
            self._sent += 1
            self._link.send(self._sent.to_bytes(4), self._pending.popleft(), settled=True)

    def settle(self, tag: bytes, outcome: Outcome) -> None:
        """A reply is settled as it is sent."""

    def on_end(self) -> None:
        self._pending.clear()


class Requests:
    """The sending half. A reply-to is not unique: the reply goes to the connection's own link."""

    def __init__(self, answering: Answering, find_replies: FindReplies) -> None:
        self._answering = answering
        self._find_replies = find_replies

    def receive(self, payload: bytes, message_format: int) -> None:
        reply = self._answering(read_request(payload))
        replies = self._find_replies()
        if replies is not None:
            replies.send(reply)
