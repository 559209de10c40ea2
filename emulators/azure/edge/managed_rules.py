"""A handful of the default rule set's rules: those that prompts and code in prompts run into.

Ids, groups and subjects are documented. The patterns are much simpler than the real ones, and all
of these rules are critical: with anomaly scoring a single match reaches the threshold.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulators.azure.edge.exchange import Question
from emulators.azure.edge.inspection import IGNORE_CASE, Part, parts_of

CRITICAL, THRESHOLD = 5, 5

RuleSet = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ManagedRule:
    id: str
    group: str
    pattern: re.Pattern[str]


def _rule(rule_id: str, group: str, pattern: str) -> ManagedRule:
    return ManagedRule(rule_id, group, re.compile(pattern, re.IGNORECASE))


RULES = (
    _rule("930100", "LFI", r"(?:\.\./){2,}"),
    _rule("930120", "LFI", r"/etc/(?:passwd|shadow)\b"),
    _rule("932100", "RCE", r"(?:[;|`]|&&)\s*(?:cat|ls|curl|wget|nc|rm|chmod|bash|sh)\s"),
    _rule("932130", "RCE", r"\$\([^)]*\)|\$\{[^}]*\}"),
    _rule("932160", "RCE", r"/bin/(?:ba|z|k)?sh\b"),
    _rule("941110", "XSS", r"<\s*script"),
    _rule("941120", "XSS", r"\bon(?:error|load|click|mouseover)\s*="),
    _rule("941140", "XSS", r"\bjavascript\s*:\s*\w+\s*\("),
    _rule("942100", "SQLI", r"'\s*(?:or|and)\s+'?\w+'?\s*=\s*'?\w+|;\s*drop\s+table\b"),
    _rule("942140", "SQLI", r"\b(?:information_schema|pg_catalog)\b"),
    _rule("942190", "SQLI", r"\bunion\s+(?:all\s+)?select\b|\bxp_cmdshell\b"),
)


def blocks(rule_sets: Sequence[RuleSet], question: Question, with_body: bool) -> bool:
    """Whether the first default rule set of a policy blocks the request."""
    for rule_set in rule_sets:
        if str(rule_set.get("ruleSetType")).endswith("DefaultRuleSet"):
            return _blocks(rule_set, parts_of(question, with_body))
    return False


def _blocks(rule_set: RuleSet, parts: Sequence[Part]) -> bool:
    score = 0
    for rule in RULES:
        action = _action(rule_set, rule)
        if action is None or not _matches(rule, parts, list(_exclusions(rule_set, rule))):
            continue
        if action == "Allow":
            return False
        if action == "AnomalyScoring":
            score += CRITICAL
        elif action != "Log":
            return True
    return score >= THRESHOLD and rule_set.get("ruleSetAction") != "Log"


def _action(rule_set: RuleSet, rule: ManagedRule) -> str | None:
    """None is a rule that is off, as every override is that does not say otherwise."""
    scores = str(rule_set.get("ruleSetVersion") or "") >= "2"
    usual = "AnomalyScoring" if scores else "Block"
    override = _rule_override(_group_override(rule_set, rule), rule)
    if override is None:
        return usual
    if override.get("enabledState") != "Enabled":
        return None
    return override.get("action") or usual


def _exclusions(rule_set: RuleSet, rule: ManagedRule) -> Iterator[RuleSet]:
    """Those of the whole set, of the rule's group and of the rule itself."""
    group = _group_override(rule_set, rule)
    for scope in (rule_set, group, _rule_override(group, rule)):
        yield from (scope or {}).get("exclusions") or []


def _group_override(rule_set: RuleSet, rule: ManagedRule) -> RuleSet | None:
    overrides = rule_set.get("ruleGroupOverrides") or []
    return next((each for each in overrides if each.get("ruleGroupName") == rule.group), None)


def _rule_override(group: RuleSet | None, rule: ManagedRule) -> RuleSet | None:
    rules = (group or {}).get("rules") or []
    return next((each for each in rules if each.get("ruleId") == rule.id), None)


def _matches(rule: ManagedRule, parts: Sequence[Part], exclusions: Sequence[RuleSet]) -> bool:
    return any(
        rule.pattern.search(part.value)
        for part in parts
        if not any(_excludes(each, part) for each in exclusions)
    )


def _excludes(exclusion: RuleSet, part: Part) -> bool:
    if part.variable is None or exclusion.get("matchVariable") != part.variable:
        return False
    selector, name = str(exclusion.get("selector")), part.name
    if part.variable in IGNORE_CASE:
        selector, name = selector.lower(), name.lower()
    return {
        "Equals": name == selector,
        "Contains": selector in name,
        "StartsWith": name.startswith(selector),
        "EndsWith": name.endswith(selector),
        "EqualsAny": True,
    }.get(str(exclusion.get("selectorMatchOperator")), False)
