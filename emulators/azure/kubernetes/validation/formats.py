"""Formats of names, labels and ports, and what the API server says of a value that has none."""

import re

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_NAME_PART = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"

_REGEX_NOTE = "regex used for validation is '{pattern}')"


def _check(value: str, pattern: str, longest: int, rule: str, examples: str) -> list[str]:
    messages: list[str] = []
    if len(value) > longest:
        messages.append(f"must be no more than {longest} characters")
    if not re.fullmatch(pattern, value):
        messages.append(f"{rule} (e.g. {examples}, {_REGEX_NOTE.format(pattern=pattern)}")
    return messages


def dns_label(value: str) -> list[str]:
    """RFC 1123 label: names of namespaces and containers."""
    rule = (
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-',"
        " and must start and end with an alphanumeric character"
    )
    return _check(value, _LABEL, 63, rule, "'my-name',  or '123-abc'")


def dns_subdomain(value: str) -> list[str]:
    """RFC 1123 subdomain: names of most objects."""
    rule = (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
        " '-' or '.', and must start and end with an alphanumeric character"
    )
    return _check(value, _SUBDOMAIN, 253, rule, "'example.com'")


def dns_1035_label(value: str) -> list[str]:
    """RFC 1035 label: names of Services."""
    rule = (
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with"
        " an alphabetic character, and end with an alphanumeric character"
    )
    return _check(value, _LABEL_1035, 63, rule, "'my-name',  or 'abc-123'")


def qualified_name(value: str) -> list[str]:
    """A label's or annotation's key: a name with an optional DNS prefix."""
    prefix, slash, name = value.rpartition("/")
    if slash and not prefix:
        return ["prefix part must be non-empty"]
    messages = [f"prefix part {each}" for each in dns_subdomain(prefix)] if slash else []
    if not name:
        messages.append("name part must be non-empty")
    rule = (
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and"
        " end with an alphanumeric character"
    )
    if len(name) > 63:
        messages.append("name part must be no more than 63 characters")
    examples = "'MyName',  or 'my.name',  or '123-abc'"
    return messages + _check(name, _NAME_PART, len(name), rule, examples)


def config_key(value: str) -> list[str]:
    """A key in the data of a ConfigMap or Secret."""
    rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    examples = "'key.name',  or 'KEY_NAME',  or 'key-name'"
    return _check(value, "[-._a-zA-Z0-9]+", 253, rule, examples)


def label_value(value: str) -> list[str]:
    rule = (
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_'"
        " or '.', and must start and end with an alphanumeric character"
    )
    return _check(value, _LABEL_VALUE, 63, rule, "'MyValue',  or 'my_value',  or '12345'")


def port_name(value: str) -> list[str]:
    """An IANA service name."""
    messages: list[str] = []
    if len(value) > 15:
        messages.append("must be no more than 15 characters")
    if not re.fullmatch(r"[-a-z0-9]+", value):
        messages.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", value):
        messages.append("must contain at least one letter (a-z)")
    if "--" in value:
        messages.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        messages.append("must not begin or end with a hyphen")
    return messages


def port_number(value: int) -> list[str]:
    return [] if 1 <= value <= 65535 else ["must be between 1 and 65535, inclusive"]


def environment_name(value: str) -> list[str]:
    if re.fullmatch(r"[ -<>-~]+", value):
        return []
    rule = (
        "a valid environment variable name must consist only of printable ASCII characters"
        " other than '='"
    )
    return [rule]


def percentage(value: str) -> list[str]:
    rule = "a valid percent string must be a numeric string followed by an ending '%'"
    return _check(value, "[0-9]+%", len(value), rule, "'1%',  or '93%'")
