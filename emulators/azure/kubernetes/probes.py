"""Startup and readiness probes: when they succeed, and what they say when they fail."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Outcome:
    """After how many seconds a probe succeeds, and how many attempts fail before that."""

    seconds: float
    failures: int

    def after(self, seconds: float) -> "Outcome":
        """The same outcome seen `seconds` later."""
        return replace(self, seconds=max(self.seconds - seconds, 0.0))


@dataclass(frozen=True, slots=True)
class Probe:
    """The numbers of a probe and where it asks."""

    initial_delay_seconds: float
    period_seconds: float
    failure_threshold: int
    http_get: Mapping[str, Any] | None

    @classmethod
    def read(cls, manifest: Mapping[str, Any] | None) -> Self | None:
        if not manifest:
            return None
        return cls(
            manifest.get("initialDelaySeconds", 0),
            manifest.get("periodSeconds", 10),
            manifest.get("failureThreshold", 3),
            manifest.get("httpGet"),
        )

    @property
    def budget_seconds(self) -> float:
        """How long the kubelet goes on before it gives the container up."""
        return self.period_seconds * self.failure_threshold

    def refusal(self, address: str, container: Mapping[str, Any]) -> str:
        """What a probe reports while nothing listens yet."""
        port = named_port((self.http_get or {}).get("port", 80), container)
        dial = f"dial tcp {address}:{port}: connect: connection refused"
        if self.http_get is None:
            return dial
        path = self.http_get.get("path", "/")
        return f'Get "http://{address}:{port}{path}": {dial}'


def named_port(port: Any, container: Mapping[str, Any]) -> Any:
    """The number of a port that may be given by its name."""
    if isinstance(port, int):
        return port
    ports = container.get("ports") or []
    return next((each["containerPort"] for each in ports if each.get("name") == port), port)


def until_success(probe: Probe, loading_seconds: float) -> Outcome:
    """When the first probe finds a container that serves `loading_seconds` after its start."""
    late = max(loading_seconds - probe.initial_delay_seconds, 0.0)
    failures = int(-(-late // probe.period_seconds))
    return Outcome(probe.initial_delay_seconds + failures * probe.period_seconds, failures)
