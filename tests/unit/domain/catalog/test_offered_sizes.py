"""Azure's lists of sizes and usages are read without their traps."""

from typing import Any

import pytest

from domain.catalog.offered_sizes import OfferedSize, QuotaUse, read_skus, read_usages
from domain.wire import JsonObject

A100, H100 = "Standard_NC24ads_A100_v4", "Standard_ND96isr_H100_v5"
REASON = "NotAvailableForSubscription"


def a_sku(**changes: Any) -> JsonObject:
    """As recorded, with the capabilities that are read."""
    return {
        "resourceType": "virtualMachines",
        "name": A100,
        "tier": "Standard",
        "size": "NC24ads_A100_v4",
        "family": "StandardNCADSA100v4Family",
        "locations": ["southcentralus"],
        "locationInfo": [{"location": "southcentralus", "zones": ["3", "1"], "zoneDetails": []}],
        "capabilities": [
            {"name": "vCPUs", "value": "24"},
            {"name": "MemoryGB", "value": "220"},
            {"name": "GPUs", "value": "1"},
            {"name": "EncryptionAtHostSupported", "value": "True"},
        ],
        "restrictions": [],
        **changes,
    }


def capabilities(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def closed(kind: str, zones: list[str], region: str = "southcentralus", reason: str = REASON):
    return {
        "type": kind,
        "values": [region],
        "restrictionInfo": {"locations": [region], "zones": zones},
        "reasonCode": reason,
    }


def only(**changes: Any) -> OfferedSize:
    (size,) = read_skus([a_sku(**changes)], "southcentralus")
    return size


def test_a_size_is_read_whole():
    assert only() == OfferedSize(
        name=A100,
        family="StandardNCADSA100v4Family",
        vcpus=24,
        gpus=1,
        zones=("1", "3"),
        restriction=None,
        host_encryption=True,
    )
    assert OfferedSize.from_wire(only().to_wire()) == only()


@pytest.mark.parametrize(
    ("changes", "attribute", "value"),
    [
        pytest.param(
            {"name": H100, "capabilities": capabilities(vCPUs="96", GPUs="12")},
            "gpus",
            8,
            id="the capability counts GPUs wrongly",
        ),
        pytest.param(
            {"name": "Standard_ND1_future", "capabilities": capabilities(GPUs="4")},
            "gpus",
            4,
            id="a size that the table lacks",
        ),
        pytest.param(
            {"name": "Standard_NV4as_v9", "capabilities": capabilities(GPUs="0.125")},
            "gpus",
            1,
            id="a slice",
        ),
        pytest.param({"name": "Standard_D4ds_v5", "capabilities": []}, "gpus", 0, id="no GPU"),
        pytest.param({"capabilities": None}, "vcpus", 0, id="no capabilities"),
        pytest.param({"name": A100.upper()}, "name", A100, id="in another spelling"),
        pytest.param({"capabilities": []}, "host_encryption", False, id="nothing on encryption"),
        pytest.param(
            {"capabilities": capabilities(EncryptionAtHostSupported="False")},
            "host_encryption",
            False,
            id="no encryption, in words",
        ),
        pytest.param({"family": None}, "family", "", id="no family"),
    ],
)
def test_capabilities_are_texts_and_not_always_true(changes, attribute, value):
    assert getattr(only(**changes), attribute) == value


@pytest.mark.parametrize(
    ("changes", "zones", "restriction"),
    [
        pytest.param({"restrictions": None}, ("1", "3"), None, id="no list"),
        pytest.param({"locationInfo": None}, (), None, id="nothing on zones"),
        pytest.param(
            {"locationInfo": [{"location": "southcentralus", "zones": []}]},
            (),
            None,
            id="a size without zones",
        ),
        pytest.param(
            {"locationInfo": [{"location": "westus", "zones": ["2"]}]},
            (),
            None,
            id="zones of another region",
        ),
        pytest.param({"restrictions": [closed("Zone", ["1"])]}, ("3",), None, id="a closed zone"),
        pytest.param(
            {"restrictions": [closed("Zone", ["1", "2", "3"])]},
            (),
            None,
            id="all zones closed, one that it does not have among them",
        ),
        pytest.param(
            {"restrictions": [closed("Location", [])]}, ("1", "3"), REASON, id="not at all"
        ),
        pytest.param(
            {"restrictions": [closed("Location", [], reason="QuotaId")]},
            ("1", "3"),
            None,
            id="meant for other offers",
        ),
        pytest.param(
            {"restrictions": [closed("Location", [], "westus"), closed("Zone", ["1"], "westus")]},
            ("1", "3"),
            None,
            id="closed elsewhere",
        ),
        pytest.param(
            {"restrictions": [{"type": "Location", "values": ["SouthCentralUS"]}]},
            ("1", "3"),
            "Restricted",
            id="without a reason",
        ),
    ],
)
def test_what_is_closed_is_a_zone_or_the_region(changes, zones, restriction):
    size = only(**changes)
    assert (size.zones, size.restriction) == (zones, restriction)


def test_other_things_and_other_regions_are_left_out():
    items = [
        a_sku(resourceType="disks", name="Premium_LRS"),
        a_sku(locations=["westus"]),
        a_sku(locations=None),
        a_sku(),
    ]
    assert [size.name for size in read_skus(items, "South Central US")] == [A100]


def test_usages_are_found_whatever_their_spelling():
    def a_usage(name: str, used: int, limit: int) -> JsonObject:
        return {
            "limit": limit,
            "unit": "Count",
            "currentValue": used,
            "name": {"value": name, "localizedValue": f"{name} vCPUs"},
        }

    uses = read_usages(
        [
            a_usage("cores", 12, 100),
            a_usage("Standard NCASv3_T4 Family", 4, 8),
            a_usage("x", -1, 0),
        ]
    )
    assert uses == {
        "cores": QuotaUse(name="cores", used=12, limit=100),
        "standard ncasv3_t4 family": QuotaUse(name="Standard NCASv3_T4 Family", used=4, limit=8),
        "x": QuotaUse(name="x", used=-1, limit=0),
    }
    assert uses["cores"].left == 88
