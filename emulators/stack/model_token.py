"""Prints an access token with which the models of the stack that `make up` runs may be asked."""

import json
import sys

from emulators.stack.api import SimulatedAzure
from emulators.stack.up import STACK_FILE


def main() -> int:
    if not STACK_FILE.exists():
        print("No stack is running: start one with `make up`.", file=sys.stderr)
        return 1
    stack = json.loads(STACK_FILE.read_text())
    with SimulatedAzure(stack["simulator"], stack["caBundle"]) as azure:
        print(azure.model_token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
