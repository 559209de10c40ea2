"""The types of all that a WAF policy's request is read for."""

from typing import Any

from emulators.azure.arm.shapes import TAGS, Each, Shape, mismatch
from emulators.azure.waf import errors

_CONDITION: Shape = {
    "matchVariable": str,
    "selector": str,
    "operator": str,
    "negateCondition": bool,
    "matchValue": Each(str),
    "transforms": Each(str),
}
_RULE: Shape = {
    "name": str,
    "priority": int,
    "enabledState": str,
    "ruleType": str,
    "rateLimitDurationInMinutes": int,
    "rateLimitThreshold": int,
    "action": str,
    "matchConditions": Each(_CONDITION),
}
_EXCLUSIONS = Each({"matchVariable": str, "selectorMatchOperator": str, "selector": str})
_MANAGED_RULE: Shape = {
    "ruleId": str,
    "enabledState": str,
    "action": str,
    "exclusions": _EXCLUSIONS,
}
_RULE_SET: Shape = {
    "ruleSetType": str,
    "ruleSetVersion": str,
    "ruleSetAction": str,
    "exclusions": _EXCLUSIONS,
    "ruleGroupOverrides": Each(
        {"ruleGroupName": str, "exclusions": _EXCLUSIONS, "rules": Each(_MANAGED_RULE)}
    ),
}
_POLICY: Shape = {
    "location": str,
    "tags": TAGS,
    "sku": {"name": str},
    "properties": {
        "policySettings": {
            "enabledState": str,
            "mode": str,
            "redirectUrl": str,
            "customBlockResponseStatusCode": int,
            "customBlockResponseBody": str,
            "requestBodyCheck": str,
        },
        "customRules": {"rules": Each(_RULE)},
        "managedRules": {"managedRuleSets": Each(_RULE_SET)},
    },
}


def check_shape(body: dict[str, Any]) -> None:
    found = mismatch(body, _POLICY)
    if found is not None:
        raise errors.validation_failed(f"{found.path} must be of type {found.wanted}")
