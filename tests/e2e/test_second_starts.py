"""A task hub that acknowledges two starts of one id, as Azure Storage does: nothing is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.conftest import LATENCY_SHARE, NEVER, TIME_SCALE
from tests.e2e.stories import creations, finish
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.specs import spec_body

CALLERS = 6
OWNERS = ("first@example.com", "second@example.com")
NAMES = [f"rivals-{number}" for number in range(2)]


@pytest.fixture
def lenient_stack(tmp_path: Path) -> Iterator[Stack]:
    options = ("--second-start", "discard")
    with forked_stack(
        tmp_path / "stack",
        time_scale=TIME_SCALE,
        latency_share=LATENCY_SHARE,
        settings=NEVER,
        task_hub_options=options,
    ) as stack:
        yield stack


def accepted_owners(url: str, name: str) -> set[str]:
    """The owners in those of many requests at once that were answered with a 202."""
    barrier = Barrier(CALLERS)

    def create(number: int) -> tuple[int, str]:
        owner = OWNERS[number % len(OWNERS)]
        barrier.wait()
        answer = httpx.post(f"{url}/environments", json=spec_body(name=name, owner=owner))
        return answer.status_code, owner

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(create, range(CALLERS)))
    assert {status for status, _ in answers} <= {202, 409}
    return {owner for status, owner in answers if status == 202}


def test_of_different_requests_at_once_exactly_one_is_accepted_and_built(lenient_stack: Stack):
    with DocumentedApi(lenient_stack.app_url) as api:
        accepted = {name: accepted_owners(lenient_stack.app_url, name) for name in NAMES}
        for name in NAMES:
            assert finish(api, f"{name}.1")["status"] == "Succeeded"
        built = {name: {api.get_environment(name)["spec"]["owner"]} for name in NAMES}
    assert accepted == built
    with SimulatedAzure(lenient_stack.simulator_url, lenient_stack.ca_bundle) as azure:
        for name in NAMES:
            assert set(creations(azure, name).values()) == {1}
