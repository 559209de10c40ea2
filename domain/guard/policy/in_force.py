"""The policy that is in force, and what came of the latest look at the file."""

from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.catalog.regions import normalise_region
from domain.guard.policy.model import Policy
from domain.spec.policy import SpecPolicy
from domain.wire import WireModel


class PolicyState(StrEnum):
    """Whether the policy in force is what the file says."""

    NONE = "none"
    """No file is configured."""
    CURRENT = "current"
    STALE = "stale"
    """The file cannot be read, or is wrong: the last good version stays in force."""
    MISSING = "missing"
    """No version could be read since the app started: nothing is served."""


class PolicyStatus(WireModel):
    """Which version of the policy file is in force."""

    state: PolicyState = Field(description="Whether it is what the file says.")
    digest: str | None = Field(
        default=None,
        description="First characters of the SHA-256 of the version in force.",
        examples=["1f0c9d2a7b3e"],
    )
    since: AwareDatetime | None = Field(
        default=None, description="When this instance of the app has read it first."
    )
    warnings: tuple[str, ...] | None = Field(
        default=None,
        description="What the version in force allows to no effect, as the app's settings forbid "
        "it; absent if there is nothing.",
        examples=[
            ["allow.regions: norwayeast has no effect, as the setting ALLOWED_REGIONS lacks it."]
        ],
    )
    problems: tuple[str, ...] = Field(
        default=(),
        description="Why a later version is not in force, with line and field.",
        examples=[["line 3, allow.regions: Use at least 1 item(s)."]],
    )


class PolicyInForce(WireModel):
    """None as policy: nothing may be decided."""

    policy: Policy | None
    status: PolicyStatus


NO_POLICY_FILE = PolicyInForce(policy=Policy(), status=PolicyStatus(state=PolicyState.NONE))

type PolicyReader = Callable[[], Awaitable[PolicyInForce]]
"""Never raises: what cannot be read is told in the status."""


async def read_no_policy() -> PolicyInForce:
    """Where no file is configured."""
    return NO_POLICY_FILE


def narrow(settings: SpecPolicy, policy: Policy) -> SpecPolicy:
    """The rules of the settings with those of the file that are of the same kind: what either
    forbids is forbidden, and refused in the same words."""
    allow = policy.allow
    return SpecPolicy(
        tuple(filter(allow.has_region, map(normalise_region, settings.allowed_regions))),
        verifies_tokens=settings.verifies_tokens,
        allows_anonymous_access=settings.allows_anonymous_access
        and allow.access_mode_none is not False,
        allows_http_origins=settings.allows_http_origins
        and allow.origin_transport_http is not False,
        requires_disk_encryption_set=settings.requires_disk_encryption_set,
    )


def find_ineffective(settings: SpecPolicy, policy: Policy) -> Iterable[str]:
    """What the file allows although the settings forbid it, which narrows nothing."""
    allow, known = policy.allow, set(map(normalise_region, settings.allowed_regions))
    for region in allow.regions or ():
        if region not in known:
            yield (
                f"allow.regions: {region} has no effect, as the setting ALLOWED_REGIONS lacks it."
            )
    if allow.access_mode_none and not settings.allows_anonymous_access:
        yield _without_effect("accessModeNone", "ALLOW_ANONYMOUS_ACCESS")
    if allow.origin_transport_http and not settings.allows_http_origins:
        yield _without_effect("originTransportHttp", "ALLOW_HTTP_ORIGINS")


def _without_effect(key: str, setting: str) -> str:
    return f"allow.{key}: true has no effect, as the setting {setting} is false."
