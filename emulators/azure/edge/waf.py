"""The web application firewall: which requests a policy blocks."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulators.azure.edge import managed_rules, patterns
from emulators.azure.edge.exchange import Question
from emulators.azure.edge.front_doors import Waf

Rule = Mapping[str, Any]


def blocks(waf: Waf | None, question: Question) -> bool:
    """Whether the request ends at the edge. In Detection mode nothing does."""
    if waf is None or not waf.enabled or waf.mode != "Prevention":
        return False
    if patterns.best_match(waf.patterns, question.path) is None:
        return False
    action = _custom_action(waf.custom_rules, question)
    if action is not None:
        return action == "Block"
    return managed_rules.blocks(waf.managed_rule_sets, question, waf.checks_body)


def _custom_action(rules: Sequence[Rule], question: Question) -> str | None:
    """Block or Allow of the first rule that matches; rate limits are never reached here."""
    for rule in sorted(rules, key=lambda each: each.get("priority", 0)):
        if rule.get("ruleType") != "MatchRule" or rule.get("enabledState") == "Disabled":
            continue
        decides = rule.get("action") in ("Block", "Allow")
        if decides and all(_holds(each, question) for each in rule.get("matchConditions") or []):
            return rule["action"]
    return None


def _holds(condition: Rule, question: Question) -> bool:
    value = _variable(condition, question)
    operator = _OPERATORS.get(condition.get("operator", ""), lambda value, wanted: False)
    found = any(operator(value, each) for each in condition.get("matchValue") or [""])
    return found is not bool(condition.get("negateCondition"))


def _variable(condition: Rule, question: Question) -> str:
    name = condition.get("matchVariable")
    if name == "RequestHeader":
        wanted = str(condition.get("selector", "")).lower()
        return next((v for k, v in question.headers.items() if k.lower() == wanted), "")
    values = {
        "RequestUri": question.decoded,
        "QueryString": question.decoded.partition("?")[2],
        "RequestMethod": question.method,
        "RequestBody": question.body.decode(errors="replace"),
    }
    return values.get(str(name), "")


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "Any": lambda value, wanted: True,
    "Equal": lambda value, wanted: value == wanted,
    "Contains": lambda value, wanted: wanted in value,
    "BeginsWith": lambda value, wanted: value.startswith(wanted),
    "EndsWith": lambda value, wanted: value.endswith(wanted),
    "RegEx": lambda value, wanted: re.search(wanted, value) is not None,
}
