"""A subscription as the checks use it: requests, operations to their end, what was built."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import shorten
from typing import Any

from clients.answers import ArmAnswer, NoAnswer
from domain.arm.operation_polling import parse_retry_after, read_poll
from domain.arm.pacing import RETRY_SECONDS, PollKind, decide_poll_delay
from domain.arm.resource_kinds import KINDS
from domain.outcomes import Outcome, Status
from tests.azure.clock import Clock
from tests.azure.seen import NotTried
from tests.azure.subject import Subject
from tests.azure.wire import RecordedClients

LONGEST_BODY = 300

RETRIED_SECONDS = 300.0
"""A refusal that the product repeats is repeated for so long."""


@dataclass(frozen=True, slots=True)
class End:
    """How an operation ended, and what it said of itself, with the seconds when it first did."""

    outcome: Outcome
    seconds: float
    statuses: tuple[tuple[float, str], ...] = ()

    @property
    def is_success(self) -> bool:
        return self.outcome.is_success

    @property
    def reason(self) -> str:
        failure = self.outcome.failure
        return f"{failure.reason}: {failure.message}" if failure else self.outcome.status.value


@dataclass(frozen=True, slots=True)
class Built:
    """The PUT that created a resource, and how its operation ended."""

    answer: ArmAnswer
    end: End
    at: datetime


@dataclass(slots=True)
class Azure:
    clients: RecordedClients
    clock: Clock
    subject: Subject
    app_url: str | None = None
    built: dict[str, Built] = field(default_factory=dict[str, Built])
    """By kind, whether or not it succeeded."""
    failed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Ids of AKS resources of which an operation ended Failed, and when."""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """What one check has measured and a later one needs."""

    def seconds_since(self, moment: datetime) -> float:
        return (self.clock.now() - moment).total_seconds()

    async def get(self, kind: str) -> ArmAnswer:
        return await self.clients.resources.get(self.subject.id_of(kind))

    async def put(self, kind: str, body: Mapping[str, Any]) -> ArmAnswer:
        return await self.clients.resources.begin_put(self.subject.id_of(kind), body)

    async def build(self, kind: str) -> Built:
        """Once: the product's body, repeated as the product repeats what passes."""
        if kind in self.built:
            return self.built[kind]
        at = self.clock.now()
        answer = await self.put(kind, self.subject.body_of(kind))
        end = await self.follow(kind, answer, f"PUT {kind}")
        while _passes(end.outcome) and self.seconds_since(at) < RETRIED_SECONDS:
            await self.clock.sleep(RETRY_SECONDS)
            answer = await self.put(kind, self.subject.body_of(kind))
            end = await self.follow(kind, answer, f"PUT {kind}")
        self.built[kind] = Built(answer, end, at)
        return self.built[kind]

    async def need(self, *kinds: str) -> None:
        """Builds them in this order. Raises NotTried."""
        for kind in kinds:
            built = await self.build(kind)
            if not built.end.is_success:
                raise NotTried(f"{kind} was not built: {built.end.reason}")

    async def change(self, kind: str, body: Mapping[str, Any], operation: str) -> End:
        return await self.follow(kind, await self.put(kind, body), operation)

    async def follow(self, kind: str, begun: ArmAnswer, operation: str) -> End:
        """Waits as the product does, to the product's own deadline."""
        resource_kind, resource_id = KINDS[kind], self.subject.id_of(kind)
        deleting = operation.startswith("DELETE")
        limit = resource_kind.delete_timeout if deleting else resource_kind.create_timeout
        end = await self._poll(begun, resource_id, operation, resource_kind.pace, limit)
        has_failed = begun.is_success and end.outcome.status is Status.FAILED
        if has_failed and resource_kind.pace is PollKind.AKS:
            self.failed.setdefault(resource_id, self.clock.now())
        return end

    async def _poll(
        self, begun: ArmAnswer, resource_id: str, operation: str, pace: PollKind, limit: float
    ) -> End:
        began, statuses, answer = self.clock.now(), dict[str, float](), begun
        poll = read_poll(begun.status, begun.body, begun.headers, operation=operation)
        while begun.is_success and begun.operation_url and self.seconds_since(began) < limit:
            retry_after = parse_retry_after(answer.headers)
            await self.clock.sleep(decide_poll_delay(retry_after, pace))
            try:
                answer = await self.clients.resources.follow(resource_id, begun.operation_url)
            except NoAnswer:
                continue
            poll = read_poll(answer.status, answer.body, answer.headers, operation=operation)
            statuses.setdefault(poll.detail or poll.status.value, self.seconds_since(began))
            if poll.status.is_final and poll.answered:
                break
        seen = tuple((at, status) for status, at in statuses.items())
        return End(poll, self.seconds_since(began), seen)


def describe(answer: ArmAnswer) -> str:
    """Status and the beginning of the body, for a report."""
    body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body or "")
    return f"HTTP {answer.status} {shorten(body, LONGEST_BODY, placeholder='…')}".strip(' "')


def _passes(outcome: Outcome) -> bool:
    return outcome.failure is not None and outcome.failure.retryable
