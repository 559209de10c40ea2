"""`infra/register_api.sh` on a tenant that keeps its registrations."""

import json
import subprocess
from pathlib import Path

from tests.architecture.source import REPOSITORY
from tests.support.fake_az import run_with
from tests.support.fake_entra import TENANT, Entra

SCRIPT = REPOSITORY / "infra/register_api.sh"
ROLES = json.loads((REPOSITORY / "infra/app_roles.json").read_text())
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
ME = "00000000-0000-0000-0000-0000000000d9"


def register(entra: Entra, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_with(entra, folder, SCRIPT, *arguments, TRIES="4", PAUSE_SECONDS="0")


def test_a_new_registration_has_all_that_the_stage_and_the_azure_cli_need(tmp_path: Path):
    entra = Entra()
    result = register(entra, tmp_path, "gridplane-dev")
    assert (result.returncode, len(entra.apps)) == (0, 1), result.stderr
    ((app_id, app),) = entra.apps.items()
    assert app["identifierUris"] == [f"api://{app_id}"]
    assert [role["value"] for role in app["appRoles"]] == [role["value"] for role in ROLES]
    assert app["groupMembershipClaims"] == "ApplicationGroup"
    assert app["api"]["requestedAccessTokenVersion"] == 2
    (scope,) = app["api"]["oauth2PermissionScopes"]
    assert (scope["value"], scope["isEnabled"]) == ("user_impersonation", True)
    assert app["api"]["preAuthorizedApplications"] == [
        {"appId": AZURE_CLI, "delegatedPermissionIds": [scope["id"]]}
    ]
    (principal,) = entra.principals.values()
    assert (principal["appId"], principal["appRoleAssignmentRequired"]) == (app_id, True)
    assert result.stdout.splitlines() == [
        f"export APP_ID={app_id}",
        f"export TENANT_ID={TENANT}",
        f"export API_SCOPE=api://{app_id}/.default",
    ]


def test_a_second_run_writes_nothing_and_prints_the_same(tmp_path: Path):
    entra = Entra()
    first = register(entra, tmp_path, "gridplane-dev", ME)
    entra.writes.clear()
    second = register(entra, tmp_path, "gridplane-dev", ME)
    assert (second.returncode, entra.writes) == (0, [])
    assert second.stdout == first.stdout


def test_who_is_named_gets_the_role_to_write(tmp_path: Path):
    entra = Entra()
    assert register(entra, tmp_path, "gridplane-dev", ME).returncode == 0
    write = next(role["id"] for role in ROLES if role["value"] == "Environments.Write")
    (principal,) = entra.principals
    assert entra.assignments == [{"principalId": ME, "resourceId": principal, "appRoleId": write}]


def test_what_others_have_added_stays_and_what_is_there_keeps_its_id(tmp_path: Path):
    entra = Entra()
    app = entra.apps[entra.add_app("gridplane-dev")]
    app["appRoles"] = [
        {"id": "r1", "value": "Environments.Read", "isEnabled": True, "origin": "Application"},
        {"id": "r2", "value": "Reports.Read", "isEnabled": True, "origin": "Application"},
    ]
    app["api"]["oauth2PermissionScopes"] = [
        {"id": "s1", "value": "user_impersonation", "isEnabled": True, "origin": "Application"}
    ]
    app["api"]["preAuthorizedApplications"] = [{"appId": "c1", "delegatedPermissionIds": ["s1"]}]
    result = register(entra, tmp_path, "gridplane-dev")
    assert result.returncode == 0, result.stderr
    roles = {role["value"]: role["id"] for role in app["appRoles"]}
    assert (roles["Environments.Read"], roles["Reports.Read"]) == ("r1", "r2")
    assert set(roles) == {role["value"] for role in ROLES} | {"Reports.Read"}
    assert app["api"]["preAuthorizedApplications"] == [
        {"appId": "c1", "delegatedPermissionIds": ["s1"]},
        {"appId": AZURE_CLI, "delegatedPermissionIds": ["s1"]},
    ]


def test_a_registration_of_a_longer_name_is_another_one(tmp_path: Path):
    entra = Entra()
    entra.add_app("gridplane-dev2")
    assert register(entra, tmp_path, "gridplane-dev").returncode == 0
    assert [app["displayName"] for app in entra.apps.values()] == [
        "gridplane-dev2",
        "gridplane-dev",
    ]


def test_two_registrations_of_one_name_are_refused_before_anything_is_written(tmp_path: Path):
    entra = Entra()
    entra.add_app("gridplane-dev")
    entra.add_app("gridplane-dev")
    result = register(entra, tmp_path, "gridplane-dev")
    assert (result.returncode, result.stdout, entra.writes) == (1, "", [])
    assert "More than one registration is called gridplane-dev" in result.stderr


def test_it_waits_until_a_new_registration_is_found(tmp_path: Path):
    assert register(Entra(reads_until_found=3), tmp_path, "gridplane-dev").returncode == 0


def test_a_registration_that_is_never_found_fails_and_prints_no_variables(tmp_path: Path):
    result = register(Entra(reads_until_found=99), tmp_path, "gridplane-dev")
    assert (result.returncode, result.stdout) == (1, "")
    assert "does not exist" in result.stderr


def test_without_a_name_it_says_how_it_is_used(tmp_path: Path):
    assert "usage: register_api.sh NAME" in register(Entra(), tmp_path).stderr
