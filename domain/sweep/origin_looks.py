"""Which origins a sweep reads by id: ARM lists none of them across environments. With private
origins it also reads the services whose connections have to be approved.

A request to the model proves the only origin of an environment. It says nothing of one region's
origin while another region answers, nor of those of an environment that is asleep.
"""

from collections.abc import Sequence
from hashlib import sha256

from domain.sweep.found import ResourceRef
from domain.sweep.wanted import WantedEnvironment

ORIGIN_MISSING = "OriginMissing"
PRIVATE_LINK_NOT_CONNECTED = "PrivateLinkNotConnected"

READS_PER_SWEEP = 20
"""So the cost does not grow with the number of environments; all are read in turn. Front Door
allows 50 reads of profiles in 300 s; whether origins count among them is not documented."""


def choose_origins(due: Sequence[WantedEnvironment], sweep_id: str) -> list[ResourceRef]:
    """Those that are known to be missing, then others in an order that each sweep changes."""
    unproven = [each for each in due if each.host_name and _is_unproven(each)]
    unproven.sort(key=lambda each: (not _is_known(each), _digest(each, sweep_id)))
    return [ref for each in unproven for ref in list_origins(each)][:READS_PER_SWEEP]


def list_origins(wanted: WantedEnvironment) -> list[ResourceRef]:
    kinds = ("origin", "privateLink") if wanted.has_private_origins else ("origin",)
    return [
        ResourceRef(kind=kind, environment=wanted.environment, region=offer.region)
        for offer in wanted.offers
        for kind in kinds
    ]


def _is_unproven(wanted: WantedEnvironment) -> bool:
    return len(wanted.offers) > 1 or not wanted.should_answer


def _is_known(wanted: WantedEnvironment) -> bool:
    known = {ORIGIN_MISSING, PRIVATE_LINK_NOT_CONNECTED}
    return any(finding.code in known for finding in wanted.health.findings)


def _digest(wanted: WantedEnvironment, sweep_id: str) -> str:
    return sha256(f"{sweep_id}/{wanted.environment}".encode()).hexdigest()
