"""Durations in ISO 8601, of which .NET's longest stands for none at all."""

import re

from emulators.azure.service_bus.administration.errors import bad_request

FOR_EVER = "P10675199DT2H48M5.4775807S"
_LONGEST_DAYS = 10_675_199
_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def read_duration(text: str, name: str) -> float | None:
    """Seconds; None for ever. Raises Refusal."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise bad_request(f"The value '{text}' of {name} is no duration.")
    days, hours, minutes = (int(found[part] or 0) for part in ("days", "hours", "minutes"))
    if days >= _LONGEST_DAYS:
        return None
    return ((days * 24 + hours) * 60 + minutes) * 60 + float(found["seconds"] or 0)


def write_duration(seconds: float | None) -> str:
    """As .NET writes it, in the largest units there are."""
    if seconds is None:
        return FOR_EVER
    minutes, rest = divmod(round(seconds, 7), 60)
    hours, minutes = divmod(int(minutes), 60)
    days, hours = divmod(hours, 24)
    parts = ((hours, "H"), (minutes, "M"), (rest, "S"))
    time = "".join(f"{value:.7g}{unit}" for value, unit in parts if value)
    date = f"{days}D" if days else ""
    return f"P{date}{'T' if time else ''}{time}" if date or time else "PT0S"
