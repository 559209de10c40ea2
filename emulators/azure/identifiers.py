"""Seeded identifiers: the same seed gives the same ids and host names in the same order."""

import random
import string
import uuid

_LOWER_CASE = string.ascii_lowercase + string.digits


class Identifiers:
    """Draws ids for everything that Azure names by itself."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(f"identifiers {seed}")

    def guid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def hexadecimal(self, length: int) -> str:
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def letters_and_digits(self, length: int) -> str:
        return "".join(self._random.choices(_LOWER_CASE, k=length))

    def happens(self, share: float) -> bool:
        """True in about `share` of all calls."""
        return self._random.random() < share
