"""An environment as guides build it: `az` and `kubectl`, one command after the other.

Both are the real programs. Prints simulated minutes from the first command until the model answers
through Front Door. Real `az` asks AKS every 30 real seconds, so that only `--scale 1` is a fair
measure: it takes as long as in Azure, some 25 minutes.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.machine import stop_if_busy
from benchmarks.peers.endpoint import (
    COMMAND_SECONDS,
    SKIPPED,
    await_answer,
    deploy_workload,
    kubectl,
    now_of,
)
from benchmarks.results import write_values
from emulators.stack.api import SimulatedAzure
from emulators.tests.az.azure_cli import EXECUTABLE, AzureCli
from emulators.tests.support.simulator import SimulatorAddress, simulator_process

CLUSTER = "--resource-group peer --name peer"
POOL = "--resource-group peer --cluster-name peer --name gpu"
PROFILE = "--resource-group peer --profile-name peer"
ENDPOINT = f"{PROFILE} --endpoint-name peer"
GROUP = f"{PROFILE} --origin-group-name peer"
WAF = "providers/Microsoft.Network/frontDoorWebApplicationFirewallPolicies/peer"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--json", type=Path, help="where to write the values")
    options = parser.parse_args()
    if missing := find_missing():
        print(f"SKIPPED: {missing}", file=sys.stderr)
        return SKIPPED
    stop_if_busy()
    with tempfile.TemporaryDirectory() as folder:
        minutes = measure(Path(folder), options.scale)
    print(f"az and kubectl: {minutes:.1f} simulated minutes until the model answers")
    write_values(options.json, {"minutes": round(minutes, 1), "scale": options.scale})
    return 0


def find_missing() -> str | None:
    if not EXECUTABLE.exists():
        return "there is no Azure CLI in .venv-az: `make test-az` installs it."
    if shutil.which("kubectl") is None:
        return "kubectl is not installed."
    return None


def measure(folder: Path, scale: float) -> float:
    with (
        simulator_process(folder, scale) as address,
        SimulatedAzure(address.url, address.ca_bundle) as azure,
    ):
        az = AzureCli(address, folder / "cli", seconds=COMMAND_SECONDS)
        az.sign_in()
        began = now_of(azure)
        build_cell(az, folder / "kubeconfig")
        host = build_edge(az, address, read_external_ip(folder / "kubeconfig"))
        await_answer(azure, host)
        return (now_of(azure) - began).total_seconds() / 60


def build_cell(az: AzureCli, kubeconfig: Path) -> None:
    """The cluster, then its GPU pool, as the guides have it, then what runs on it."""
    az("group create --name peer --location westeurope")
    az(f"aks create {CLUSTER} --node-count 2 --node-vm-size Standard_D4ds_v5 --no-ssh-key")
    az(
        f"aks nodepool add {POOL} --node-count 1 --node-vm-size Standard_NC24ads_A100_v4 "
        "--node-taints sku=gpu:NoSchedule --labels accelerator=nvidia"
    )
    az(f"aks get-credentials {CLUSTER} --admin --file {kubeconfig}")
    deploy_workload(kubeconfig)


def read_external_ip(kubeconfig: Path) -> str:
    path = "{.status.loadBalancer.ingress[0].ip}"
    kubectl(
        kubeconfig,
        "wait",
        "service/llm",
        f"--for=jsonpath={path}",
        f"--timeout={COMMAND_SECONDS}s",
    )
    return kubectl(kubeconfig, "get", "service/llm", "--output", f"jsonpath={path}")


def build_edge(az: AzureCli, address: SimulatorAddress, ip: str) -> str:
    """The endpoint's host name."""
    az(f"afd profile create {PROFILE} --sku Standard_AzureFrontDoor")
    host: str = az(f"afd endpoint create {ENDPOINT} --enabled-state Enabled", "hostName")
    for command in edge_commands(f"/subscriptions/{address.subscription_id}", ip):
        az(command)
    return host


def edge_commands(subscription: str, ip: str) -> Iterator[str]:
    group = f"{subscription}/resourceGroups/peer"
    body = json.dumps({"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}})
    yield (
        f"afd origin-group create {GROUP} --probe-request-type GET --probe-protocol Http "
        "--probe-path /health --probe-interval-in-seconds 30 --sample-size 4 "
        "--successful-samples-required 3 --additional-latency-in-milliseconds 50"
    )
    yield (
        f"afd origin create {GROUP} --origin-name one --host-name {ip} "
        f"--origin-host-header {ip} --priority 1 --weight 1000"
    )
    yield (
        f"afd route create {ENDPOINT} --route-name all --origin-group peer "
        "--supported-protocols Http Https --https-redirect Enabled "
        "--forwarding-protocol HttpOnly --link-to-default-domain Enabled"
    )
    yield f"rest --method put --url '{group}/{WAF}?api-version=2025-10-01' --body '{body}'"
    yield (
        f"afd security-policy create {PROFILE} --security-policy-name waf --waf-policy "
        f"{group}/{WAF} --domains "
        f"{group}/providers/Microsoft.Cdn/profiles/peer/afdEndpoints/peer"
    )


if __name__ == "__main__":
    sys.exit(main())
