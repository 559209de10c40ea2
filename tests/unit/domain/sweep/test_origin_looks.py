"""Some origins are read by each sweep, and all of them in the end."""

from typing import Any

import pytest

from domain.environment.health import Finding, Health, HealthStatus
from domain.environment.phases import Phase
from domain.placement.offers import Offer
from domain.sweep.origin_looks import (
    ORIGIN_MISSING,
    PRIVATE_LINK_NOT_CONNECTED,
    READS_PER_SWEEP,
    choose_origins,
)
from domain.sweep.wanted import WantedEnvironment


def wanted(name: str, *regions: str, **changes: Any) -> WantedEnvironment:
    offers = [Offer(region=each, vm_size="Standard_NC4as_T4_v3", spot=False) for each in regions]
    values = {
        "environment": name,
        "phase": Phase.READY,
        "offers": offers,
        "min_nodes": 0,
        "max_nodes": 1,
        "replicas": 1,
        "health_path": "/health",
        "host_name": f"{name}.z01.azurefd.net",
        "sequence": 1,
        **changes,
    }
    return WantedEnvironment.model_validate(values)


def chosen(due: list[WantedEnvironment], sweep_id: str = "sweep-1") -> list[tuple[str, str]]:
    return [(ref.environment, ref.region) for ref in choose_origins(due, sweep_id)]


def test_an_origin_that_a_request_proves_is_not_read() -> None:
    assert chosen([wanted("one", "westeurope")]) == []


def test_each_region_of_several_is_read() -> None:
    both = wanted("one", "westeurope", "northeurope")
    assert chosen([both]) == [("one", "westeurope"), ("one", "northeurope")]


def test_who_is_asleep_or_has_no_replica_is_read() -> None:
    asleep = wanted("one", "westeurope", phase=Phase.SCALED_DOWN)
    without = wanted("two", "westeurope", replicas=0)
    assert sorted(chosen([asleep, without])) == [("one", "westeurope"), ("two", "westeurope")]


def test_the_connection_of_a_private_origin_is_read_with_it() -> None:
    asleep = wanted("one", "westeurope", phase=Phase.SCALED_DOWN, has_private_origins=True)
    kinds = [ref.kind for ref in choose_origins([asleep], "sweep-1")]
    assert kinds == ["origin", "privateLink"]


def test_without_an_edge_there_is_nothing_to_read() -> None:
    assert chosen([wanted("one", "westeurope", "northeurope", host_name="")]) == []


def test_the_cost_is_bounded_and_every_origin_is_read_in_the_end() -> None:
    asleep = [
        wanted(f"env-{number}", "westeurope", phase=Phase.SCALED_DOWN) for number in range(100)
    ]
    sweeps = [chosen(asleep, f"sweep-{number}") for number in range(30)]
    assert {len(each) for each in sweeps} == {READS_PER_SWEEP}
    assert len({name for each in sweeps for name, _ in each}) == 100


@pytest.mark.parametrize("code", [ORIGIN_MISSING, PRIVATE_LINK_NOT_CONNECTED])
def test_what_is_known_to_be_missing_is_read_by_every_sweep(code: str) -> None:
    finding = Finding(code=code, what="", cause="", fix="")
    known = Health(status=HealthStatus.DEGRADED, findings=(finding,))
    others = [
        wanted(f"env-{number}", "westeurope", phase=Phase.SCALED_DOWN) for number in range(100)
    ]
    broken = wanted("zz", "westeurope", phase=Phase.SCALED_DOWN, health=known)
    for number in range(5):
        assert chosen([*others, broken], f"sweep-{number}")[0] == ("zz", "westeurope")
