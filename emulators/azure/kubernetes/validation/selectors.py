"""Label selectors in manifests."""

from collections.abc import Mapping
from typing import Any

from emulators.azure.kubernetes.errors import FieldError, forbidden, invalid, required
from emulators.azure.kubernetes.validation import formats, go_values
from emulators.azure.kubernetes.validation.metadata import check_format, check_labels

_WITH_VALUES = ("In", "NotIn")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")
_COMPARING = ("Gt", "Lt")


def check_label_selector(selector: Mapping[str, Any], field: str) -> list[FieldError]:
    found = check_labels(selector.get("matchLabels"), f"{field}.matchLabels")
    for index, each in enumerate(selector.get("matchExpressions") or []):
        found += check_expression(each, f"{field}.matchExpressions[{index}]", comparing=False)
    return found


def check_expression(
    expression: Mapping[str, Any], field: str, comparing: bool
) -> list[FieldError]:
    """One expression; `comparing` allows Gt and Lt, as node affinity does."""
    found = _check_values(expression, field, comparing)
    return found + check_format(
        f"{field}.key", expression.get("key") or "", formats.qualified_name
    )


def _check_values(expression: Mapping[str, Any], field: str, comparing: bool) -> list[FieldError]:
    operator = expression.get("operator", "")
    values = expression.get("values") or []
    if operator in _WITH_VALUES:
        detail = "must be specified when `operator` is 'In' or 'NotIn'"
        return [] if values else [required(f"{field}.values", detail)]
    if operator in _WITHOUT_VALUES:
        detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        return [forbidden(f"{field}.values", detail)] if values else []
    if operator in _COMPARING and comparing:
        detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
        return [] if len(values) == 1 else [required(f"{field}.values", detail)]
    quoted = go_values.text(operator)
    return [invalid(f"{field}.operator", quoted, "not a valid selector operator")]
