"""The environment that is built: the product's bodies, moved into one group."""

import json

import pytest

from domain.arm import naming
from domain.arm.resource_kinds import KINDS
from tests.azure.checks_edge import EDGE_KINDS
from tests.azure.subject import STAND_IN_SIZE, make_subject
from tests.support.specs import NOON

T4 = "Standard_NC4as_T4_v3"
SUBJECT = make_subject("00000000-0000-0000-0000-000000000001", "westeurope", T4, NOON)
WITHOUT = make_subject("00000000-0000-0000-0000-000000000001", "westeurope", None, NOON)


def test_names_come_from_the_moment():
    assert SUBJECT.group == "gridplane-verify-261122120000"
    assert SUBJECT.spec.name == "verify-261122120000-long"
    assert SUBJECT.tags[naming.OWNER_TAG] == SUBJECT.spec.name


OF_SECRETS = {"identity", "federatedCredential"}
"""No part of the environment that is built."""


@pytest.mark.parametrize(
    "kind", sorted(KINDS.keys() - {"privateLink", "roleAssignment", "dnsRecord", *OF_SECRETS})
)
def test_everything_is_in_the_one_group(kind: str):
    assert f"/resourceGroups/{SUBJECT.group}" in SUBJECT.id_of(kind)
    text = json.dumps(SUBJECT.body_of(kind))
    assert f"/resourceGroups/{naming.edge_resource_group(SUBJECT.spec.name)}" not in text


def test_nodes_stay_in_the_group_that_the_product_gives_them():
    properties = SUBJECT.body_of("managedCluster")["properties"]
    assert properties["nodeResourceGroup"] == SUBJECT.node_group
    assert SUBJECT.node_group.endswith("-westeurope-nodes")


@pytest.mark.parametrize("kind", EDGE_KINDS)
def test_what_exists_is_merged_as_if_it_was_where_the_product_puts_it(kind: str):
    """Azure answers with its own spelling of ids."""
    body = SUBJECT.body_of(kind)
    existing = json.loads(json.dumps(body).replace("/resourceGroups/", "/resourcegroups/"))
    assert normalised(SUBJECT.body_of(kind, existing)) == normalised(body)


def normalised(body: object) -> str:
    return json.dumps(body, sort_keys=True).lower()


def test_a_stand_in_is_the_gpu_pool_without_a_gpu():
    _, pool = WITHOUT.body_of("managedCluster")["properties"]["agentPoolProfiles"]
    _, gpu = SUBJECT.body_of("managedCluster")["properties"]["agentPoolProfiles"]
    assert (pool["vmSize"], gpu["vmSize"]) == (STAND_IN_SIZE, T4)
    assert pool.keys() == gpu.keys() - {"gpuProfile"}
    same = pool.keys() - {"vmSize", "enableEncryptionAtHost", "tags"}
    assert {key: pool[key] for key in same} == {key: gpu[key] for key in same}
    assert pool["count"] == 1
