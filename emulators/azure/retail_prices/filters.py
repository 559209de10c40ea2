"""`$filter` of the Retail Prices API: comparisons, `contains`, `and`, `or` and parentheses.

What Azure refuses is refused: `not`, `in`, other functions, more than 20 comparisons, and types of
prices that it does not know.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

MOST_COMPARISONS = 20
PRICE_TYPES = ("Consumption", "Reservation", "DevTestConsumption", "SavingsPlan")
FIELDS = frozenset(
    (
        "armRegionName",
        "armSkuName",
        "currencyCode",
        "location",
        "meterId",
        "meterName",
        "priceType",
        "productId",
        "productName",
        "reservationTerm",
        "serviceFamily",
        "serviceId",
        "serviceName",
        "skuId",
        "skuName",
        "unitOfMeasure",
    )
)

type Condition = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(r"\s*(?:(\(|\)|,)|'((?:[^']|'')*)'|([A-Za-z/]+))")


class Refused(Exception):
    """A filter that Azure does not take."""


def parse_filter(text: str, *, cased: bool) -> Condition:
    """`cased`: whether values are compared with their case, as newer api-versions do.

    Raises Refused.
    """
    parser = _Parser(_tokens(text), cased)
    condition = parser.either()
    if parser.left:
        raise Refused
    return condition


def _tokens(text: str) -> list[tuple[str, str]]:
    """Kind (`sign`, `value` or `word`) and text of each."""
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise Refused
        sign, value, word = match.groups()
        kind = "sign" if sign else "word" if word else "value"
        found.append((kind, sign or word or value.replace("''", "'")))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], cased: bool) -> None:
        self.left = tokens
        self._cased = cased
        self._comparisons = 0

    def either(self) -> Condition:
        conditions = [self._both()]
        while self._skip("word", "or"):
            conditions.append(self._both())
        return lambda row: any(each(row) for each in conditions)

    def _both(self) -> Condition:
        conditions = [self._one()]
        while self._skip("word", "and"):
            conditions.append(self._one())
        return lambda row: all(each(row) for each in conditions)

    def _one(self) -> Condition:
        if self._skip("sign", "("):
            condition = self.either()
            self._expect("sign", ")")
            return condition
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise Refused
        if self._skip("word", "contains"):
            return self._contains()
        return self._comparison()

    def _contains(self) -> Condition:
        """With its case in every api-version; `contains(…) ne true` is the negation."""
        self._expect("sign", "(")
        field = self._field()
        self._expect("sign", ",")
        part = self._take("value")
        self._expect("sign", ")")
        wanted = self._wanted()
        return lambda row: (part in _text(row, field)) == wanted

    def _wanted(self) -> bool:
        """What a function is compared with."""
        for operator in ("eq", "ne"):
            if self._skip("word", operator):
                value = self._take("word")
                if value not in ("true", "false"):
                    raise Refused
                return (value == "true") == (operator == "eq")
        return True

    def _comparison(self) -> Condition:
        field = self._field()
        operator = self._take("word")
        value = self._take("value")
        if operator not in ("eq", "ne"):
            raise Refused
        if field == "type" and value not in PRICE_TYPES:
            raise Refused
        if field == "currencyCode":
            return lambda row: False
        wanted = self._folded(value)
        return lambda row: (self._folded(_text(row, field)) == wanted) == (operator == "eq")

    def _folded(self, value: str) -> str:
        return value if self._cased else value.lower()

    def _field(self) -> str:
        name = self._take("word")
        if name not in FIELDS:
            raise Refused
        return "type" if name == "priceType" else name

    def _take(self, kind: str) -> str:
        if not self.left or self.left[0][0] != kind:
            raise Refused
        return self.left.pop(0)[1]

    def _skip(self, kind: str, text: str) -> bool:
        found = bool(self.left) and self.left[0] == (kind, text)
        if found:
            self.left.pop(0)
        return found

    def _expect(self, kind: str, text: str) -> None:
        if not self._skip(kind, text):
            raise Refused


def _text(row: Mapping[str, Any], field: str) -> str:
    return str(row.get(field) or "")
