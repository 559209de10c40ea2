"""Runs the command line in front of the API's own routes, with a task hub in memory."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplane.app import run
from gridplane.session import Surroundings

from domain.environment.operation import StepChange
from domain.environment.phases import Phase
from domain.environment.record import CellState
from domain.environment.transitions import record_step
from domain.guard.market import MarketReader
from domain.guard.policy.in_force import PolicyReader, read_no_policy
from domain.outcomes import Failure, Outcome, Status
from domain.requests.principal import Principal
from tests.support.fake_clusters import FakeClusters
from tests.support.fake_pod_logs import FakePodLogs
from tests.support.http_api import Api
from tests.support.markets import A100_FAMILY, FakeMarkets, a_market, read_ample_market
from tests.support.specs import NOON, minutes, spec_body
from tests.support.sweep_hub import SweepHub

ENDPOINT = "https://gp-fraud-llm-a1b2c3.z01.azurefd.net"
NAME = "fraud-llm"
CELL = CellState(
    region="westeurope", cluster_id="/subscriptions/0/gp-x", external_ip="20.61.0.2", nodes=1
)

type Answers = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class CommandLine:
    """Runs commands. Time passes only while one of them sleeps: `meanwhile` is what happens."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    hub: SweepHub = field(default_factory=SweepHub)
    logs: FakePodLogs = field(default_factory=FakePodLogs)
    clusters: FakeClusters = field(default_factory=FakeClusters)
    environ: dict[str, str] = field(default_factory=dict[str, str])
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    sleeps: list[float] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    instead: list[Answers] = field(default_factory=list)
    """What comes in place of the API's next answers."""
    model: Answers | None = None
    requires_app_roles: bool = False
    read_market: MarketReader = read_ample_market
    read_policy: PolicyReader = read_no_policy
    caller: Principal | None = None
    """None: not known."""
    clock: datetime = NOON + minutes(5)
    """Of the API."""

    def __call__(self, *arguments: str) -> Result:
        around = Surroundings(httpx.MockTransport(self._answer), self.environ, self._sleep)
        code = run(arguments, around)
        printed = self.capture.readouterr()
        return Result(code, printed.out, printed.err)

    def spec_file(self, **changes: Any) -> str:
        path = self.folder / "environment.json"
        path.write_text(json.dumps(spec_body(**changes)))
        return str(path)

    def create(self, **changes: Any) -> None:
        """An environment that is Ready."""
        asyncio.run(self._api.create(spec_body(**changes)))
        self.finish(f"{changes.get('name', NAME)}.1")

    def finish(
        self, operation_id: str, phase: Phase = Phase.READY, failure: Failure | None = None
    ) -> None:
        is_canceled = phase is Phase.CANCELED
        ended = Outcome.canceled() if is_canceled else Outcome.succeeded()
        outcome = Outcome.failed(failure) if failure else ended
        record = self.hub.finish(operation_id, phase, outcome)
        built = {} if failure or is_canceled else {"endpoint": ENDPOINT, "cells": (CELL,)}
        self.hub.records[record.name] = record.model_copy(update=built)

    def report(
        self, operation_id: str, step: str, status: Status, after: float, **more: Any
    ) -> None:
        """Progress of a step, minutes after the beginning."""
        record = self.hub.deliver(operation_id) if not self._is_known(operation_id) else None
        record = record or self.hub.records[operation_id.partition(".")[0]]
        assert record
        at = NOON + minutes(after)
        change = StepChange(operation_id=operation_id, step=step, status=status, at=at, **more)
        self.hub.records[record.name] = record_step(record, change)

    def bodies(self, method: str, path: str) -> list[Any]:
        return [
            json.loads(each.content) if each.content else None
            for each in self.requests
            if (each.method, each.url.path) == (method, path)
        ]

    @property
    def _api(self) -> Api:
        return Api(
            self.hub,
            self.requires_app_roles,
            read_pod_log=self.logs.read,
            read_clusters=self.clusters.read,
            read_market=self.read_market,
            read_policy=self.read_policy,
            developer=self.caller,
        )

    def _is_known(self, operation_id: str) -> bool:
        record = self.hub.records.get(operation_id.partition(".")[0])
        return bool(record and record.find_operation(operation_id))

    def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        assert self.meanwhile, "nothing happens any more, and the command still waits"
        self.meanwhile.pop(0)()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.headers["Host"] == ENDPOINT.removeprefix("https://"):
            assert self.model
            return self.model(request)
        if self.instead:
            return self.instead.pop(0)(request)
        path = request.url.raw_path.decode()
        return self.ask(path, request.method, request.content, dict(request.headers))

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """What the API answers."""
        answer = asyncio.run(self._api.send(method, path, body, headers))
        date = {"Date": format_datetime(self.clock, usegmt=True)}
        return httpx.Response(answer.status, headers=answer.headers | date, text=answer.text)


def answer(status: int, body: Any = None, **headers: str) -> Answers:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, json=body, headers=named)


def fail_to_connect(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("Connection refused", request=request)


def quota_exceeded() -> Failure:
    return Failure(
        reason="QuotaExceeded",
        message="Family standardNCADSA100v4Family has 0 of 24 vCPUs left in westeurope.",
        retryable=True,
        suggested_action="Request a quota increase, then POST /environments/{name}/retry.",
    )


def market_without_quota() -> MarketReader:
    return FakeMarkets({"westeurope": a_market(quota={A100_FAMILY: (0, 0)})})
