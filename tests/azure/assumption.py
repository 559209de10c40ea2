"""One thing that Gridplane assumes of Azure, and the check that tries it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from emulators.azure.coverage import Known
from tests.azure.azure import Azure
from tests.azure.seen import Seen


class Part(StrEnum):
    """What a check needs, and what is paid for from then on."""

    EDGE = "edge"
    CLUSTER = "cluster"
    GPU = "GPU node"
    APP = "deployed app"


@dataclass(frozen=True, slots=True)
class Check:
    """`minutes`: expected, without those of building its parts."""

    run: Callable[[Azure], Awaitable[Seen]]
    minutes: float
    needs: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Assumption:
    name: str
    assumed: str
    if_false: str
    """What Gridplane would do wrong."""
    relied_on_by: tuple[str, ...]
    """Modules of the product, or files of `infra/`."""
    known: Known
    rows: tuple[str, ...] = ()
    """Of `emulators/azure/coverage`, by name."""
    check: Check | None = None
    otherwise: str = ""
    """Without a check: why it cannot be tried here, and what shows it."""
