from typing import Any

import pytest

from domain.arm import naming
from domain.arm.error_classification import classify_response
from domain.arm.existing_resource import is_foreign
from domain.arm.resource_id import parse_resource_id
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import (
    ACR_PULL,
    KEY_VAULT_SECRETS_USER,
    ROLE_NAMES,
    RoleGrant,
    build_role_assignment,
    is_granted,
    role_not_assigned,
    role_not_verified,
)
from tests.support.specs import a_spec

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
SHARED = "/subscriptions/6c6c6c6c-0000-4000-8000-000000000002"
REGISTRY = f"{SHARED}/resourceGroups/shared/providers/Microsoft.ContainerRegistry/registries/acme"
DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"
PRINCIPAL = "99999999-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-666666666666"
ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
GRANT = RoleGrant(REGISTRY, ACR_PULL, PRINCIPAL)


def target(grant: RoleGrant | None = GRANT, region: str = "westeurope") -> ResourceTarget:
    return ResourceTarget("roleAssignment", "fraud-llm", region, SUBSCRIPTION, grant=grant)


def id_of(where: ResourceTarget) -> str:
    return KINDS["roleAssignment"].build_id(where)


def assignment(role: str, scope: str = REGISTRY, principal: str = PRINCIPAL) -> dict[str, Any]:
    definition = f"{DEFINITIONS}/{role}"
    return {
        "properties": {"roleDefinitionId": definition, "principalId": principal, "scope": scope}
    }


def test_its_name_is_derived_and_a_guid():
    scope, name = parse_resource_id(id_of(target())).names
    assert scope == REGISTRY
    assert id_of(target()) == (
        f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/{name}"
    )
    assert [len(part) for part in name.split("-")] == [8, 4, 4, 4, 12]
    assert name[14] == "5", "a UUID of version 5"


def test_its_name_outlasts_its_principal_and_the_case_of_the_scope():
    assert id_of(target(RoleGrant(REGISTRY, ACR_PULL))) == id_of(target())
    shouted = id_of(target(RoleGrant(REGISTRY.upper(), ACR_PULL)))
    assert shouted.rpartition("/")[2] == id_of(target()).rpartition("/")[2]


@pytest.mark.parametrize("scope", [SHARED, f"{SHARED}/resourceGroups/shared", REGISTRY])
def test_its_scope_is_anything(scope: str):
    path = parse_resource_id(id_of(target(RoleGrant(scope, ACR_PULL))))
    assert path.resource_type == naming.ROLE_ASSIGNMENT_TYPE
    assert path.names[0] == scope


def test_each_environment_cell_scope_and_role_has_its_own():
    ids = {
        id_of(target()),
        id_of(target(region="swedencentral")),
        id_of(target(RoleGrant(REGISTRY, KEY_VAULT_SECRETS_USER))),
        id_of(target(RoleGrant(f"{REGISTRY}2", ACR_PULL))),
        naming.role_assignment_id(SUBSCRIPTION, "other", "westeurope", REGISTRY, ACR_PULL),
        naming.role_assignment_id(OTHER, "fraud-llm", "westeurope", REGISTRY, ACR_PULL),
    }
    assert len({each.rpartition("/")[2] for each in ids}) == 6


def test_it_needs_a_grant():
    with pytest.raises(ValueError, match="needs a grant"):
        id_of(target(None))


def test_its_body_names_role_principal_type_and_environment():
    assert KINDS["roleAssignment"].build_body(a_spec(), target(), None) == {
        "properties": {
            "roleDefinitionId": f"{SHARED}{DEFINITIONS}/{ACR_PULL}",
            "principalId": PRINCIPAL,
            "principalType": "ServicePrincipal",
            "description": "gridplane-environment: fraud-llm",
        }
    }


@pytest.mark.parametrize(
    ("description", "foreign"),
    [
        ("gridplane-environment: fraud-llm", False),
        ("gridplane-environment: other", True),
        ("fraud-llm", True),
        (None, True),
    ],
)
def test_its_description_states_its_owner(description: str | None, foreign: bool):
    assert is_foreign({"properties": {"description": description}}, target()) is foreign


@pytest.mark.parametrize(
    ("existing", "current"),
    [
        pytest.param(assignment(ACR_PULL), True, id="without a subscription in the definition"),
        pytest.param(assignment(ACR_PULL.upper(), principal=PRINCIPAL.upper()), True, id="case"),
        pytest.param(assignment(ACR_PULL, principal=OTHER), False, id="another principal"),
        pytest.param(assignment(READER), False, id="another role"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_it_is_current_with_its_role_and_principal(existing: dict[str, Any], current: bool):
    is_current = KINDS["roleAssignment"].is_current
    assert is_current
    assert is_current(existing, build_role_assignment(GRANT, "fraud-llm")) is current


@pytest.mark.parametrize(
    ("found", "granted"),
    [
        pytest.param([], False, id="none"),
        pytest.param([assignment(ACR_PULL)], True, id="the role at the scope"),
        pytest.param([assignment(ACR_PULL, REGISTRY.lower())], True, id="case of the scope"),
        pytest.param([assignment(ACR_PULL, SHARED)], True, id="above"),
        pytest.param([assignment(ACR_PULL, "/")], True, id="at the root"),
        pytest.param([assignment(ACR_PULL, f"{REGISTRY}2")], False, id="at another registry"),
        pytest.param([assignment(ACR_PULL, f"{REGISTRY}/x/y")], False, id="below"),
        pytest.param([assignment(READER), assignment(ACR_PUSH)], True, id="a role that includes"),
        pytest.param([assignment(OWNER, SHARED)], True, id="an owner"),
        pytest.param([assignment(READER)], False, id="another role"),
        pytest.param([assignment(ACR_PULL, principal=OTHER)], False, id="another principal"),
    ],
)
def test_a_role_is_granted_at_the_scope_or_above(found: list[dict[str, Any]], granted: bool):
    assert is_granted(found, GRANT) is granted


def test_an_owner_of_a_vault_does_not_read_its_secrets():
    grant = RoleGrant(REGISTRY, KEY_VAULT_SECRETS_USER, PRINCIPAL)
    assert not is_granted([assignment(OWNER, SHARED)], grant)


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_a_role_that_is_missing_comes_with_the_command_that_assigns_it(role: str):
    grant = RoleGrant(REGISTRY, role, PRINCIPAL)
    command = (
        f"az role assignment create --assignee-object-id {PRINCIPAL} --assignee-principal-type "
        f'ServicePrincipal --role "{ROLE_NAMES[role]}" --scope {REGISTRY}'
    )
    failure = role_not_assigned(grant)
    assert command in failure.suggested_action
    assert ROLE_NAMES[role] in failure.message
    assert SHARED not in failure.message, "ids of subscriptions are not in messages"
    assert command in role_not_verified(grant).message


@pytest.mark.parametrize(
    ("status", "code", "reason", "retryable"),
    [
        (409, "RoleAssignmentExists", "RoleAssignmentExists", False),
        (400, "PrincipalNotFound", "PrincipalNotFound", True),
        (403, "AuthorizationFailed", "Forbidden", False),
    ],
)
def test_its_errors_are_classified(status: int, code: str, reason: str, retryable: bool):
    body = {"error": {"code": code, "message": "The role assignment already exists."}}
    failure = classify_response(status, body, "PUT roleAssignment")
    assert (failure.reason, failure.retryable) == (reason, retryable)
