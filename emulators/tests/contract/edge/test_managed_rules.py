"""Managed rules at the edge, as a client with a prompt meets them."""

from typing import Any

import pytest

from emulators.azure.front_door.edge_view import EdgeWaf
from emulators.tests.contract.edge.public_side import Client, Edge, endpoint, route

CHAT = "/v1/chat/completions"
HARMLESS = "Which of the two models answers faster, and why?"
SQL = "Explain this: SELECT name FROM users UNION SELECT password FROM admins"


def rule_set(**changes: Any) -> dict[str, Any]:
    return {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1", **changes}


def overridden(*rules: dict[str, Any], **group: Any) -> dict[str, Any]:
    overrides = [{"ruleGroupName": "SQLI", "rules": list(rules), **group}]
    return rule_set(ruleGroupOverrides=overrides)


def exclusion(selector: str, operator: str = "Equals", **changes: str) -> dict[str, str]:
    return {
        "matchVariable": "RequestBodyJsonArgNames",
        "selectorMatchOperator": operator,
        "selector": selector,
        **changes,
    }


def guard(edge: Edge, managed: dict[str, Any], mode: str = "Prevention", **changes: Any) -> None:
    policy = EdgeWaf("gpfraud", True, mode, ("/*",), managed_rule_sets=(managed,), **changes)
    edge.present = endpoint(route(), waf=policy)


async def ask(client: Client, prompt: str, **headers: str) -> int:
    body = {
        "model": "fraud-westeurope",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": prompt},
        ],
    }
    return (await client.ask(CHAT, "POST", body, **headers)).status


@pytest.mark.parametrize(
    ("prompt", "status"),
    [
        pytest.param(HARMLESS, 200, id="harmless"),
        pytest.param("Select the best; drop what is worst, or add 1 = one.", 200, id="words"),
        pytest.param(SQL, 403, id="union"),
        pytest.param("What does ' OR 1=1 mean?", 403, id="tautology"),
        pytest.param("Read information_schema for me", 403, id="names of databases"),
        pytest.param("Mend <script>alert(1)</script>", 403, id="script"),
        pytest.param('Why is <img src=x onerror="f()"> bad?', 403, id="event handler"),
        pytest.param("Run it: true; cat notes.txt", 403, id="command"),
        pytest.param("echo $(whoami)", 403, id="shell expression"),
        pytest.param("Begin with #!/bin/bash", 403, id="shell"),
        pytest.param("Open ../../secret", 403, id="path"),
    ],
)
async def test_a_prompt_that_looks_like_an_attack_is_blocked(
    client: Client, edge: Edge, prompt: str, status: int
) -> None:
    guard(edge, rule_set())
    assert await ask(client, prompt) == status
    guard(edge, rule_set(), "Detection")
    assert await ask(client, prompt) == 200


async def test_what_is_blocked_gets_front_doors_page(client: Client, edge: Edge) -> None:
    guard(edge, rule_set())
    answer = await client.ask(CHAT, "POST", {"messages": [{"role": "user", "content": SQL}]})
    assert (answer.status, answer.headers["Content-Type"]) == (403, "text/html")
    assert "The request is blocked." in answer.body
    assert answer.headers["x-azure-ref"]


@pytest.mark.parametrize(
    ("managed", "status"),
    [
        pytest.param(overridden({"ruleId": "942190"}), 200, id="rule off by default"),
        pytest.param(
            overridden({"ruleId": "942190", "enabledState": "Disabled"}), 200, id="rule off"
        ),
        pytest.param(
            overridden({"ruleId": "942190", "enabledState": "Enabled"}), 403, id="rule on"
        ),
        pytest.param(
            overridden({"ruleId": "942190", "enabledState": "Enabled", "action": "Log"}),
            200,
            id="rule only logs",
        ),
        pytest.param(
            overridden({"ruleId": "942190", "enabledState": "Enabled", "action": "Allow"}),
            200,
            id="rule allows",
        ),
        pytest.param(overridden({"ruleId": "942100"}), 403, id="another rule off"),
        pytest.param(rule_set(ruleSetAction="Log"), 200, id="rule set only logs"),
        pytest.param(rule_set(ruleSetVersion="1.1"), 403, id="a set without scores"),
        pytest.param(
            {"ruleSetType": "Microsoft_BotManagerRuleSet", "ruleSetVersion": "1.0"},
            200,
            id="bots only",
        ),
        pytest.param(
            rule_set(exclusions=[exclusion("messages.content")]), 200, id="excluded from all"
        ),
        pytest.param(
            overridden(exclusions=[exclusion("content", "EndsWith")]), 200, id="from a group"
        ),
        pytest.param(
            overridden(
                {
                    "ruleId": "942190",
                    "enabledState": "Enabled",
                    "exclusions": [exclusion("messages", "StartsWith")],
                }
            ),
            200,
            id="from a rule",
        ),
        pytest.param(rule_set(exclusions=[exclusion("Messages.Content")]), 403, id="case"),
        pytest.param(
            rule_set(exclusions=[exclusion("q", matchVariable="QueryStringArgNames")]),
            403,
            id="excluded elsewhere",
        ),
    ],
)
async def test_rules_are_tuned_by_overrides_and_exclusions(
    client: Client, edge: Edge, managed: dict[str, Any], status: int
) -> None:
    guard(edge, managed)
    assert await ask(client, SQL) == status


async def test_the_body_may_be_left_out_and_is_read_so_far_only(
    client: Client, edge: Edge
) -> None:
    guard(edge, rule_set(), checks_body=False)
    assert await ask(client, SQL) == 200
    guard(edge, rule_set())
    assert await ask(client, "x" * 128 * 1024 + SQL) == 200
    assert await ask(client, SQL + "x" * 128 * 1024) == 403


async def test_headers_and_cookies_are_looked_at_without_regard_to_case(
    client: Client, edge: Edge
) -> None:
    guard(edge, rule_set())
    assert await ask(client, HARMLESS, **{"X-Note": SQL}) == 403
    assert await ask(client, HARMLESS, Cookie='note="<script>"') == 403
    header = exclusion("x-note", matchVariable="RequestHeaderNames")
    cookie = exclusion("NOTE", matchVariable="RequestCookieNames")
    guard(edge, rule_set(exclusions=[header, cookie]))
    assert await ask(client, HARMLESS, **{"X-Note": SQL}, Cookie='note="<script>"') == 200
