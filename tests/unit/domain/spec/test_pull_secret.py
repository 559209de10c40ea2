"""`workload.imagePullSecret`: credentials for a registry, in the vault of the secrets."""

import json
from typing import Any

import pytest

from domain.environment.pinned_image import find_image_warnings
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.role_access import RoleAccess
from domain.spec.validation import parse_spec
from tests.support.payloads import REGISTRY
from tests.support.specs import a_policy, spec_body

VAULT = "https://fraud-team.vault.azure.net/secrets"
PULL = {"keyVaultSecretId": f"{VAULT}/registry"}
TOKEN = {"keyVaultSecretId": f"{VAULT}/hf-token"}
ELSEWHERE = {"keyVaultSecretId": "https://other-team.vault.azure.net/secrets/registry"}
VAULT_ID = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/fraud/providers/"
    "Microsoft.KeyVault/vaults/fraud-team"
)
VALUE = '{"auths": {"registry.example.com": {"auth": "bm9ib2R5OnJlcGVhdHM="}}}'
FIELD = "workload.imagePullSecret"


def parse(**workload: Any) -> EnvironmentSpec | list[Problem]:
    body = spec_body()
    body["workload"] = {**body["workload"], "imagePullSecret": PULL, **workload}
    return parse_spec(body, a_policy())


@pytest.mark.parametrize(
    ("more", "access"),
    [
        ({}, RoleAccess.EXPECTED),
        ({"keyVaultId": VAULT_ID}, RoleAccess.GRANTED),
        ({"keyVaultId": VAULT_ID, "secrets": {"HF_TOKEN": TOKEN}}, RoleAccess.GRANTED),
        ({"image": "acmeml.azurecr.io/llm:1"}, RoleAccess.EXPECTED),
    ],
    ids=["alone", "vault named", "with secrets", "token of a registry in Azure"],
)
def test_it_alone_makes_cells_read_the_vault(more: dict[str, Any], access: RoleAccess) -> None:
    spec = parse(**more)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.vault_access is access
    assert spec.workload.to_wire()["imagePullSecret"] == PULL


@pytest.mark.parametrize(
    ("workload", "code", "target", "words"),
    [
        pytest.param(
            {"imagePullSecret": VALUE}, "InvalidValue", FIELD, "keyVaultSecretId", id="a value"
        ),
        pytest.param(
            {"imagePullSecret": {"keyVaultSecretId": VALUE}},
            "InvalidValue",
            f"{FIELD}.keyVaultSecretId",
            "belongs into the vault",
            id="a value as an id",
        ),
        pytest.param(
            {"imagePullSecret": {**PULL, "name": "regcred"}},
            "UnknownField",
            f"{FIELD}.name",
            "Known fields: keyVaultSecretId",
            id="more than an id",
        ),
        pytest.param(
            {"image": "acmeml.azurecr.io/llm:1", "registry": REGISTRY},
            "RegistryAndPullSecret",
            FIELD,
            "keep one of registry and imagePullSecret",
            id="beside registry",
        ),
        pytest.param(
            {"imagePullSecret": ELSEWHERE, "secrets": {"HF_TOKEN": TOKEN}},
            "SeveralVaults",
            FIELD,
            "fraud-team, other-team: move them into one",
            id="another vault than the secrets'",
        ),
        pytest.param(
            {"imagePullSecret": ELSEWHERE, "keyVaultId": VAULT_ID},
            "OtherVault",
            "workload.keyVaultId",
            "imagePullSecret",
            id="another vault than named",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_field_and_fix(
    workload: dict[str, Any], code: str, target: str, words: str
) -> None:
    problems = parse(**workload)
    assert isinstance(problems, list)
    (problem,) = problems
    assert (problem.code, problem.target) == (code, target)
    assert words in problem.message
    assert VALUE not in json.loads(json.dumps(problem.message))


DIGEST = f"sha256:{'0123456789abcdef' * 4}"
OWN = f"oci://acmeml.azurecr.io/weights@{DIGEST}"
PRIVATE = f"oci://registry.example.com/weights@{DIGEST}"


@pytest.mark.parametrize(
    ("image", "source", "is_needed"),
    [
        ("registry.example.com/llm:1", OWN, True),
        ("acmeml.azurecr.io/llm:1", PRIVATE, True),
        ("acmeml.azurecr.io/llm:1", OWN, False),
    ],
    ids=["for the image", "for the weights", "for nothing"],
)
def test_it_stays_beside_a_registry_that_has_not_all(
    image: str, source: str, is_needed: bool
) -> None:
    model = {"name": "m", "version": "1", "source": source}
    parsed = parse(image=image, registry=REGISTRY, model=model)
    assert isinstance(parsed, EnvironmentSpec) is is_needed


def test_an_image_with_credentials_of_its_own_is_to_be_named_by_digest() -> None:
    spec = parse()
    assert isinstance(spec, EnvironmentSpec)
    (warning,) = find_image_warnings(spec)
    assert warning.message.endswith("Give the image by its digest.")
