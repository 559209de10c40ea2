"""Reads the texts of settings; each function raises ValueError with the setting's name."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network

MAX_API_SERVER_RANGES = 200
"""Documented: learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges."""


def check_pair(one: str, other: str, values: Mapping[str, str]) -> None:
    """Either without the other would disable a check without a word."""
    for name, partner in ((one, other), (other, one)):
        if values.get(name) and not values.get(partner):
            raise ValueError(f"Setting {partner} is missing: {name} is of no use without it.")


def split_list(text: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (text or "").split(",") if each.strip())


def parse_ranges(name: str, text: str | None) -> tuple[str, ...]:
    try:
        ranges = tuple(str(IPv4Network(each)) for each in split_list(text))
    except ValueError as error:
        raise ValueError(f"Setting {name}: {error}. Use ranges such as 203.0.113.7/32.") from None
    if len(ranges) > MAX_API_SERVER_RANGES:
        raise ValueError(
            f"Setting {name} has {len(ranges)} ranges: AKS takes {MAX_API_SERVER_RANGES}."
        )
    return ranges


def parse_match(name: str, text: str | None, pattern: str, expected: str) -> str | None:
    if not text:
        return None
    if not re.fullmatch(pattern, text, re.IGNORECASE):
        raise ValueError(f"Setting {name} is '{text}': set it to {expected}.")
    return text


def parse_count(name: str, text: str, unit: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError(f"Setting {name} is '{text}': set it to a whole number of {unit} from 1.")
    return int(text)


def parse_switch(name: str, text: str | None) -> bool:
    """False if not set; ValueError if misspelt, which must not disable a check."""
    match (text or "false").lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            raise ValueError(f"Setting {name} is '{text}': set it to true or false.")
