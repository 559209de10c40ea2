"""What an update needs while two versions serve side by side, and how long none does."""

from collections import Counter
from collections.abc import Iterable

from pydantic import Field

from domain.catalog.gpu_skus import find_gpu_sku, nodes_for
from domain.environment.beside import find_former, runs_another_version
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.offer_checks import build_check
from domain.guard.plan_check import PlanCheck, Verdict
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec
from domain.spec.workload import Workload
from domain.wire import WireModel

SPARE_NODES_MISSING = "SpareNodesMissing"
MAX_NODES = "gpu.maxNodes"


class Outage(WireModel):
    """A time in which the model of a region does not answer."""

    minutes_up_to: int = Field(
        description="How long the new replica may take to start, once the old one is stopped.",
        examples=[20],
    )
    message: str = Field(description="Why, and how it can be avoided.")


def count_nodes_beside(spec: EnvironmentSpec, offer: Offer, old: Workload) -> int:
    """Nodes of a cell that have room for the replicas of both versions, with `autoscale` for as
    many as there may be: the new version gets as many as the old one has by then."""
    new = spec.workload
    return _sum_nodes(offer, (old, old.most_replicas), (new, new.most_replicas))


def nodes_for_update(
    spec: EnvironmentSpec, offer: Offer, existing: EnvironmentRecord | None, present: int
) -> int:
    """Nodes of a cell that both versions need at once, if it has `present` by now; 0 if the
    update brings no version beside the one that serves."""
    if existing is None or find_former(existing, spec) is None:
        return 0
    old, new = existing.spec.workload, spec.workload
    least = _sum_nodes(offer, (old, old.replicas), (new, new.replicas))
    if old.autoscale is None or new.autoscale is None:
        return least
    return min(max(least, 2 * present), count_nodes_beside(spec, offer, old))


def _sum_nodes(offer: Offer, *versions: tuple[Workload, int]) -> int:
    """`versions`: each with its replicas. Those that have equally many GPUs share nodes."""
    sku = find_gpu_sku(offer.vm_size)
    replicas = Counter[int]()
    for workload, count in versions:
        replicas[workload.gpus_per_replica] += count
    return sum(nodes_for(sku.gpus if sku else gpus, gpus, n) for gpus, n in replicas.items())


def check_spare_nodes(
    spec: EnvironmentSpec, offers: Iterable[Offer], existing: EnvironmentRecord | None
) -> Iterable[PlanCheck]:
    """A specification without room is a warning as long as nothing is updated by it."""
    if not spec.is_blue_green:
        return
    for offer in offers:
        is_update = existing is not None and find_former(existing, spec) is not None
        old = existing.spec.workload if existing and is_update else spec.workload
        needed = count_nodes_beside(spec, offer, old)
        yield _check(spec, offer, needed, is_update=is_update)


def _check(spec: EnvironmentSpec, offer: Offer, needed: int, *, is_update: bool) -> PlanCheck:
    most = spec.gpu.max_nodes
    up_to = "up to " if spec.workload.autoscale else ""
    side_by_side = (
        f"While two versions serve side by side, {up_to}{needed} nodes of {offer.vm_size} are "
        f"needed in {offer.region}; maxNodes allows {most}."
    )
    verdict, code, more = Verdict.OK, "SpareNodesSufficient", ""
    if needed > most:
        code = SPARE_NODES_MISSING
        verdict = Verdict.FAIL if is_update else Verdict.WARN
        later = "" if is_update else " The next update of the workload would be refused."
        more = (
            f"{later} Raise maxNodes to {needed}, or set update.strategy to replace: a region "
            "with a single replica then does not answer until its successor has started."
        )
    return build_check(
        code,
        verdict,
        offer,
        f"{side_by_side}{more}",
        target=MAX_NODES,
        required=needed,
        limit=most,
        unit="nodes",
    )


def find_outage(spec: EnvironmentSpec, existing: EnvironmentRecord | None) -> Outage | None:
    """Of an update in place: a surge replica would wait for a GPU that is not there, so the old
    one is stopped first."""
    if existing is None or existing.phase is not Phase.READY or spec.is_blue_green:
        return None
    old, new = existing.spec.workload, spec.workload
    is_single = old.replicas == 1 and new.replicas > 0
    if not is_single or not runs_another_version(old, new):
        return None
    minutes = new.start_minutes
    return Outage(
        minutes_up_to=minutes,
        message="The only replica of a region is stopped before the new one starts: requests are "
        f"answered 503 until it has loaded its model, for up to {minutes} minutes and the pull of "
        "an image that the node does not have. update.strategy blueGreen avoids it with a spare "
        "node.",
    )
