"""Values as Go prints them, which is how they appear in validation messages."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def text(value: str) -> str:
    return json.dumps(value)


def printed(value: Any) -> str:
    """JSON data as `%v` prints it."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{printed(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(printed(each) for each in value)}]"
    if value is None:
        return "<nil>"
    return json.dumps(value) if isinstance(value, bool) else str(value)


def json_type(value: Any) -> str:
    """The type of JSON data as Go's decoder names it."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, float):
        return f"number {json.dumps(value)}"
    names = ((str, "string"), (int, "number"), (list, "array"), (dict, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "null")


def string_map(value: Mapping[str, str] | None) -> str:
    if not value:
        return "map[string]string(nil)"
    pairs = ", ".join(f"{text(key)}:{text(value[key])}" for key in sorted(value))
    return f"map[string]string{{{pairs}}}"


def strings(value: Sequence[str] | None) -> str:
    if not value:
        return "[]string(nil)"
    return f"[]string{{{', '.join(text(each) for each in value)}}}"


def int_or_string(value: int | str) -> str:
    if isinstance(value, int):
        return f'intstr.IntOrString{{Type:0, IntVal:{value}, StrVal:""}}'
    return f"intstr.IntOrString{{Type:1, IntVal:0, StrVal:{text(value)}}}"


def label_selector(selector: Mapping[str, Any]) -> str:
    labels = string_map(selector.get("matchLabels"))
    expressions = [_requirement(each) for each in selector.get("matchExpressions") or []]
    kind = "[]v1.LabelSelectorRequirement"
    listed = f"{kind}{{{', '.join(expressions)}}}" if expressions else f"{kind}(nil)"
    return f"v1.LabelSelector{{MatchLabels:{labels}, MatchExpressions:{listed}}}"


def _requirement(expression: Mapping[str, Any]) -> str:
    key = text(expression.get("key", ""))
    operator = text(expression.get("operator", ""))
    values = strings(expression.get("values"))
    return f"v1.LabelSelectorRequirement{{Key:{key}, Operator:{operator}, Values:{values}}}"
