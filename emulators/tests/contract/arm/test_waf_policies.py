"""WAF policies of Front Door, by the SDK and on the wire."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_front_door import SKU, WAF

RATE_LIMIT = {
    "name": "RateLimit",
    "priority": 100,
    "ruleType": "RateLimitRule",
    "rateLimitDurationInMinutes": 1,
    "rateLimitThreshold": 1000,
    "action": "Block",
    "matchConditions": [
        {"matchVariable": "RemoteAddr", "operator": "IPMatch", "matchValue": ["0.0.0.0/0"]}
    ],
}


async def test_a_policy_is_created_changed_and_deleted_at_once(azure: Azure, group: str) -> None:
    body = {
        "location": "global",
        "sku": SKU,
        "properties": {
            "policySettings": {"mode": "Prevention"},
            "customRules": {"rules": [RATE_LIMIT]},
        },
    }
    policies = azure.waf.policies
    begun = await policies.begin_create_or_update(group, "gpfraud", body)
    policy = await begun.result()
    assert policy.properties is not None
    assert policy.properties.resource_state == "Enabled"
    assert policy.properties.policy_settings is not None
    assert policy.properties.policy_settings.mode == "Prevention"
    assert [each.name async for each in policies.list(group)] == ["gpfraud"]
    await (await policies.begin_delete(group, "gpfraud")).result()
    with pytest.raises(ResourceNotFoundError):
        await policies.get(group, "gpfraud")
    assert azure.retry_after.seen == []


async def test_statuses_are_201_200_and_204_without_an_operation(arm: Arm, group: str) -> None:
    body = {"location": "global", "sku": SKU}
    answers = [
        await arm.call("PUT", WAF, body),
        await arm.call("PUT", WAF, body),
        await arm.call("DELETE", WAF),
        await arm.call("DELETE", WAF),
    ]
    assert [each.status for each in answers] == [201, 200, 204, 204]
    assert all("Azure-AsyncOperation" not in each.headers for each in answers)


async def test_a_policy_without_a_sku_becomes_a_classic_one(arm: Arm, group: str) -> None:
    answer = await arm.call("PUT", WAF, {"location": "global"})
    assert answer.body["sku"] == {"name": "Classic_AzureFrontDoor"}


@pytest.mark.parametrize(
    ("name", "body", "text"),
    [
        pytest.param(
            "gp-fraud",
            {},
            "Policy ArmResourceId has incorrect formatting",
            id="hyphen in the name",
        ),
        pytest.param(
            "gpfraud",
            {
                "properties": {
                    "customRules": {
                        "rules": [
                            {
                                **RATE_LIMIT,
                                "matchConditions": [{"matchVariable": "RequestHeader"}],
                            }
                        ]
                    }
                }
            },
            "Selector must be set when using RequestHeader match variable",
            id="header without a selector",
        ),
        pytest.param(
            "gpfraud",
            {
                "sku": SKU,
                "properties": {
                    "managedRules": {
                        "managedRuleSets": [
                            {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}
                        ]
                    }
                },
            },
            "Managed rule sets are not supported",
            id="managed rules need premium",
        ),
    ],
)
async def test_a_bad_policy_is_refused(
    azure: Azure, group: str, name: str, body: dict[str, Any], text: str
) -> None:
    with pytest.raises(HttpResponseError) as caught:
        await azure.waf.policies.begin_create_or_update(
            group, name, {"location": "global", **body}
        )
    assert caught.value.status_code == 400
    assert caught.value.error is not None
    assert caught.value.error.code == "BadRequest"
    assert text in str(caught.value.error.message)


async def test_overrides_and_exclusions_of_managed_rules_come_back(
    azure: Azure, group: str
) -> None:
    exclusion = {
        "matchVariable": "RequestBodyJsonArgNames",
        "selectorMatchOperator": "Equals",
        "selector": "messages.content",
    }
    rule = {"ruleId": "942190", "enabledState": "Enabled", "action": "Log"}
    rule_set = {
        "ruleSetType": "Microsoft_DefaultRuleSet",
        "ruleSetVersion": "2.1",
        "ruleSetAction": "Block",
        "exclusions": [exclusion],
        "ruleGroupOverrides": [{"ruleGroupName": "SQLI", "rules": [rule]}],
    }
    body: Any = {
        "location": "global",
        "sku": {"name": "Premium_AzureFrontDoor"},
        "properties": {"managedRules": {"managedRuleSets": [rule_set]}},
    }
    await (await azure.waf.policies.begin_create_or_update(group, "gpfraud", body)).result()
    policy = await azure.waf.policies.get(group, "gpfraud")
    assert policy.as_dict()["properties"]["managedRules"]["managedRuleSets"] == [rule_set]
    rule_set["ruleGroupOverrides"] = {"ruleGroupName": "SQLI"}
    with pytest.raises(HttpResponseError, match="ruleGroupOverrides must be of type array"):
        await azure.waf.policies.begin_create_or_update(group, "gpfraud", body)
