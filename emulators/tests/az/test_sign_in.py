"""Register the cloud, sign in, and look around."""

from pathlib import Path

import pytest

from emulators.tests.az.azure_cli import CLOUD, AzureCli
from emulators.tests.support.simulator import SimulatorAddress


@pytest.fixture
def fresh(address: SimulatorAddress, tmp_path: Path) -> AzureCli:
    """A CLI that has never been used."""
    return AzureCli(address, tmp_path)


def test_the_cloud_is_registered_by_its_own_metadata_and_a_secret_opens_it(
    fresh: AzureCli,
) -> None:
    (subscription,) = fresh.sign_in()
    assert subscription["id"] == fresh.address.subscription_id
    endpoints = fresh("cloud show", "endpoints")
    assert endpoints["resourceManager"] == endpoints["activeDirectory"] == fresh.address.url
    account = fresh("account show", "[environmentName, tenantId, user.type]")
    assert account == [CLOUD, fresh.address.tenant_id, "servicePrincipal"]
    assert fresh("account list", "[].state") == ["Enabled"]
    assert fresh("account get-access-token", "tokenType") == "Bearer"


def test_a_wrong_secret_or_application_is_refused_as_entra_does(fresh: AzureCli) -> None:
    address = fresh.address
    fresh.register_cloud()
    secret = fresh.refused(fresh.login_command(address.client_id, "wrong"))
    application = fresh.refused(fresh.login_command(address.tenant_id, "wrong"))
    assert (secret.exit_code, application.exit_code) == (1, 1)
    assert "AADSTS7000215: Invalid client secret provided." in secret.text
    assert "AADSTS700016: Application with identifier" in application.text


def test_a_managed_identity_signs_in(address: SimulatorAddress, tmp_path: Path) -> None:
    app = AzureCli(
        address,
        tmp_path,
        IDENTITY_ENDPOINT=address.identity_endpoint,
        IDENTITY_HEADER=address.identity_header,
    )
    app.register_cloud()
    (user,) = app("login --identity", "[].user")
    assert (user["name"], user["assignedIdentityInfo"]) == ("systemAssignedIdentity", "MSI")
    assert app("group list") is not None


def test_regions_and_providers_are_listed(az: AzureCli) -> None:
    assert az("account list-locations", "[?name=='westeurope'].displayName") == ["West Europe"]
    namespaces = az("provider list", "[].namespace")
    assert {"Microsoft.ContainerService", "Microsoft.Cdn", "Microsoft.Network"} <= set(namespaces)
    shown = az("provider show --namespace Microsoft.Cdn", "[registrationState, namespace]")
    assert shown == ["Registered", "Microsoft.Cdn"]
    missing = az.refused("provider show --namespace Microsoft.Nothing")
    assert "(InvalidResourceNamespace)" in missing.text


def test_a_provider_is_given_up_and_registered_again(az: AzureCli) -> None:
    az("provider unregister --namespace Microsoft.Cdn")
    shown = "provider show --namespace Microsoft.Cdn"
    assert az(shown, "registrationState") == "Unregistered"
    az("provider register --namespace Microsoft.Cdn")
    assert az(shown, "registrationState") == "Registered"


def test_quota_and_sizes_are_told(az: AzureCli) -> None:
    t4 = az(
        "vm list-usage --location westeurope",
        "[?name.value=='Standard NCASv3_T4 Family'].[currentValue, limit]",
    )
    assert t4 == [["0", "500"]]
    sizes = az("vm list-skus --location westeurope --size Standard_NC", "[].name")
    assert "Standard_NC24ads_A100_v4" in sizes
    assert "Standard_NC6s_v3" not in sizes
