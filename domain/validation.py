"""Refuses a request at once for everything that is wrong with it."""

from collections.abc import Sequence
from datetime import datetime

from domain.problems import Problem
from domain.spec import EnvironmentSpec

__all__ = ["Problem", "parse_spec"]


def parse_spec(
    body: object, allowed_regions: Sequence[str], now: datetime | None = None
) -> EnvironmentSpec | list[Problem]:
    raise NotImplementedError
