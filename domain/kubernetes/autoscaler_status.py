"""Reads what the cluster autoscaler writes into its ConfigMap `cluster-autoscaler-status`.

Since Kubernetes 1.30 the status is YAML, with the error of a failed scale-up; before, it was text
without one (kubernetes/autoscaler#6375).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from domain.arm.naming import GPU_POOL
from domain.kubernetes.observation import AutoscalerBackoff

STATUS_CONFIG_MAP = "cluster-autoscaler-status"
STATUS_KEY = "status"

_BACKOFF = "backoff"
_TEXT_LINE = re.compile(r"^\s*(?P<key>Name|ScaleUp):\s+(?P<value>\S+)", re.MULTILINE)
_GPU_GROUP = re.compile(rf"(?:^|[-/]){GPU_POOL}(?:[-/]|$)")
"""AKS names a node group by its scale set, such as `aks-gpu-12345678-vmss`."""


def read_backoff(status: object) -> AutoscalerBackoff | None:
    """The GPU pool's backoff after a failed scale-up; None for a status that shows none.

    `status`: the YAML document, or the text where it is none.
    """
    groups = _read_text(status) if isinstance(status, str) else _read_document(status)
    return next((each for each in groups if _GPU_GROUP.search(each.node_group)), None)


def _read_document(status: object) -> Iterator[AutoscalerBackoff]:
    groups = _object(status).get("nodeGroups")
    for group in cast("list[object]", groups) if isinstance(groups, list) else []:
        scale_up = _object(_object(group).get("scaleUp"))
        if _text(scale_up.get("status")).lower() == _BACKOFF:
            cause = _object(scale_up.get("backoffInfo"))
            yield AutoscalerBackoff(
                node_group=_text(_object(group).get("name")),
                code=_text(cause.get("errorCode")),
                message=_text(cause.get("errorMessage")),
            )


def _read_text(status: str) -> Iterator[AutoscalerBackoff]:
    name = ""
    for line in _TEXT_LINE.finditer(status):
        if line["key"] == "Name":
            name = line["value"]
        elif line["value"].lower() == _BACKOFF:
            yield AutoscalerBackoff(node_group=name)


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
