"""The API in place of the network; the portal's own files come from the app's code."""

import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import azure.functions as func
from playwright.sync_api import BrowserContext, Request, Route

from domain.environment.operation_views import OperationView
from domain.environment.views import EnvironmentView
from tests.support.specs import spec_body
from triggers.openapi import build_openapi_json
from triggers.portal import answer_file, answer_page

ORIGIN = "http://localhost:9"
"""Browsers trust it like HTTPS. Nothing listens there."""


class FakedApi:
    """Answers by path; anything else is 404. Keeps what was sent and counts what was asked."""

    def __init__(self, context: BrowserContext) -> None:
        self.environments: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[int, dict[str, Any], dict[str, str]]] = {}
        self.sent: list[Request] = []
        self.asked: Counter[str] = Counter()
        self.date = ""
        """By the clock of the service; it does not say if empty."""
        self.answer("/openapi.json", json.loads(build_openapi_json()))
        context.route("**/*", self._serve)

    def answer(self, path: str, body: dict[str, Any], status: int = 200, **headers: str) -> None:
        self.answers[path] = (status, body, headers)

    def _serve(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        self.asked[address.path] += 1
        if route.request.method != "GET":
            self.sent.append(route.request)
        if address.path.startswith("/portal"):
            answer = _answer_portal(address.path)
            route.fulfill(
                status=answer.status_code,
                body=answer.get_body(),
                headers={"Content-Type": answer.mimetype, **answer.headers},
            )
            return
        status, body, headers = self._find(route.request.method, address.path, address.query)
        dated = {"Date": self.date} if self.date else {}
        route.fulfill(status=status, json=body, headers=headers | dated)

    def _find(
        self, method: str, path: str, query: str
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        known = self.answers.get(f"{method} {path}") or self.answers.get(path)
        if known is None and method == "GET" and path == "/environments":
            return 200, self._page(query), {}
        return known or (404, {"error": {"code": "NotFound", "message": "Nothing there."}}, {})

    def _page(self, query: str) -> dict[str, Any]:
        asked = parse_qs(query)
        size, start = int(asked["maxpagesize"][0]), int(asked.get("skiptoken", ["0"])[0])
        page: dict[str, Any] = {"value": self.environments[start : start + size]}
        if start + size < len(self.environments):
            page["nextLink"] = f"/environments?maxpagesize={size}&skiptoken={start + size}"
        return page


def _answer_portal(path: str) -> func.HttpResponse:
    if path == "/portal":
        return answer_page()
    _, _, version, name = path.split("/", 3)
    return answer_file(version, name)


def an_environment(name: str = "fraud-llm", **changes: Any) -> dict[str, Any]:
    """As the API shows it."""
    body = {
        "name": name,
        "phase": "Ready",
        "generation": 1,
        "createdDateTime": "2026-11-20T09:00:00Z",
        "lastModifiedDateTime": "2026-11-22T12:00:00Z",
        "spec": spec_body(name=name),
        "cells": [],
        "originTransport": "privateLink",
        "health": {"status": "Healthy", "findings": []},
        "endpoint": f"https://gp-{name}-a1b2c3.z01.azurefd.net",
        "cost": {
            "usdPerHourNow": 5.5,
            "usdPerHourAsleep": 0.73,
            "todayUsd": 66.1,
            "monthToDateUsd": 1203.9,
            "priceAsOf": "2026-06-18T00:00:00Z",
        },
        **changes,
    }
    return EnvironmentView.from_wire(body).to_wire()


def an_operation(**changes: Any) -> dict[str, Any]:
    """As the API shows one that runs."""
    body = {
        "id": "fraud-llm.1",
        "kind": "provision",
        "environment": "fraud-llm",
        "status": "Running",
        "percentComplete": 40,
        "createdDateTime": "2026-11-22T12:00:00Z",
        "lastActionDateTime": "2026-11-22T12:02:00Z",
        "steps": [],
        **changes,
    }
    return OperationView.from_wire(body).to_wire()
