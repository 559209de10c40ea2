"""The app's roles in infra/ grant nothing that no story of its needs.

That they grant all that any story needs is looked at after every test here, in conftest.py.
"""

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.registries import push, set_up_registry, workload_of
from tests.e2e.stories import delete, finish, provision
from tests.e2e.sweeps import IDLE_AFTER_10_MINUTES, sweep_until
from tests.e2e.vaults import Vault
from tests.support.azure_actions import granted_actions, read_actions
from tests.support.specs import spec_body

CHECKED_BY_AZURE_ALONE = {
    # Who names a WAF policy in a security policy needs this on the policy; no request shows it.
    "microsoft.network/frontdoorwebapplicationfirewallpolicies/join/action",
    # Likewise who names a disk encryption set in a cluster.
    "microsoft.compute/diskencryptionsets/read",
    # Likewise who names a workspace in the add-on of a cluster.
    "microsoft.operationalinsights/workspaces/sharedkeys/read",
    # Needed where the URL of an operation on a connection cannot be followed.
    "microsoft.network/privatelinkservices/privateendpointconnections/read",
}


GPU = {"vmSize": "Standard_NC16as_T4_v3"}

GRACES = {"GraceAfterCreate", "GraceAfterWake"}


def act(api: Api, name: str, action: str) -> None:
    answer = api.post(f"/environments/{name}/{action}")
    assert finish(api, answer.json()["id"])["status"] == "Succeeded"


def live_through_everything(api: Api, azure: SimulatedAzure, stack: Stack) -> None:
    look = Look(azure, stack)
    # Its pool is refused at first and then replaced by one in a zone.
    one_zone = {"region": "westeurope", "vmSize": GPU["vmSize"], "zones": ["1"]}
    azure.put("/_simulator/capacity", json=one_zone).raise_for_status()
    image, registry = "acmeml.azurecr.io/llm:1", set_up_registry(azure, look.stack, "acmeml")
    push(azure, image)
    vault = Vault(azure, stack, "worker-team").create()
    vault.write("hf-token", "a value")
    named = {"HF_TOKEN": {"keyVaultSecretId": vault.secret_id("hf-token")}}
    environment = provision(
        api,
        "worker",
        gpu=GPU,
        placement={"zones": ["1"]},
        idle=IDLE_AFTER_10_MINUTES,
        workload={
            **workload_of(image, registry, "worker"),
            "secrets": named,
            "keyVaultId": vault.id,
        },
        edge={"sku": "Premium_AzureFrontDoor"},
    )
    look.stop_cluster(environment["cells"][0]["clusterId"])
    act(api, "worker", "repair")
    act(api, "worker", "scale-down")
    act(api, "worker", "wake")
    # Usage is looked at only where it decides, which it does after the grace of the wake.
    sweep_until(api, lambda seen: bool(set(seen["worker"]) - GRACES if seen else False))
    assert delete(api, "worker")["status"] == "Succeeded"
    costs = api.get("/costs").raise_for_status().json()
    assert "unread" not in costs["billed"], "what Azure has billed is compared"
    # Its origin has a name of its own.
    vault.issue("llm", "westeurope.llm.example.com")
    zone = (
        f"{vault.id.partition('/providers/')[0]}/providers/Microsoft.Network/dnsZones/example.com"
    )
    look.send_to_arm("PUT", zone, "2018-05-01", {"location": "global"})
    named = {
        "keyVaultCertificateId": vault.certificate_id("llm"),
        "domainName": "llm.example.com",
        "keyVaultId": vault.id,
        "dnsZoneId": zone,
    }
    provision(api, "named", edge={"originCertificate": named})
    assert delete(api, "named")["status"] == "Succeeded"
    # One that is deleted while it is built lists what is left of it.
    operation = api.create_environment(spec_body(name="regret"))
    next(api.follow(operation, 30))
    assert delete(api, "regret")["status"] == "Succeeded"


def test_nothing_is_granted_that_nothing_asks_for(api: Api, azure: SimulatedAzure, stack: Stack):
    live_through_everything(api, azure, stack)
    assert granted_actions() - read_actions(stack) == CHECKED_BY_AZURE_ALONE
