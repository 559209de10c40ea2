"""Disks of nodes may be encrypted with a key of the customer's, and a deployment may insist."""

from typing import Any

import pytest

from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy, spec_body

SET = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-keys/providers/"
    "Microsoft.Compute/diskEncryptionSets/des-westeurope"
)
ENCRYPTED = {"diskEncryptionSetId": SET}
STRICT = a_policy(requires_disk_encryption_set=True)


def test_a_set_is_part_of_the_specification():
    parsed = parse_spec(spec_body(cluster=ENCRYPTED), STRICT)
    assert isinstance(parsed, EnvironmentSpec)
    assert parsed.cluster.disk_encryption_set_id == SET


def test_nobody_needs_one_by_default():
    assert isinstance(parse_spec(spec_body(), a_policy()), EnvironmentSpec)


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        pytest.param({}, "DiskEncryptionSetRequired", "name a disk encryption set", id="none"),
        pytest.param(
            {"cluster": {"tier": "Free"}},
            "DiskEncryptionSetRequired",
            "name a disk encryption set",
            id="none beside other settings",
        ),
        pytest.param(
            {"cluster": {"diskEncryptionSetId": f"{SET}/x"}},
            "InvalidValue",
            "Microsoft.Compute/diskEncryptionSets/<name>",
            id="no id",
        ),
        pytest.param(
            {"cluster": ENCRYPTED, "regions": ["westeurope", "northeurope"]},
            "DiskEncryptionSetServesOneRegion",
            "serves one region",
            id="several regions",
        ),
        pytest.param(
            {"cluster": ENCRYPTED, "placement": {"regions": ["northeurope"]}},
            "DiskEncryptionSetServesOneRegion",
            "without others under placement",
            id="alternatives",
        ),
    ],
)
def test_what_is_wrong_with_it_is_named(changes: dict[str, Any], code: str, text: str):
    parsed = parse_spec(spec_body(**changes), STRICT)
    assert isinstance(parsed, list)
    (problem,) = parsed
    assert (problem.code, problem.target) == (code, "cluster.diskEncryptionSetId")
    assert text in problem.message
