"""A connection to ARM that answers requests for lists one after another."""

from dataclasses import dataclass, field
from typing import Any, cast

from azure.core.rest import AsyncHttpResponse, HttpRequest

from clients.arm import ArmConnection


@dataclass
class Response:
    """The part of a response that is read."""

    status_code: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes = b"some"

    def json(self) -> Any:
        if isinstance(self.body, str):
            raise ValueError
        return self.body

    def text(self) -> str:
        return self.body


@dataclass
class Arm:
    """A connection and its package in one, which answers one response after another."""

    responses: list[Response]
    asked: list[HttpRequest] = field(default_factory=list[HttpRequest])
    subscription_id: str = "1"

    def connect(self, package: object) -> "Arm":
        return self

    async def send_request(self, request: HttpRequest) -> AsyncHttpResponse:
        self.asked.append(request)
        return cast(AsyncHttpResponse, self.responses.pop(0))

    @property
    def connection(self) -> ArmConnection:
        return cast(ArmConnection, self)
