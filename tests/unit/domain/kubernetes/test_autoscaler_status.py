"""The ConfigMap of the cluster autoscaler, as old and new ones write it, and as nobody should."""

import pytest

from clients.kubernetes import read_yaml
from domain.kubernetes.autoscaler_status import read_backoff
from domain.kubernetes.observation import AutoscalerBackoff

GROUP = "aks-gpu-12345678-vmss"

YAML = """
time: 2026-11-22 12:00:00.090873082 +0000 UTC
autoscalerStatus: Running
clusterWide:
  health:
    status: Healthy
    lastTransitionTime: "0001-01-01T00:00:00Z"
  scaleUp:
    status: NoActivity
nodeGroups:
- name: aks-system-12345678-vmss
  scaleUp:
    status: NoActivity
- name: aks-gpu-12345678-vmss
  health:
    status: Healthy
    nodeCounts:
      registered:
        total: 0
    cloudProviderTarget: 0
    minSize: 0
    maxSize: 5
  scaleUp:
    status: Backoff
    backoffInfo:
      errorCode: cloudProviderError
      errorMessage: 'failed to increase node group size: Code="QuotaExceeded" Message="No cores:
        none left."'
    lastProbeTime: "2026-11-22T12:00:00.088071148Z"
"""

TEXT = """Cluster-autoscaler status at 2026-11-22 12:00:00.090873082 +0000 UTC:
Cluster-wide:
  Health:      Healthy (ready=1 unready=0 notStarted=0 registered=1 longUnregistered=0)
               LastProbeTime:      2026-11-22 12:00:00.088 +0000 UTC m=+2030.020714775
  ScaleUp:     NoActivity (ready=1 registered=1)
NodeGroups:
  Name:        aks-system-12345678-vmss
  Health:      Healthy (ready=1 cloudProviderTarget=1 (minSize=1, maxSize=3))
  ScaleUp:     NoActivity (ready=1 cloudProviderTarget=1)
  Name:        aks-gpu-12345678-vmss
  Health:      Healthy (ready=0 cloudProviderTarget=0 (minSize=0, maxSize=5))
  ScaleUp:     Backoff (ready=0 cloudProviderTarget=0)
               LastTransitionTime: 2026-11-22 11:59:00.613 +0000 UTC m=+1959.545747280
  ScaleDown:   NoCandidates (candidates=0)
"""


@pytest.mark.parametrize(
    ("written", "backoff"),
    [
        pytest.param(
            YAML,
            AutoscalerBackoff(
                node_group=GROUP,
                code="cloudProviderError",
                message='failed to increase node group size: Code="QuotaExceeded" Message="No '
                'cores: none left."',
            ),
            id="YAML",
        ),
        pytest.param(TEXT, AutoscalerBackoff(node_group=GROUP), id="text, before 1.30"),
        pytest.param(YAML.replace("Backoff", "InProgress"), None, id="YAML without a backoff"),
        pytest.param(TEXT.replace("Backoff", "InProgress"), None, id="text without a backoff"),
        pytest.param(
            YAML.replace("aks-gpu-", "aks-gpus-"), None, id="the backoff of another pool"
        ),
        pytest.param(TEXT.replace("aks-gpu-", "aks-agpu-"), None, id="of another, in text"),
        pytest.param(
            "nodeGroups: [{name: gpu/Standard_NC24ads_A100_v4, scaleUp: {status: Backoff}}]",
            AutoscalerBackoff(node_group="gpu/Standard_NC24ads_A100_v4"),
            id="a pool of VMs",
        ),
        pytest.param(
            TEXT.replace("Backoff", "InProgress").replace(
                "ScaleUp:     NoActivity (ready=1 registered=1)", "ScaleUp:     Backoff (ready=1)"
            ),
            None,
            id="no pool's own backoff, in text",
        ),
        pytest.param("Initializing", None, id="no status yet"),
        pytest.param("", None, id="empty"),
        pytest.param("{", None, id="broken YAML"),
        pytest.param("\tName: x\n\tScaleUp: Backoff", None, id="tabs, of another pool"),
        pytest.param("[" * 5000, None, id="endlessly nested"),
        pytest.param("nodeGroups: 5", None, id="groups that are none"),
        pytest.param("nodeGroups: [5, null, {scaleUp: 3}, {name: [x]}]", None, id="odd groups"),
        pytest.param(
            "nodeGroups: [{name: aks-gpu-1-vmss, scaleUp: {status: Backoff, backoffInfo: [x]}}]",
            AutoscalerBackoff(node_group="aks-gpu-1-vmss"),
            id="an odd cause",
        ),
        pytest.param("a: &a [*a]", None, id="a document that contains itself"),
        pytest.param("time: 2026-99-99T99:99:99Z", None, id="a date that does not exist"),
    ],
)
def test_the_gpu_pools_backoff_is_read(written: str, backoff: AutoscalerBackoff | None) -> None:
    assert read_backoff(read_yaml(written)) == backoff


@pytest.mark.parametrize("status", [None, 5, [], {}, {"nodeGroups": {}}])
def test_what_is_no_status_says_nothing(status: object) -> None:
    assert read_backoff(status) is None
