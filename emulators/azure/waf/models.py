"""WAF policies: their bodies, what is refused, and which security policies use them."""

import re
from typing import Any

from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.resource_groups.models import ResourceGroups
from emulators.azure.waf import errors
from emulators.azure.waf.shapes import check_shape

WAF_TYPE = "Microsoft.Network/frontdoorwebapplicationfirewallpolicies"
SECURITY_POLICY_TYPE = "Microsoft.Cdn/profiles/securitypolicies"

SKUS = ("Classic_AzureFrontDoor", "Standard_AzureFrontDoor", "Premium_AzureFrontDoor")
MODES = ("Detection", "Prevention")
SELECTED_VARIABLES = ("RequestHeader", "QueryString", "PostArgs", "Cookies")

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}")
_SETTINGS: dict[str, Any] = {
    "enabledState": "Enabled",
    "mode": "Detection",
    "redirectUrl": None,
    "customBlockResponseStatusCode": None,
    "customBlockResponseBody": None,
    "requestBodyCheck": "Enabled",
}


class WafPolicies:
    """All WAF policies of the subscription."""

    def __init__(self, platform: Platform, groups: ResourceGroups) -> None:
        self._platform = platform
        self._groups = groups

    def id_of(self, request: ArmRequest) -> str:
        group = self._groups.get(request.group)
        return f"{group.id}/providers/{WAF_TYPE}/{request.params['policy']}"

    def find(self, request: ArmRequest) -> Resource | None:
        return self._platform.resources.get(self.id_of(request))

    def in_group(self, group: str) -> list[Resource]:
        policies = self._platform.resources.of_type(WAF_TYPE)
        return [each for each in policies if each.group == group.lower()]

    def put(self, request: ArmRequest) -> tuple[Resource, bool]:
        """Create or replace a policy; True when it is new."""
        present = self.find(request)
        body = _checked_body(request, present)
        if present is not None:
            present.body = body
            present.etag = self._platform.identifiers.guid()
            return present, False
        policy = Resource(
            id=self.id_of(request),
            type=WAF_TYPE,
            name=request.params["policy"],
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body=body,
            etag=self._platform.identifiers.guid(),
        )
        self._platform.resources.add(policy)
        return policy, True

    def delete(self, policy: Resource) -> None:
        if self.links(policy):
            raise errors.in_use(policy.name)
        self._platform.resources.remove(policy)

    def links(self, policy: Resource) -> list[str]:
        """The ids of the security policies that attach this policy to endpoints."""
        return [
            each.id
            for each in self._platform.resources.of_type(SECURITY_POLICY_TYPE)
            if each.properties["parameters"]["wafPolicy"]["id"].lower() == policy.key
        ]


def _checked_body(request: ArmRequest, present: Resource | None) -> dict[str, Any]:
    check_shape(request.body)
    if not _NAME.fullmatch(request.params["policy"]):
        raise errors.validation_failed("Policy ArmResourceId has incorrect formatting")
    requested_sku = (request.body.get("sku") or {}).get("name")
    sku = requested_sku or (present.body["sku"]["name"] if present else SKUS[0])
    if sku not in SKUS:
        raise errors.validation_failed(f"Sku {sku} is not supported")
    settings = {**_SETTINGS, **_given(request.properties.get("policySettings"))}
    if settings["mode"] not in MODES:
        raise errors.validation_failed(f"Mode {settings['mode']} is not supported")
    rules = _given(request.properties.get("customRules")).get("rules") or []
    managed = _given(request.properties.get("managedRules")).get("managedRuleSets") or []
    if managed and sku == "Standard_AzureFrontDoor":
        raise errors.validation_failed(f"Managed rule sets are not supported with the sku {sku}")
    return {
        "location": "Global",
        "tags": request.body.get("tags") or {},
        "sku": {"name": sku},
        "properties": {
            "policySettings": settings,
            "customRules": {"rules": [_custom_rule(rule) for rule in rules]},
            "managedRules": {"managedRuleSets": managed},
        },
    }


def _custom_rule(rule: dict[str, Any]) -> dict[str, Any]:
    conditions = []
    for condition in rule.get("matchConditions") or []:
        if condition.get("matchVariable") in SELECTED_VARIABLES and not condition.get("selector"):
            raise errors.validation_failed(
                f"Selector must be set when using {condition['matchVariable']} match variable"
            )
        conditions.append(
            {"selector": None, "negateCondition": False, "transforms": [], **condition}
        )
    for name in ("priority", "ruleType", "action"):
        if rule.get(name) is None:
            raise errors.validation_failed(f"Custom rule {name} must be set")
    no_rate = {"rateLimitDurationInMinutes": None, "rateLimitThreshold": None}
    return {"enabledState": "Enabled", **no_rate, **rule, "matchConditions": conditions}


def _given(value: Any) -> dict[str, Any]:
    """An object without its nulls; anything else counts as not given."""
    if not isinstance(value, dict):
        return {}
    return {name: each for name, each in value.items() if each is not None}
