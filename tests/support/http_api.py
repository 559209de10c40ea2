"""Sends requests through the routes of the API, without a host between."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import azure.functions as func

from domain.guard.billed_costs import BilledReader
from domain.guard.market import MarketReader
from domain.guard.policy.in_force import PolicyReader, read_no_policy
from domain.requests.principal import Principal
from domain.serving.cluster_access import ClusterAccessReader
from domain.serving.invocations.log_answer import LogReader
from domain.serving.pod_logs import PodLogReader
from domain.spec.policy import SpecPolicy
from tests.support.documented_answers import product_document
from tests.support.fake_clusters import FakeClusters
from tests.support.fake_hub import FakeHub
from tests.support.fake_pod_logs import FakePodLogs
from tests.support.markets import read_ample_market
from tests.support.specs import a_policy
from triggers.declarations import Deployment, Route
from triggers.dispatch import answer_request
from triggers.routes import ROUTES

ORIGIN = "https://gridplane.example.com"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        assert self.headers["x-ms-error-code"] == self.json["error"]["code"]
        return self.json["error"]


@dataclass(frozen=True, slots=True)
class Api:
    """The routes; each answer has to be as the API's document says."""

    hub: FakeHub
    requires_app_roles: bool = False
    build_commit: str | None = None
    read_logs: LogReader | None = None
    read_market: MarketReader = read_ample_market
    read_billed: BilledReader | None = None
    developer: Principal | None = None
    read_policy: PolicyReader = read_no_policy
    read_pod_log: PodLogReader = field(default_factory=lambda: FakePodLogs().read)
    read_clusters: ClusterAccessReader = field(default_factory=lambda: FakeClusters().read)
    policy: SpecPolicy = field(default_factory=a_policy)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, headers=headers)

    async def delete(self, path: str, **headers: str) -> Answer:
        return await self.send("DELETE", path, headers=headers)

    async def post(self, path: str, **headers: str) -> Answer:
        return await self.send("POST", path, headers=headers)

    async def put(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.send("PUT", path, body, headers)

    async def create(self, body: Any, **headers: str) -> Answer:
        return await self.send("POST", "environments", body, headers)

    async def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        path, _, query = path.removeprefix(ORIGIN).strip("/").partition("?")
        route, values = find_route(method, path)
        request = func.HttpRequest(
            method=method,
            url=f"{ORIGIN}/{path}{'?' if query else ''}{query}",
            headers={name.replace("_", "-"): value for name, value in (headers or {}).items()},
            params=dict(parse_qsl(query, keep_blank_values=True)),
            route_params=values,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        )
        response = await answer_request(
            route,
            request,
            self.hub,
            Deployment(
                policy=self.policy,
                requires_app_roles=self.requires_app_roles,
                build_commit=self.build_commit,
                read_market=self.read_market,
                read_pod_log=self.read_pod_log,
                read_clusters=self.read_clusters,
                read_logs=self.read_logs,
                developer=self.developer,
                read_billed=self.read_billed,
                read_policy=self.read_policy,
            ),
        )
        answer = read_answer(response)
        product_document().check(method, f"/{path}", answer.status, answer.headers, answer.text)
        return answer


def find_route(method: str, path: str) -> tuple[Route[Any, Any], dict[str, str]]:
    for route in ROUTES:
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path)
        if route.method == method and (found := re.fullmatch(pattern, path)):
            return route, found.groupdict()
    raise LookupError(f"no route serves {method} /{path}")


def read_answer(response: func.HttpResponse) -> Answer:
    """With the content type among the headers, as a host sends it."""
    body = response.get_body().decode()
    headers = dict(response.headers)
    if body:
        headers.setdefault("Content-Type", response.mimetype)
    return Answer(response.status_code, headers, body)
