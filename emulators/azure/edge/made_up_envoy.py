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
    text = "\n".join(lines) + "\n"
    return Answer(200, text.encode(), "text/plain; charset=UTF-8")


def _clusters(content: bytes) -> Iterator[str]:
    try:
        config: Any = json.loads(content)
    except ValueError:
        return
    resources = config.get("static_resources") if isinstance(config, dict) else None
    for cluster in (resources or {}).get("clusters") or []:
        yield cluster["name"]
