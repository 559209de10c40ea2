"""Clusters that would start a model without the weights that are an image."""

from typing import Any

import pytest

from domain.arm.kubernetes_version import refuse_image_volumes


def cluster(control_plane: str | None, **pools: str) -> dict[str, Any]:
    shown = [{"name": name, "currentOrchestratorVersion": each} for name, each in pools.items()]
    version = {} if control_plane is None else {"currentKubernetesVersion": control_plane}
    return {"name": "gp-fraud", "properties": {**version, "agentPoolProfiles": shown}}


@pytest.mark.parametrize(
    "shown",
    [
        cluster("1.35.0", gpu="1.35.0", system="1.33.1"),
        cluster("1.36.2", gpu="1.35.7"),
        cluster("2.0.0"),
        cluster("1.100.0"),
        cluster(None),
        {},
        {"properties": {"agentPoolProfiles": None}},
    ],
)
def test_those_that_mount_images_or_do_not_say_are_taken(shown: dict[str, Any]) -> None:
    assert refuse_image_volumes(shown) is None


@pytest.mark.parametrize(
    ("shown", "what"),
    [
        (cluster("1.34.9", gpu="1.34.9"), "the control plane of the cluster gp-fraud runs 1.34.9"),
        (cluster("1.4.0"), "runs 1.4.0"),
        (cluster("1.35.7", gpu="1.34.8"), "the GPU pool of the cluster gp-fraud runs 1.34.8"),
    ],
)
def test_older_ones_are_refused_with_the_upgrade(shown: dict[str, Any], what: str) -> None:
    failure = refuse_image_volumes(shown)
    assert failure
    assert (failure.reason, failure.retryable) == ("KubernetesTooOld", False)
    assert what in failure.message
    assert "az aks upgrade --kubernetes-version 1.35" in failure.suggested_action
