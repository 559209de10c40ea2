"""`make demo`: builds an environment, queries its model with and without a token, shows the record
of the invocation, and deletes everything again."""

import json
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.live import Live

from emulators.stack.api import Api, SimulatedAzure, UnexpectedAnswer
from emulators.stack.processes import ProcessFailed
from emulators.stack.report import build_report, find_leftovers
from emulators.stack.stack import PROJECT, Stack, running_stack
from emulators.stack.views import format_seconds, render_facts, render_operation

BUILD = PROJECT / "build"
EXAMPLE = PROJECT / "examples" / "environment.json"
OPERATION_TIMEOUT_SECONDS = 120.0


def main() -> int:
    console = Console()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    try:
        console.print("Starting simulated Azure, task hub and Functions host ...")
        with (
            running_stack(BUILD / "demo") as stack,
            Api(stack.app_url) as api,
            SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
        ):
            _run_demo(stack, api, azure, console)
    except (ProcessFailed, UnexpectedAnswer) as error:
        console.print(f"[red]The demo failed:[/] {error}", markup=True, highlight=False)
        return 1
    console.print(
        f"Done in {time.monotonic() - started:.0f} s. `make up` keeps such a stack running, and "
        "prints the address of its web page.",
        soft_wrap=True,
    )
    return 0


def _run_demo(stack: Stack, api: Api, azure: SimulatedAzure, console: Console) -> None:
    spec = json.loads(EXAMPLE.read_text())
    console.print(
        f"Simulated Azure at {stack.simulator_url}, {stack.time_scale:.0f} times faster than real."
        f"\nWeb page, as long as this runs: {stack.app_url}/portal"
        f"\n\n[bold]POST {stack.app_url}/environments[/] with {EXAMPLE.relative_to(PROJECT)}\n"
    )
    provision = _follow(stack, console, api, api.create_environment(spec))
    environment = api.get_environment(spec["name"])
    question = "Is this transfer fraud?"
    refusal = azure.send_through_edge(environment, "GET", "/v1/models", with_token=False)
    answer = azure.ask_model(environment, question)
    invocation = api.await_invocation(spec["name"], status=200)
    report = build_report(environment, provision, api, azure)
    _write_report(report)
    facts = _facts(environment, report) | {
        "question": question,
        "without a token": f"{refusal.status_code} {refusal.json()['error']['code']}",
        "with a token": answer["choices"][0]["message"]["content"],
        "on record": _describe(invocation),
    }
    console.print(render_facts(facts))
    console.print(f"\n[bold]DELETE {stack.app_url}/environments/{spec['name']}[/]\n")
    deletion = _follow(stack, console, api, api.delete_environment(spec["name"]))
    leftovers = find_leftovers(azure.get_state())
    _write_report({**report, "deletion": deletion, "leftovers": leftovers})
    if leftovers:
        raise UnexpectedAnswer(f"Azure still lists {', '.join(leftovers)}")
    console.print("Simulated Azure lists no resources, clusters or addresses: nothing is left.")


def _follow(stack: Stack, console: Console, api: Api, operation_id: str) -> dict[str, Any]:
    operation: dict[str, Any] = {}
    with Live(console=console, refresh_per_second=10, transient=not console.is_terminal) as live:
        for operation in api.follow(operation_id, OPERATION_TIMEOUT_SECONDS):
            live.update(render_operation(operation, _simulated_now(stack)))
            _check_processes(stack)
    if not console.is_terminal:
        console.print(render_operation(operation, _simulated_now(stack)))
    if operation["status"] != "Succeeded":
        raise UnexpectedAnswer(f"{operation_id} {operation['status']}: {operation.get('error')}")
    return operation


def _check_processes(stack: Stack) -> None:
    if ended := stack.find_ended():
        raise ProcessFailed(f"{ended.name} ended with exit code {ended.popen.poll()}")


def _simulated_now(stack: Stack) -> datetime:
    return stack.clock_origin + (datetime.now(UTC) - stack.clock_origin) * stack.time_scale


def _describe(invocation: Mapping[str, Any]) -> str:
    """The part of the audit's line that fits a terminal."""
    return (
        f"{invocation['method']} {invocation['path']} {invocation['status']} by "
        f"{invocation['oid']}, request {invocation['requestSha256'][:12]}..., response "
        f"{invocation['responseSha256'][:12]}..."
    )


def _facts(environment: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, str]:
    cells = environment["cells"]
    timing = report["timing"]
    return {
        "endpoint": environment["endpoint"],
        "EXTERNAL-IP": ", ".join(cell["externalIp"] for cell in cells),
        "GPU nodes": ", ".join(str(cell["nodes"]) for cell in cells),
        "POST to Ready": f"{format_seconds(timing['elapsedSeconds'])} of simulated time",
        "longest chain": f"{format_seconds(timing['longestChainSeconds'])} of consecutive delays "
        f"in Azure (ratio {timing['ratio']:.3f})",
        "ARM calls": ", ".join(f"{n} {method}" for method, n in report["armCalls"].items()),
        "history events": str(report["historyEvents"]),
    }


def _write_report(report: Mapping[str, Any]) -> None:
    (BUILD / "demo-report.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
