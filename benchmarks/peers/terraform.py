"""An environment by terraform with the real provider azurerm, in one apply, and `kubectl`.

The best that terraform can do: the edge is built beside the cluster, as the DNS label of the
Service is known. The provider has to be had: from its registry, or by a mirror or `dev_overrides`
of the CLI's configuration. Like `az`, it polls AKS in real time: only `--scale 1` is a fair
measure.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import stop_if_busy
from benchmarks.peers.endpoint import (
    SKIPPED,
    await_answer,
    deploy_workload,
    now_of,
    run_program,
)
from benchmarks.results import write_values
from emulators.stack.api import SimulatedAzure
from emulators.tests.support.simulator import SimulatorAddress, simulator_process

MODULE = Path(__file__).with_name("terraform_module")
INIT_SECONDS = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--json", type=Path, help="where to write the values")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / "module"
        shutil.copytree(MODULE, module)
        if missing := find_missing(module):
            print(f"SKIPPED: {missing}", file=sys.stderr)
            return SKIPPED
        stop_if_busy()
        minutes = measure(Path(folder), module, options.scale)
    print(f"terraform and kubectl: {minutes:.1f} simulated minutes until the model answers")
    write_values(options.json, {"minutes": round(minutes, 1), "scale": options.scale})
    return 0


def find_missing(module: Path) -> str | None:
    """Initialises the module, which needs the provider."""
    for program in ("terraform", "kubectl"):
        if shutil.which(program) is None:
            return f"{program} is not installed."
    done = subprocess.run(
        ["terraform", f"-chdir={module}", "init", "-input=false", "-no-color"],
        capture_output=True,
        text=True,
        timeout=INIT_SECONDS,
        check=False,
    )
    if done.returncode == 0:
        return None
    reason, _, _ = done.stderr.partition("Error: ")[2].partition("\n")
    return f"the provider azurerm cannot be had: {reason or done.stderr}"


def measure(folder: Path, module: Path, scale: float) -> float:
    work_dir = folder / "simulator"
    work_dir.mkdir()
    with (
        simulator_process(work_dir, scale) as address,
        SimulatedAzure(address.url, address.ca_bundle) as azure,
    ):
        began = now_of(azure)
        terraform(module, address, "apply", "-auto-approve", "-input=false", "-no-color")
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(terraform(module, address, "output", "-raw", "kubeconfig"))
        deploy_workload(kubeconfig)
        await_answer(azure, terraform(module, address, "output", "-raw", "host"))
        return (now_of(azure) - began).total_seconds() / 60


def terraform(module: Path, address: SimulatorAddress, *arguments: str) -> str:
    return run_program(
        ["terraform", f"-chdir={module}", *arguments],
        ARM_METADATA_HOSTNAME=address.url.removeprefix("https://"),
        ARM_SUBSCRIPTION_ID=address.subscription_id,
        ARM_TENANT_ID=address.tenant_id,
        ARM_CLIENT_ID=address.client_id,
        ARM_CLIENT_SECRET=address.client_secret,
        SSL_CERT_FILE=address.ca_bundle,
    )


if __name__ == "__main__":
    sys.exit(main())
