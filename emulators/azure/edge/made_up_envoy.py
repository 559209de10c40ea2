"""The counters of an Envoy that is made up: it passes nothing on, so that they stand still."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from emulators.azure.edge.exchange import Answer

STATS = "/stats/prometheus"
_COUNTERS = {
    "envoy_cluster_upstream_rq_total": "counter",
    "envoy_cluster_upstream_rq_completed": "counter",
    "envoy_cluster_upstream_rq_active": "gauge",
}

_RECEIVED = "envoy_http_downstream_rq_active"


def answer_stats(files: Mapping[str, bytes]) -> Answer:
    """`files`: those that the container sees, with Envoy's bootstrap in JSON among them."""
    clusters = sorted({name for content in files.values() for name in _clusters(content)})
    lines = [
        line
        for name, kind in _COUNTERS.items()
        for line in (
            f"# TYPE {name} {kind}",
            *(f'{name}{{envoy_cluster_name="{cluster}"}} 0' for cluster in clusters),
        )
    ]
    lines += [f"# TYPE {_RECEIVED} gauge"]
    managers = sorted({name for content in files.values() for name in _managers(content)})
    lines += [f'{_RECEIVED}{{envoy_http_conn_manager_prefix="{name}"}} 0' for name in managers]
    text = "\n".join(lines) + "\n"
    return Answer(200, text.encode(), "text/plain; charset=UTF-8")


def _clusters(content: bytes) -> Iterator[str]:
    for cluster in _static_resources(content).get("clusters") or []:
        yield cluster["name"]


def _managers(content: bytes) -> Iterator[str]:
    """Prefixes of the statistics of HTTP connection managers."""
    for listener in _static_resources(content).get("listeners") or []:
        for chain in listener.get("filter_chains") or []:
            for each in chain.get("filters") or []:
                if prefix := each["typed_config"].get("stat_prefix"):
                    yield prefix


def _static_resources(content: bytes) -> Mapping[str, Any]:
    try:
        config: Any = json.loads(content)
    except ValueError:
        return {}
    found = config.get("static_resources") if isinstance(config, dict) else None
    return found or {}
