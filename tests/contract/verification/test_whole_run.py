"""`make verify-azure` on simulated Azure: all of it, and what it does where Azure differs."""

import asyncio
import re
import shutil

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from clients.factory import ClientFactory
from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import Control, SimulatorAddress
from tests.azure.assumption import Part
from tests.azure.assumptions import ASSUMPTIONS
from tests.azure.preparation import NotReady
from tests.azure.subject import STAND_IN_SIZE
from tests.contract.verification.conftest import Verification

ONLY_IF_IT_HAPPENS = "aks-heals"
TRIED = {
    each.name
    for each in ASSUMPTIONS
    if each.check and Part.APP not in each.check.needs and each.name != ONLY_IF_IT_HAPPENS
}


def verdicts(report: str) -> dict[str, str]:
    rows = re.findall(r"^\| ([\w-]+) \|.* \| (agrees|\*\*differs\*\*|not tried) \|", report, re.M)
    return {name: verdict.strip("*") for name, verdict in rows}


async def nothing_is_left(control: Control) -> bool:
    state = await control.state()
    return not state["resourceGroups"] and not state["resources"] and not state["clusters"]


async def test_whatever_can_be_tried_agrees_and_nothing_is_left(
    verification: Verification, control: Control
):
    await control.add_fault(cluster=".*", nodeBootSeconds=330)

    code = await verification.run()

    assert code == 0, verification.text
    found = verdicts(verification.report)
    assert {name for name, verdict in found.items() if verdict == "agrees"} == TRIED
    assert found.keys() == {each.name for each in ASSUMPTIONS}
    assert await nothing_is_left(control)
    assert "Removal: proven after" in verification.report


async def test_recordings_hold_every_answer_and_nothing_that_identifies_the_subscription(
    verification: Verification, address: SimulatorAddress, simulator: RunningSimulator
):
    """`autoscaler-status` reads a kubeconfig, and asks Kubernetes with a token."""
    assert await verification.run("tag-names", "origin-before-dns", "autoscaler-status") == 0

    recordings = verification.recordings
    tried = {name.partition("-")[2].removesuffix(".jsonl") for name in recordings}
    assert {"tag-names", "origin-before-dns", "autoscaler-status", "removal"} <= tried
    text = "\n".join(recordings.values())
    assert '"method": "PUT"' in text
    assert "listClusterUserCredential" in text
    assert '"status": 201' in text
    secrets = (
        *(address.subscription_id, address.tenant_id, address.identity_header),
        *(simulator.simulator.tokens.principal_id, "Bearer ", "BEGIN CERTIFICATE"),
    )
    written = f"{text}{verification.report}"
    assert [each for each in secrets if each.lower() in written.lower()] == []
    assert re.findall(r"eyJ[\w-]+\.[\w-]+\.", written) == []


async def test_where_azure_differs_the_report_says_so_and_the_rest_is_tried(
    verification: Verification, control: Control
):
    """Front Door refuses an origin whose name does not resolve: it gets it with the address."""
    await control.add_fault(
        match={"method": "PUT", "path": "/origins/"},
        status=400,
        code="BadRequest",
        message="The origin's host is not known.",
        count=1,
    )

    code = await verification.run("origin-before-dns", "unchanged-put", "asleep-answer")

    assert code == 1
    found = verdicts(verification.report)
    assert found == {
        "origin-before-dns": "differs",
        "unchanged-put": "not tried",
        "asleep-answer": "agrees",
    }
    assert "The origin's host is not known." in verification.report
    assert "origin-before-dns: DIFFERS" in verification.text
    assert await nothing_is_left(control)


async def test_an_answer_of_another_shape_differs_and_ends_nothing(
    verification: Verification, control: Control
):
    await control.add_fault(
        match={"method": "GET", "path": "/resourceGroups/[^/]+$"}, status=200, body={}, count=1
    )

    assert await verification.run("tag-names", "delete-of-missing") == 1

    found = verdicts(verification.report)
    assert found == {"tag-names": "differs", "delete-of-missing": "agrees"}
    assert "KeyError" in verification.report


async def test_a_removal_that_is_refused_is_said_aloud_with_the_commands(
    verification: Verification, control: Control, address: SimulatorAddress
):
    await control.add_fault(
        match={"method": "DELETE", "path": "/resourceGroups/[^/]+$"},
        status=409,
        code="ScopeLocked",
        message="The scope cannot perform delete operation because it is locked.",
    )

    assert await verification.run("tag-names") == 2

    group = (await control.state())["resourceGroups"][0]["name"]
    assert group.startswith("gridplane-verify-")
    command = f"az group delete --yes --subscription {address.subscription_id} --name {group}"
    assert command in verification.text
    assert "NOT PROVEN" in verification.text
    assert "ScopeLocked" in verification.report
    assert f"resource group {group}: HTTP 200" in verification.report


async def test_what_has_the_tag_outside_of_the_group_is_not_overlooked(
    verification: Verification, control: Control
):
    """AKS leaves the group of nodes behind."""
    running = asyncio.ensure_future(verification.run("tag-names"))
    await verification.until_said("trying tag-names")
    name = re.search(r"gridplane-verify-(\d+)", verification.text)
    assert name
    left = f"gp-verify-{name[1]}-long-westeurope-nodes"
    path = f"/subscriptions/{verification.settings.subscription_id}/resourceGroups/{left}"
    other = ClientFactory(verification.settings)
    await other.resources.begin_put(path, {"location": "westeurope"})
    await other.close()

    assert await running == 2
    assert f"resource group {left}: HTTP 200" in verification.report


async def test_without_quota_a_size_without_gpu_stands_in(
    verification: Verification, control: Control
):
    await control.set_quota("westeurope", "Standard NCASv3_T4 Family", 3)

    code = await verification.run("device-plugin", "scale-to-zero", "raised-minimum")

    assert code == 0, verification.text
    assert verdicts(verification.report) == {
        "device-plugin": "not tried",
        "scale-to-zero": "agrees",
        "raised-minimum": "agrees",
    }
    assert "4 vCPUs needed, 3 left" in verification.report
    assert f"GPU pool of {STAND_IN_SIZE}" in verification.report


async def test_a_failed_operation_of_the_run_is_watched_for_healing(
    verification: Verification, control: Control
):
    await control.add_fault(
        operation="PUT .*/agentPools/",
        recorded="ReconcileVMSSAgentPoolFailed",
        healsAfterSeconds=120,
        count=1,
    )

    assert await verification.run("scale-to-zero", "aks-heals") == 1

    found = verdicts(verification.report)
    assert found == {"scale-to-zero": "differs", "aks-heals": "agrees"}
    assert "gpu was Succeeded" in verification.report


async def test_the_limit_of_time_ends_a_check_and_leads_to_the_removal(
    verification: Verification, control: Control
):
    code = await verification.run(
        "tag-names", "origin-before-dns", "cluster-body", "start-of-running", max_minutes=4
    )

    assert code == 0
    assert verdicts(verification.report) == {
        "tag-names": "agrees",
        "origin-before-dns": "agrees",
        "cluster-body": "not tried",
        "start-of-running": "not tried",
    }
    assert "the limit of time or money was reached" in verification.report
    assert await nothing_is_left(control)


async def test_nothing_is_created_for_more_than_the_limit_of_money(
    verification: Verification, control: Control
):
    assert await verification.run(max_usd=0.5) == 3
    assert "is more than the limit" in verification.text
    requests = (await control.requests())["requests"]
    assert {each["method"] for each in requests} == {"GET"}


@pytest.mark.parametrize(("typed", "code"), [("0001", 0), ("", 3), ("yes", 3)])
async def test_the_end_of_the_subscriptions_id_confirms(
    verification: Verification, typed: str, code: int
):
    verification.ask = lambda question: typed if "last 4 characters" in question else "never"
    assert await verification.run("tag-names", is_confirmed=False) == code
    assert re.search(r"in all +\d+\.\d min +\d+\.\d\d USD", verification.text)


async def test_an_interruption_leads_to_the_removal(verification: Verification, control: Control):
    running = asyncio.ensure_future(verification.run("tag-names", "cluster-body"))
    await verification.until_said("trying cluster-body")
    running.cancel()

    assert await running == 130
    assert verdicts(verification.report) == {"tag-names": "agrees"}
    assert await nothing_is_left(control)


async def test_an_interruption_before_the_group_leaves_nothing_to_remove(
    verification: Verification, control: Control
):
    running = asyncio.ensure_future(verification.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(NotReady, match="interrupted"):
        await running
    assert await nothing_is_left(control)


async def test_neither_a_closed_terminal_nor_a_full_disk_keeps_it_from_removing(
    verification: Verification, control: Control
):
    def close(text: str) -> None:
        """From the first check on; its recording cannot be opened either."""
        if "trying" in text:
            shutil.rmtree(verification.folder)
            raise BrokenPipeError

    verification.say = close

    assert await verification.run("tag-names") == 1
    assert "The command itself failed: FileNotFoundError" in verification.text
    assert "Removal proven" in verification.text
    assert await nothing_is_left(control)


async def test_a_removal_that_fails_is_not_taken_for_one(
    verification: Verification, control: Control
):
    await control.add_fault(
        match={"method": "GET", "path": "/resources$"}, status=200, body={"values": []}
    )
    assert await verification.run("tag-names") == 2
    assert "the removal failed: KeyError('value')" in verification.report


async def test_a_provider_that_is_not_registered_is_named_with_the_command(
    verification: Verification,
    address: SimulatorAddress,
    simulator: RunningSimulator,
):
    simulator.simulator.azure.registrations.unregister("Microsoft.Cdn")
    with pytest.raises(NotReady, match=r"az provider register --wait --namespace Microsoft\.Cdn"):
        await verification.run()


async def test_a_deployed_app_is_checked_as_well(verification: Verification):
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/healthz":
            return web.json_response({"status": "Healthy"})
        forged = "X-MS-CLIENT-PRINCIPAL" in request.headers
        return web.Response(status=401 if forged else 500)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app, host="127.0.0.1") as server:
        url = str(server.make_url("/"))
        code = await verification.run("preview-bundle", "forged-identity", app_url=url)

    assert code == 0, verification.text
    assert verdicts(verification.report) == {
        "preview-bundle": "agrees",
        "forged-identity": "agrees",
    }
