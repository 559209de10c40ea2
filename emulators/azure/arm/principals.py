"""Identities that services make in the tenant, and since when they exist."""

from datetime import datetime


class Principals:
    """Object ids in lower case."""

    def __init__(self) -> None:
        self._created_at: dict[str, datetime] = {}

    def add(self, object_id: str, at: datetime) -> None:
        self._created_at[object_id.lower()] = at

    def created_at(self, object_id: str) -> datetime | None:
        return self._created_at.get(object_id.lower())
