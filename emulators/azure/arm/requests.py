"""A request to ARM, parsed and checked as far as no service is needed for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ArmRequest:
    """`params` are the names out of the path as the caller wrote them; ids ignore case."""

    method: str
    path: str
    api_version: str
    base_url: str
    target: str = ""
    """Path and query exactly as the caller sent them."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def subscription(self) -> str:
        return self.params["subscription"]

    @property
    def group(self) -> str:
        return self.params["group"]

    @property
    def properties(self) -> dict[str, Any]:
        """The `properties` of the body; anything else than an object counts as none."""
        properties = self.body.get("properties")
        return properties if isinstance(properties, dict) else {}
