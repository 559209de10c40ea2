"""kubectl, which nobody here wrote, against the cluster of a Ready environment."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from emulators.stack.api import Api
from emulators.stack.kubeconfig import fetch_kubeconfig
from emulators.stack.stack import PROJECT, Stack
from tests.e2e.stories import delete, provision

NAME = "kubectl-story"

type Kubectl = Callable[..., str]

pytestmark = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not installed on this machine"
)


@pytest.fixture
def kubectl(stack: Stack, api: Api, tmp_path: Path) -> Iterator[Kubectl]:
    """With the kubeconfig of the command line, in which a program gets the token."""
    provision(api, NAME)
    described, kubeconfig = tmp_path / "stack.json", tmp_path / "kubeconfig"
    described.write_text(json.dumps(stack.describe()))
    token_command = f"{sys.executable} -m emulators.stack.kube_credential {described}"
    environ = {
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": f"{PROJECT / 'cli/src'}:{PROJECT}",
        "GRIDPLANE_CONFIG_DIR": str(tmp_path),
        "GRIDPLANE_URL": stack.app_url,
        "GRIDPLANE_KUBE_CREDENTIAL_COMMAND": token_command,
    }
    command = [sys.executable, "-m", "gridplane", "kubeconfig", NAME, "--file", str(kubeconfig)]
    subprocess.run(command, env=environ, check=True, capture_output=True, timeout=60)
    assert "token:" not in kubeconfig.read_text()

    def run(*arguments: str, file: Path = kubeconfig) -> str:
        command = ["kubectl", "--kubeconfig", str(file), *arguments]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield run
    delete(api, NAME)


def test_kubectl_shows_what_gridplane_says(
    kubectl: Kubectl, api: Api, stack: Stack, tmp_path: Path
):
    (cell,) = api.get_environment(NAME)["cells"]

    nodes = kubectl("get", "nodes", "--selector=gridplane.io/gpu-pool=true", "--no-headers")
    assert len(nodes.splitlines()) == cell["nodes"]
    assert nodes.split()[1] == "Ready"

    pods = json.loads(kubectl("get", "pod", "-l", f"app.kubernetes.io/name={NAME}", "-o", "json"))
    assert [pod["status"]["phase"] for pod in pods["items"]] == ["Running"]

    service = kubectl("get", "service", NAME, "--no-headers")
    assert service.split()[1] == "LoadBalancer"
    assert service.split()[3] == cell["externalIp"]

    with_token = tmp_path / "with-token"
    found = fetch_kubeconfig(stack.describe(), cell["clusterId"])
    with_token.write_text(yaml.safe_dump(found))
    assert kubectl("get", "nodes", "--no-headers", file=with_token)
