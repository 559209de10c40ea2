"""The demo's report as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.longest_chain import Delay, find_longest_branch
from emulators.stack.views import read_time

CHAIN_METHOD = (
    "Edge and cells are branches that are built in parallel. The chain of a branch is, of all "
    "delays that simulated Azure imposed between the operation's creation and its end, the "
    "sequence with the greatest sum in which each begins after the previous one ended. The branch "
    "with the longest chain counts."
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
    branches = split_into_branches(environment, azure.get_delays())
    branch, chain = find_longest_branch(branches, started_at, ended_at)
    elapsed = (ended_at - started_at).total_seconds()
    longest = sum(delay.seconds for delay in chain)
    return {
        "elapsedSeconds": round(elapsed, 1),
        "longestChainSeconds": round(longest, 1),
        "ratio": round(elapsed / longest, 3),
        "longestBranch": branch,
        "longestChain": [{"name": d.name, "seconds": round(d.seconds, 1)} for d in chain],
        "howTheChainWasFound": CHAIN_METHOD,
    }


def split_into_branches(
    environment: Mapping[str, Any], delays: Iterable[Delay]
) -> dict[str, list[Delay]]:
    """By the cluster in a delay's name; delays without one belong to the edge."""
    clusters = [cell["clusterId"].rpartition("/")[2] for cell in environment["cells"]]
    branches: dict[str, list[Delay]] = {name: [] for name in ("edge", *clusters)}
    for delay in delays:
        branches[next((c for c in clusters if c in delay.name), "edge")].append(delay)
    return branches


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
