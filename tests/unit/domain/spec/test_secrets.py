"""Secrets of a workload: ids are taken, and a value is refused without repeating it."""

import json
from typing import Any

import pytest

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.role_access import RoleAccess
from domain.spec.secrets import MAX_SECRETS, SecretReference
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy, spec_body

VAULT = "https://fraud-team.vault.azure.net"
ID = {"keyVaultSecretId": f"{VAULT}/secrets/hf-token"}
VAULT_ID = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/fraud/providers/"
    "Microsoft.KeyVault/vaults/fraud-team"
)
VERSION = "0123456789abcdef0123456789abcdef"
VALUE = "hf_aSecretValueThatNobodyMayRepeat"


def parse(**workload: Any) -> EnvironmentSpec | list[Problem]:
    body = spec_body()
    body["workload"] = {**body["workload"], **workload}
    return parse_spec(body, a_policy())


def test_without_secrets_there_is_no_vault_to_read() -> None:
    spec = parse()
    assert isinstance(spec, EnvironmentSpec)
    assert (spec.workload.secrets, spec.workload.vault_access) == ({}, None)


@pytest.mark.parametrize(
    ("more", "access"),
    [({}, RoleAccess.EXPECTED), ({"keyVaultId": VAULT_ID}, RoleAccess.GRANTED)],
)
def test_the_vaults_resource_id_lets_its_role_be_granted(
    more: dict[str, Any], access: RoleAccess
) -> None:
    spec = parse(secrets={"HF_TOKEN": ID}, **more)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.vault_access is access
    assert spec.workload.to_wire()["secrets"] == {"HF_TOKEN": ID}


@pytest.mark.parametrize(
    ("secret_id", "expected"),
    [
        (f"{VAULT}/secrets/hf-token", ("fraud-team", "hf-token", "")),
        (f"{VAULT}/secrets/hf-token/{VERSION}", ("fraud-team", "hf-token", VERSION)),
        ("https://V1x.vault.azure.net/secrets/A", ("v1x", "A", "")),
    ],
)
def test_an_id_names_vault_secret_and_version(
    secret_id: str, expected: tuple[str, str, str]
) -> None:
    reference = SecretReference(key_vault_secret_id=secret_id)
    assert (reference.vault, reference.name, reference.version) == expected


MANY = {f"S{number}": ID for number in range(MAX_SECRETS + 1)}
OTHER = {"keyVaultSecretId": "https://other-team.vault.azure.net/secrets/a"}


@pytest.mark.parametrize(
    ("workload", "code", "target"),
    [
        pytest.param({"secrets": {"A": VALUE}}, "InvalidValue", "A", id="a value"),
        pytest.param({"secrets": VALUE}, "InvalidValue", "", id="a value for all"),
        pytest.param(
            {"secrets": {"A": {"keyVaultSecretId": VALUE}}},
            "InvalidValue",
            "A.keyVaultSecretId",
            id="a value as an id",
        ),
        pytest.param(
            {"secrets": {"A": {**ID, "value": VALUE}}}, "UnknownField", "A.value", id="both"
        ),
        pytest.param(
            {"secrets": {"A": {"keyVaultSecretId": f"{VAULT}/keys/a"}}},
            "InvalidValue",
            "A.keyVaultSecretId",
            id="a key",
        ),
        pytest.param(
            {"secrets": {"A": {"keyVaultSecretId": "http://v-1.vault.azure.net/secrets/a"}}},
            "InvalidValue",
            "A.keyVaultSecretId",
            id="not https",
        ),
        pytest.param(
            {"secrets": {"A": {"keyVaultSecretId": f"{VAULT}/secrets/a/latest"}}},
            "InvalidValue",
            "A.keyVaultSecretId",
            id="no version",
        ),
        pytest.param({"secrets": {"a.b": ID}}, "InvalidValue", "a.b", id="no file name"),
        pytest.param({"secrets": MANY}, "InvalidValue", "", id="too many"),
        pytest.param(
            {"secrets": {"A": ID}, "env": {"A": "x"}}, "DuplicateVariable", "", id="also in env"
        ),
        pytest.param({"secrets": {"A": ID, "B": OTHER}}, "SeveralVaults", "", id="two vaults"),
    ],
)
def test_what_is_no_id_is_refused_with_field_and_fix(
    workload: dict[str, Any], code: str, target: str
) -> None:
    problems = parse(**workload)
    assert isinstance(problems, list)
    (problem,) = problems
    assert problem.code == code
    assert problem.target == ".".join(filter(None, ("workload.secrets", target)))
    assert VALUE not in json.dumps([problem.code, problem.message, problem.target])


@pytest.mark.parametrize(
    ("workload", "code"),
    [
        ({"secrets": {"A": OTHER}, "keyVaultId": VAULT_ID}, "OtherVault"),
        ({"keyVaultId": VAULT_ID}, "OtherVault"),
        ({"secrets": {"A": ID}, "keyVaultId": "fraud-team"}, "InvalidValue"),
    ],
)
def test_the_vault_has_to_be_that_of_the_secrets(workload: dict[str, Any], code: str) -> None:
    problems = parse(**workload)
    assert isinstance(problems, list)
    assert [(each.code, each.target) for each in problems] == [(code, "workload.keyVaultId")]


def test_how_a_secret_is_written_is_said_where_a_value_was_sent() -> None:
    problems = parse(secrets={"A": VALUE})
    assert isinstance(problems, list)
    assert '{"keyVaultSecretId": "https://<vault>.vault.azure.net/' in problems[0].message
