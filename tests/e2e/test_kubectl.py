"""kubectl, which nobody here wrote, against the cluster of a Ready environment."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from emulators.stack.api import Api
from emulators.stack.kubeconfig import fetch_kubeconfig
from emulators.stack.stack import Stack
from tests.e2e.stories import delete, provision

pytestmark = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not installed on this machine"
)


@pytest.fixture
def kubectl(stack: Stack, api: Api, tmp_path: Path):
    environment = provision(api, "kubectl-story")
    kubeconfig = tmp_path / "kubeconfig"
    cluster_id = environment["cells"][0]["clusterId"]
    kubeconfig.write_text(yaml.safe_dump(fetch_kubeconfig(stack.describe(), cluster_id)))

    def run(*arguments: str) -> str:
        command = ["kubectl", "--kubeconfig", str(kubeconfig), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield run
    delete(api, "kubectl-story")


def test_kubectl_shows_what_gridplane_says(kubectl, api: Api):
    (cell,) = api.get_environment("kubectl-story")["cells"]

    nodes = kubectl("get", "nodes", "--selector=gridplane.io/gpu-pool=true", "--no-headers")
    assert len(nodes.splitlines()) == cell["nodes"]
    assert nodes.split()[1] == "Ready"

    name = "app.kubernetes.io/name=kubectl-story"
    pods = json.loads(kubectl("get", "pod", "-n", "inference", "-l", name, "-o", "json"))
    assert [pod["status"]["phase"] for pod in pods["items"]] == ["Running"]

    service = kubectl("get", "service", "kubectl-story", "-n", "inference", "--no-headers")
    assert service.split()[1] == "LoadBalancer"
    assert service.split()[3] == cell["externalIp"]
