"""Request bodies of the edge: Front Door profile and children, WAF policy."""

from typing import Any

from domain.spec import EnvironmentSpec


def build_profile(spec: EnvironmentSpec) -> dict[str, Any]:
    raise NotImplementedError


def build_endpoint(spec: EnvironmentSpec) -> dict[str, Any]:
    raise NotImplementedError


def build_origin_group(spec: EnvironmentSpec) -> dict[str, Any]:
    raise NotImplementedError


def build_origin(spec: EnvironmentSpec, region: str, subscription_id: str) -> dict[str, Any]:
    raise NotImplementedError


def build_route(spec: EnvironmentSpec, subscription_id: str) -> dict[str, Any]:
    raise NotImplementedError


def build_waf_policy(spec: EnvironmentSpec) -> dict[str, Any]:
    raise NotImplementedError


def build_security_policy(spec: EnvironmentSpec, subscription_id: str) -> dict[str, Any]:
    raise NotImplementedError
