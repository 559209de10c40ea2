"""The demo's report as JSON."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.longest_chain import find_longest_chain
from emulators.stack.needed_stages import list_stages
from emulators.stack.views import read_time

CHAIN_METHOD = (
    "Of the delays that simulated Azure imposed between the operation's creation and its end, "
    "those that an environment has to wait for, in the order in which Azure's and Kubernetes' own "
    "rules need them (emulators/stack/needed_stages.py), whatever order they were asked for in. "
    "The chain with the greatest sum counts: no client can be faster."
)


def build_report(
    environment: Mapping[str, Any], operation: Mapping[str, Any], api: Api, azure: SimulatedAzure
) -> dict[str, Any]:
    return {
        "environment": environment,
        "operation": operation,
        "steps": operation["steps"],
        "timing": build_timing(environment, operation, azure),
        "armCalls": count_arm_calls(azure.get_requests()),
        "historyEvents": api.count_history_events(operation["id"]),
    }


def build_timing(
    environment: Mapping[str, Any], operation: Mapping[str, Any], azure: SimulatedAzure
) -> dict[str, Any]:
    """Simulated seconds from POST to Ready, and the longest chain of Azure's delays."""
    started_at = read_time(operation["createdDateTime"])
    ended_at = read_time(operation["lastActionDateTime"])
    clusters = {
        cell["region"]: cell["clusterId"].rpartition("/")[2] for cell in environment["cells"]
    }
    stages = list_stages(environment["name"], clusters)
    chain = find_longest_chain(stages, azure.get_delays(), started_at, ended_at)
    elapsed = (ended_at - started_at).total_seconds()
    return {
        "elapsedSeconds": round(elapsed, 1),
        "longestChainSeconds": round(chain.seconds, 1),
        "ratio": round(elapsed / chain.seconds, 3),
        "longestChain": [{"name": d.name, "seconds": round(d.seconds, 1)} for d in chain.delays],
        "endOfChain": chain.last,
        "howTheChainWasFound": CHAIN_METHOD,
    }


def count_arm_calls(log: Mapping[str, Any]) -> dict[str, int]:
    calls = [r["method"] for r in log["requests"] if r["path"].startswith("/subscriptions/")]
    return dict(Counter(calls).most_common())


def find_leftovers(state: Mapping[str, Any]) -> list[str]:
    """Ids of everything that Azure would still bill or list."""
    return [
        *(group["id"] for group in state["resourceGroups"]),
        *state["resources"],
        *(cluster["id"] for cluster in state["clusters"]),
        *(address["ip"] for address in state["publicAddresses"]),
    ]
