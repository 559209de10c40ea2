"""Prints a token for the clusters of a running stack as kubectl wants it from a plug-in."""

import argparse
import json
import sys
from pathlib import Path

import httpx

from emulators.stack.kubeconfig import AKS_SERVER_APPLICATION, connect, fetch_token


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack", type=Path, help="file that describes the stack")
    arguments = parser.parse_args()
    if not arguments.stack.exists():
        print("No stack is running: start one with `make up`.", file=sys.stderr)
        return 1
    stack = json.loads(arguments.stack.read_text())
    try:
        with connect(stack) as client:
            token = fetch_token(client, stack, AKS_SERVER_APPLICATION)
    except httpx.HTTPError as error:
        print(f"No token: {error}", file=sys.stderr)
        return 1
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "kind": "ExecCredential",
        "status": {"token": token},
    }
    print(json.dumps(credential))
    return 0


if __name__ == "__main__":
    sys.exit(main())
