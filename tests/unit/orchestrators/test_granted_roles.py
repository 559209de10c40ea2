"""Roles at resources of others: taken back once nothing needs them, for they outlive the cell."""

import pytest

from domain.catalog.roles import ACR_PULL, KEY_VAULT_SECRETS_USER, STORAGE_BLOB_DATA_READER
from domain.durable.inputs import DeletionInput, RemainingResourcesInput
from domain.environment.operation import OperationKind
from domain.outcomes import Outcome
from domain.spec.role_access import GrantedRole
from domain.spec.weights import STORAGE_ACCOUNT_ID
from orchestrators.delete_environment import delete_environment
from orchestrators.provision_cell import provision_cell
from orchestrators.update_environment import update_environment
from tests.support.engine import Run, run
from tests.support.payloads import HOST, QUOTA, REGISTRY, SECRETS, SUCCEEDED, VAULT_ID, a_cell
from tests.support.specs import a_request, a_spec

PULL = GrantedRole(scope=REGISTRY, role=ACR_PULL)
SECRETS_USER = GrantedRole(scope=VAULT_ID, role=KEY_VAULT_SECRETS_USER)
READER = GrantedRole(scope=STORAGE_ACCOUNT_ID, role=STORAGE_BLOB_DATA_READER)
ALL = (PULL, SECRETS_USER, READER)
STEPS = ("registryAccess-acmeml", "vaultAccess-fraud-team", "weightsAccess-acmemodels")
CELL = {"clusterId": "/cluster", "fqdn": "gp.hcp.azmk8s.io", "externalIp": "20.61.0.2", "nodes": 1}


def update(*roles: GrantedRole, **spec: object) -> Run:
    value = a_request(OperationKind.UPDATE, 2, spec=a_spec(**spec), granted_roles=roles)
    return run(
        update_environment,
        value.to_wire(),
        instance_id=value.operation_id,
        activities={"begin_delete_resource": SUCCEEDED},
        children={
            "wire_edge": Outcome.succeeded(hostName=HOST),
            "provision_cell": Outcome.succeeded(region="westeurope", **CELL),
            "await_edge": SUCCEEDED,
        },
    )


@pytest.mark.parametrize(("role", "step"), list(zip(ALL, STEPS, strict=True)), ids=STEPS)
def test_a_role_that_the_specification_has_left_is_taken_back_after_the_build(
    role: GrantedRole, step: str
):
    done = update(role)
    assert done.steps("call begin_delete_resource", "note cell", "start await_edge") == [
        f"note cell/westeurope/{step} Running",
        "call begin_delete_resource roleAssignment westeurope",
        f"note cell/westeurope/{step} Succeeded",
        "start await_edge fraud-llm.2.probe",
    ]
    sent = done.input_of("begin_delete_resource")
    assert (sent["scope"], sent["role"]) == (role.scope, role.role)


def test_a_role_that_the_specification_still_names_stays():
    workload = {"image": "llm:1", "secrets": SECRETS, "keyVaultId": VAULT_ID}
    left = VAULT_ID.replace("fraud-team", "fraud-old")
    done = update(SECRETS_USER, SECRETS_USER.model_copy(update={"scope": left}), workload=workload)
    assert done.input_of("begin_delete_resource")["scope"] == left
    assert len(done.steps("call begin_delete_resource")) == 1


def test_a_scope_that_is_written_in_another_case_is_the_same():
    workload = {"image": "llm:1", "secrets": SECRETS, "keyVaultId": VAULT_ID}
    before = SECRETS_USER.model_copy(update={"scope": VAULT_ID.lower()})
    assert update(before, workload=workload).steps("call begin_delete_resource") == []


def test_a_cell_that_moves_gives_up_its_roles_where_it_was():
    offers = [{**a_cell()["offers"][0], "region": each} for each in ("northeurope", "uksouth")]
    roles = [each.to_wire() for each in ALL]
    done = run(
        provision_cell,
        {**a_cell(120), "offers": offers, "builtIn": "westeurope", "grantedRoles": roles},
        instance_id="fraud-llm.1.cell.westeurope",
        activities={"begin_delete_resource": SUCCEEDED, "begin_resource": QUOTA},
        entity={"read": {}, "record_attempt": True},
    )
    assert done.steps("call begin_delete_resource")[:5] == [
        *["call begin_delete_resource roleAssignment westeurope"] * 3,
        "call begin_delete_resource managedCluster westeurope",
        "call begin_delete_resource resourceGroup westeurope",
    ]


def test_a_deletion_takes_all_roles_back_first_and_looks_for_them_last():
    request = a_request(OperationKind.DELETE, 2, spec=a_spec(), granted_roles=ALL)
    done = run(
        delete_environment,
        request.to_wire(),
        instance_id="fraud-llm.2",
        activities={"list_remaining_resources": Outcome.succeeded(resourceIds=[])},
        children={"delete_resources": SUCCEEDED},
    )
    deletion = DeletionInput.from_wire(
        done.input_of("delete_resources fraud-llm.2.cell.westeurope")
    )
    assert [(each.kind, each.scope) for each in deletion.targets] == [
        *(("roleAssignment", each.scope) for each in reversed(ALL)),
        ("managedCluster", None),
        ("resourceGroup", None),
    ]
    listed = RemainingResourcesInput.from_wire(done.input_of("list_remaining_resources"))
    assert listed.granted_roles == ALL
