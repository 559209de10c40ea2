"""`make kubeconfig`: prints a kubeconfig with which `kubectl` reaches an environment's cluster."""

import argparse
import base64
import json
import ssl
import sys
from collections.abc import Mapping
from typing import Any

import httpx
import yaml

from emulators.stack.api import Api, UnexpectedAnswer
from emulators.stack.up import STACK_FILE

AKS_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630"
ARM_RESOURCE = "https://management.azure.com"
API_VERSION = "2026-08-01"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="name of the environment")
    parser.add_argument("--region", help="region of the cell; default: the environment's first")
    arguments = parser.parse_args()
    if not STACK_FILE.exists():
        print("No stack is running: start one with `make up`.", file=sys.stderr)
        return 1
    stack = json.loads(STACK_FILE.read_text())
    try:
        cluster_id = _find_cluster(stack, arguments.name, arguments.region)
    except UnexpectedAnswer as error:
        print(error, file=sys.stderr)
        return 1
    print(yaml.safe_dump(fetch_kubeconfig(stack, cluster_id), sort_keys=False), end="")
    return 0


def fetch_kubeconfig(stack: Mapping[str, Any], cluster_id: str) -> dict[str, Any]:
    """AKS's kubeconfig, with a token in place of the kubelogin call that would fetch one."""
    with connect(stack) as client:
        answer = client.post(
            f"{cluster_id}/listClusterUserCredential",
            params={"api-version": API_VERSION},
            headers={"Authorization": f"Bearer {fetch_token(client, stack, ARM_RESOURCE)}"},
        )
        answer.raise_for_status()
        kubeconfig = yaml.safe_load(base64.b64decode(answer.json()["kubeconfigs"][0]["value"]))
        token = fetch_token(client, stack, AKS_SERVER_APPLICATION)
    for user in kubeconfig["users"]:
        user["user"] = {"token": token}
    return kubeconfig


def connect(stack: Mapping[str, Any]) -> httpx.Client:
    """To simulated Azure."""
    context = ssl.create_default_context(cafile=stack["caBundle"])
    return httpx.Client(base_url=stack["simulator"], verify=context, trust_env=False)


def fetch_token(client: httpx.Client, stack: Mapping[str, Any], resource: str) -> str:
    """A token for `resource`, issued to the app's identity."""
    answer = client.get(
        stack["identityEndpoint"],
        params={"api-version": "2019-08-01", "resource": resource},
        headers={"X-IDENTITY-HEADER": stack["identityHeader"]},
    )
    answer.raise_for_status()
    return answer.json()["access_token"]


def _find_cluster(stack: Mapping[str, Any], name: str, region: str | None) -> str:
    with Api(stack["functionApp"]) as api:
        cells = api.get_environment(name)["cells"]
    found = [cell for cell in cells if region in (None, cell["region"]) and cell["clusterId"]]
    if not found:
        raise UnexpectedAnswer(f"Environment '{name}' has no cluster yet; wait until it is Ready.")
    return found[0]["clusterId"]


if __name__ == "__main__":
    sys.exit(main())
