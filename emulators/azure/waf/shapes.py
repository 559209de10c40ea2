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
        "managedRules": {
            "managedRuleSets": Each({"ruleSetType": str, "ruleSetVersion": str}),
        },
    },
}


def check_shape(body: dict[str, Any]) -> None:
    found = mismatch(body, _POLICY)
    if found is not None:
        raise errors.validation_failed(f"{found.path} must be of type {found.wanted}")
