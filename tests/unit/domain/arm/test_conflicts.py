"""What others have set on our resources stays in an update, or is set again, and is reported."""

import hashlib
import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from domain.arm.agent_pool import READ_ONLY_POOL_PROPERTIES
from domain.arm.conflicts import resolve
from domain.arm.kept_settings import KEPT_IF
from domain.arm.merge_existing import is_cluster_current, is_pool_current
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.environment.applied_spec import BODIES_VERSION
from domain.outcomes import OperationWarning
from domain.spec.model import EnvironmentSpec
from tests.support.certificates import https_edge
from tests.support.payloads import CLUSTER_WITH_ISSUER, PULL, RECORD
from tests.support.specs import a_spec

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
WORKLOAD = {"image": "registry.example.com/llm:2.0.0"}
GPU = {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5}
TWO_REGIONS = ["westeurope", "swedencentral"]
PREMIUM = {"sku": "Premium_AzureFrontDoor"}
POOL = "properties.agentPoolProfiles[gpu]"
SYSTEM = "properties.agentPoolProfiles[system]"
RULE = "properties.customRules.rules[RateLimitPerClient]"
WINDOW = "properties.maintenanceWindow"
IN_CELL = {"dnsRecord", "managedCluster", "agentPool", "origin", "identity", "federatedCredential"}
SECRETS = {"HF_TOKEN": {"keyVaultSecretId": "https://fraud-team.vault.azure.net/secrets/hf-token"}}
LABELS = "properties.nodeLabels"
MOVED = [{"domains": [{"id": "/shop"}], "patternsToMatch": ["/*"]}]

type Found = dict[str, Any]
type Path = str
type Resolved = tuple[dict[str, Any], tuple[OperationWarning, ...]]


def target_of(kind: str) -> ResourceTarget:
    in_cell = kind in IN_CELL or kind.endswith("Schedule")
    return ResourceTarget(
        kind,
        "fraud-llm",
        "westeurope" if in_cell else "",
        SUBSCRIPTION,
        record_id=RECORD,
        grant=PULL,
        source=CLUSTER_WITH_ISSUER,
    )


def found_after(kind: str, spec: EnvironmentSpec) -> Found:
    """As Azure shows the resource once the specification was applied."""
    found = deepcopy(KINDS[kind].build_body(spec, target_of(kind), None))
    found.setdefault("properties", {})["provisioningState"] = "Succeeded"
    return found


def at(document: Any, path: Path) -> Any:
    for name in path.split("."):
        key, _, entry = name.removesuffix("]").partition("[")
        document = document.get(key)
        if entry:
            document = next(each for each in document if entry in each.values())
    return document


def changed(found: Found, changes: dict[Path, Any]) -> Found:
    """With the values at these paths; None removes one."""
    found = deepcopy(found)
    for path, value in changes.items():
        parent, _, name = path.rpartition(".")
        (at(found, parent) if parent else found)[name] = value
    return found


def update(
    kind: str, changes: dict[Path, Any], before: dict[str, Any], now: dict[str, Any]
) -> Resolved:
    spec, base = a_spec(**before, **now), a_spec(**before)
    return resolve(target_of(kind), spec, base, changed(found_after(kind, base), changes))


KEPT: list[tuple[str, Path, Any]] = [
    ("dnsRecord", "properties.TTL", 60),
    ("wafPolicy", "properties.policySettings.mode", "Detection"),
    ("wafPolicy", f"{RULE}.rateLimitThreshold", 50),
    ("wafPolicy", f"{RULE}.action", "Log"),
    ("wafPolicy", f"{RULE}.enabledState", "Disabled"),
    ("route", "properties.patternsToMatch", ["/health", "/v1/*"]),
    ("route", "properties.supportedProtocols", ["Https"]),
    ("route", "properties.httpsRedirect", "Disabled"),
    ("originGroup", "properties.healthProbeSettings.probeIntervalInSeconds", 120),
    ("originGroup", "properties.healthProbeSettings.probePath", "/ready"),
    ("originGroup", "properties.sessionAffinityState", "Enabled"),
    ("origin", "properties.weight", 10),
    ("profile", "properties.originResponseTimeoutSeconds", 60),
    ("profile", "tags.cost-center", "ML-0"),
    ("resourceGroup", "tags.cost-center", "ML-0"),
    ("agentPool", "properties.maxCount", 8),
    ("agentPool", "properties.maxCount", 1),
    ("agentPool", "properties.minCount", 1),
    ("agentPool", "properties.nodeTaints", ["sku=gpu:NoSchedule", "team=fraud:NoSchedule"]),
    ("managedCluster", "properties.networkProfile.outboundType", "userDefinedRouting"),
    ("managedCluster", "properties.autoUpgradeProfile.upgradeChannel", "stable"),
    ("managedCluster", "properties.autoUpgradeProfile.nodeOSUpgradeChannel", "NodeImage"),
    ("managedCluster", "sku.tier", "Premium"),
    ("autoUpgradeSchedule", f"{WINDOW}.startTime", "22:00"),
    ("nodeOSUpgradeSchedule", f"{WINDOW}.schedule", {"daily": {"intervalDays": 1}}),
    ("managedCluster", f"{SYSTEM}.count", 3),
    ("managedCluster", f"{POOL}.maxCount", 8),
]
SET_AGAIN: list[tuple[str, Path, Any]] = [
    ("dnsRecord", "properties.CNAMERecord.cname", "elsewhere.example.org"),
    ("endpoint", "properties.enabledState", "Disabled"),
    ("origin", "properties.hostName", "elsewhere.example.com"),
    ("origin", "properties.originHostHeader", "elsewhere.example.com"),
    ("origin", "properties.httpPort", 8080),
    ("origin", "properties.enabledState", "Disabled"),
    ("route", "properties.originGroup.id", "/another"),
    ("route", "properties.enabledState", "Disabled"),
    ("route", "properties.linkToDefaultDomain", "Disabled"),
    ("route", "properties.forwardingProtocol", "MatchRequest"),
    ("route", "properties.supportedProtocols", ["Http"]),
    ("route", "properties.patternsToMatch", ["/v1/*"]),
    ("wafPolicy", "properties.policySettings.enabledState", "Disabled"),
    ("wafPolicy", f"{RULE}.action", "Allow"),
    ("wafPolicy", f"{RULE}.ruleType", "MatchRule"),
    ("wafPolicy", "properties.customRules.rules", []),
    ("securityPolicy", "properties.parameters.wafPolicy.id", "/another"),
    ("originGroup", "properties.healthProbeSettings", None),
    ("agentPool", "properties.enableAutoScaling", False),
    ("agentPool", "properties.maxCount", 0),
    ("agentPool", LABELS, {"gridplane.io/gpu-pool": "false"}),
    ("managedCluster", "sku", None),
    ("managedCluster", "properties.disableLocalAccounts", False),
    ("managedCluster", "properties.aadProfile.enableAzureRBAC", False),
    ("managedCluster", f"{POOL}.nodeLabels", {"gridplane.io/gpu-pool": "false"}),
]


@pytest.mark.parametrize(("kind", "path", "theirs"), KEPT)
def test_what_others_have_changed_stays_and_is_reported(kind: str, path: Path, theirs: Any):
    body, (warning,) = update(kind, {path: theirs}, {}, {"workload": WORKLOAD})
    assert at(body, path) == theirs
    assert "Changed outside Gridplane and kept: " in warning.message
    assert path.rpartition("].")[2] in warning.message
    assert "POST /environments/fraud-llm/repair" in warning.message


@pytest.mark.parametrize(("kind", "path", "theirs"), SET_AGAIN)
def test_what_the_environment_cannot_do_without_is_set_again_and_reported(
    kind: str, path: Path, theirs: Any
):
    body, (warning,) = update(kind, {path: theirs}, {}, {"workload": WORKLOAD})
    assert at(body, path) == at(found_after(kind, a_spec()), path)
    assert "Changed outside Gridplane and set again" in warning.message
    assert warning.code == "SettingConflict"
    assert warning.target.startswith("/subscriptions/")


def test_a_security_policy_protects_our_endpoint_again_and_the_domain_of_others_as_before():
    """Moving it to another policy's association had left our endpoint without one."""
    associations = "properties.parameters.associations"
    body, (warning,) = update("securityPolicy", {associations: MOVED}, {}, {"workload": WORKLOAD})
    assert "set again" in warning.message
    (association,) = at(body, associations)
    assert [each["id"].rpartition("/")[2] for each in association["domains"]] == [
        "shop",
        "gp-fraud-llm",
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "now",
    [
        pytest.param({"workload": WORKLOAD}, id="another image"),
        pytest.param({"gpu": {**GPU, "minNodes": 1, "maxNodes": 7}}, id="other limits"),
        pytest.param({"edge": {"wafMode": "Detection"}}, id="another firewall mode"),
        pytest.param({"costCenter": "ML-9"}, id="another cost center"),
        pytest.param({"cluster": {"tier": "Free"}}, id="another tier"),
        pytest.param({"cluster": {"maintenance": {"day": "tue"}}}, id="another window"),
        pytest.param({"workload": {**WORKLOAD, "healthPath": "/ready"}}, id="another path"),
    ],
)
def test_what_the_specification_changes_is_applied_without_a_word(kind: str, now: dict[str, Any]):
    body, warnings = update(kind, {}, {}, now)
    assert warnings == ()
    wanted = KINDS[kind].build_body(a_spec(**now), target_of(kind), found_after(kind, a_spec()))
    assert body == wanted


@pytest.mark.parametrize(
    ("kind", "path", "theirs", "now", "ours"),
    [
        (
            "wafPolicy",
            "properties.policySettings.mode",
            "Prevention",
            {"edge": {"wafMode": "Detection"}},
            "Detection",
        ),
        ("profile", "tags.cost-center", "ML-0", {"costCenter": "ML-9"}, "ML-9"),
        ("agentPool", "properties.maxCount", 8, {"gpu": {**GPU, "maxNodes": 7}}, 7),
        (
            "originGroup",
            "properties.healthProbeSettings.probePath",
            "/theirs",
            {"workload": {**WORKLOAD, "healthPath": "/ready"}},
            "/ready",
        ),
    ],
)
def test_what_the_caller_asks_for_wins_over_others(
    kind: str, path: Path, theirs: Any, now: dict[str, Any], ours: Any
):
    body, warnings = update(kind, {path: theirs}, {}, now)
    assert (at(body, path), warnings) == (ours, ())


def test_a_value_that_the_new_specification_has_too_is_no_conflict():
    mode = {"properties.policySettings.mode": "Detection"}
    _, warnings = update("wafPolicy", mode, {}, {"edge": {"wafMode": "Detection"}})
    assert warnings == ()


def test_without_an_applied_specification_everything_is_set_and_nothing_reported():
    target, spec = target_of("wafPolicy"), a_spec()
    found = changed(
        found_after("wafPolicy", spec), {"properties.policySettings.mode": "Detection"}
    )
    body, warnings = resolve(target, spec, None, found)
    assert (at(body, "properties.policySettings.mode"), warnings) == ("Prevention", ())


def test_what_is_missing_is_built():
    body, warnings = resolve(target_of("route"), a_spec(), a_spec(), None)
    assert (body, warnings) == (KINDS["route"].build_body(a_spec(), target_of("route"), None), ())


@pytest.mark.parametrize("regions", [["westeurope"], TWO_REGIONS], ids=["only", "one of two"])
def test_one_of_several_origins_may_be_drained_but_not_the_only_one(regions: list[str]):
    path = "properties.enabledState"
    body, (warning,) = update("origin", {path: "Disabled"}, {"regions": regions}, {})
    is_kept = len(regions) > 1
    assert at(body, path) == ("Disabled" if is_kept else "Enabled")
    assert ("and kept" in warning.message) == is_kept


def test_a_limit_that_is_asked_for_takes_the_other_one_along():
    """Theirs may be on the wrong side of it, and AKS refuses a minimum above the maximum."""
    theirs = {"properties.minCount": 6, "properties.maxCount": 8, "properties.count": 6}
    body, (warning,) = update("agentPool", theirs, {}, {"gpu": {**GPU, "maxNodes": 4}})
    pool = body["properties"]
    assert (pool["minCount"], pool["maxCount"], pool["count"]) == (0, 4, 4)
    assert "set again" in warning.message
    assert "properties.minCount (found 6, wanted 0)" in warning.message
    assert "maxCount" not in warning.message


def test_a_limit_too_small_for_the_replicas_is_set_again():
    now = {"workload": {**WORKLOAD, "replicas": 2}}
    body, (warning,) = update("agentPool", {"properties.maxCount": 1}, {}, now)
    assert at(body, "properties.maxCount") == 5
    assert "set again" in warning.message


@pytest.mark.parametrize(
    ("kind", "prefix"), [("agentPool", "properties"), ("managedCluster", POOL)]
)
def test_the_node_count_follows_the_limits_that_are_kept(kind: str, prefix: str):
    theirs = {f"{prefix}.maxCount": 8, f"{prefix}.count": 7}
    body, (warning,) = update(kind, theirs, {}, {"workload": WORKLOAD})
    assert at(body, f"{prefix}.count") == 7
    assert ".count" not in warning.message


def test_an_autoscaler_that_was_switched_off_comes_back_with_its_limits_and_the_count():
    off = {"enableAutoScaling": False, "minCount": None, "maxCount": None, "count": 0}
    theirs = {f"properties.{name}": value for name, value in off.items()}
    body, (warning,) = update("agentPool", theirs, {}, {"workload": WORKLOAD})
    pool = body["properties"]
    assert (pool["enableAutoScaling"], pool["minCount"], pool["maxCount"]) == (True, 0, 5)
    assert pool["count"] == 0, "AKS refuses a count in the same request"
    assert "properties.maxCount (found nothing, wanted 5)" in warning.message


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [
        pytest.param("agentPool", {"properties.vmSize": "standard_nc24ads_a100_v4"}, id="case"),
        pytest.param("agentPool", {"properties.count": 3}, id="the autoscaler's count"),
        pytest.param(
            "agentPool", {"properties.vmSize": "Standard_NC48ads_A100_v4"}, id="to be replaced"
        ),
        pytest.param(
            "managedCluster",
            {f"{POOL}.vmSize": "Standard_NC48ads_A100_v4"},
            id="to be replaced later",
        ),
        pytest.param(
            "managedCluster",
            {
                f"{SYSTEM}.enableAutoScaling": True,
                f"{SYSTEM}.minCount": 2,
                f"{SYSTEM}.maxCount": 6,
                f"{SYSTEM}.count": 4,
            },
            id="system pool under the autoscaler",
        ),
        pytest.param(
            "managedCluster",
            {"properties.kubernetesVersion": "1.35", "properties.provisioningState": "Failed"},
            id="upgraded",
        ),
        pytest.param(
            "managedCluster",
            {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/id": {}}}},
            id="another identity",
        ),
        pytest.param("managedCluster", {"location": "West Europe"}, id="a region's other name"),
        pytest.param("managedCluster", {f"{SYSTEM}.enableEncryptionAtHost": True}, id="equal"),
        pytest.param("route", {"properties.customDomains": [{"id": "/shop"}]}, id="never sent"),
        pytest.param("route", {"properties.supportedProtocols": ["Https", "HTTP"]}, id="order"),
        pytest.param("origin", {"properties.enforceCertificateNameCheck": None}, id="false"),
        pytest.param("profile", {"tags.environment": "production"}, id="tag left to others"),
        pytest.param(
            "wafPolicy",
            {
                f"{RULE}.matchConditions": [
                    {
                        "matchVariable": "SocketAddr",
                        "operator": "IPMatch",
                        "negateCondition": True,
                        "matchValue": ["192.0.2.0/24"],
                        "transforms": [],
                    }
                ]
            },
            id="a condition with more fields",
        ),
    ],
)
def test_no_conflict(kind: str, theirs: dict[Path, Any]):
    _, warnings = update(kind, theirs, {}, {"workload": WORKLOAD})
    assert warnings == ()


def test_the_taint_that_aks_adds_to_a_spot_pool_is_no_conflict():
    taints = ["sku=gpu:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]
    spot = {"gpu": {**GPU, "spot": True}}
    _, warnings = update("agentPool", {"properties.nodeTaints": taints}, spot, {})
    assert warnings == ()


@pytest.mark.parametrize(
    ("kind", "path", "theirs"), [k for k in KEPT if k[0] in {"managedCluster", "agentPool"}]
)
def test_what_is_kept_does_not_have_the_resource_sent_again(kind: str, path: Path, theirs: Any):
    body, _ = update(kind, {path: theirs}, {}, {"workload": WORKLOAD})
    found = changed(found_after(kind, a_spec()), {path: theirs})
    is_current = is_cluster_current if kind == "managedCluster" else is_pool_current
    assert is_current(found, body)


@pytest.mark.parametrize(("kind", "path", "theirs"), KEPT)
def test_the_next_update_finds_the_same_conflict(kind: str, path: Path, theirs: Any):
    """What was kept is not what the applied specification leads to, so it stays theirs."""
    first, told = update(kind, {path: theirs}, {}, {"workload": WORKLOAD})
    applied = a_spec(workload=WORKLOAD)
    again, told_again = resolve(target_of(kind), a_spec(), applied, first)
    assert (at(again, path), told_again) == (theirs, told)


def test_a_pool_is_reported_alike_by_itself_and_with_its_cluster():
    """The record then has the warning once."""
    _, by_itself = update("agentPool", {"properties.maxCount": 8}, {}, {"workload": WORKLOAD})
    _, in_cluster = update("managedCluster", {f"{POOL}.maxCount": 8}, {}, {"workload": WORKLOAD})
    assert by_itself == in_cluster
    assert by_itself[0].target.endswith("/managedClusters/gp-fraud-llm-westeurope/agentPools/gpu")


def test_what_is_kept_and_what_is_set_again_are_told_apart():
    theirs = {"properties.httpsRedirect": "Disabled", "properties.enabledState": "Disabled"}
    _, warnings = update("route", theirs, {}, {"workload": WORKLOAD})
    kept, set_again = (each.message for each in warnings)
    assert "and kept: properties.httpsRedirect" in kept
    assert "properties.enabledState" in set_again
    assert 'properties.httpsRedirect (found "Disabled", wanted "Enabled")' in kept


def test_conditions_of_a_rule_are_kept_and_not_shown():
    secret = [{"matchVariable": "RequestHeader", "selector": "key", "matchValue": ["hunter2"]}]
    path = f"{RULE}.matchConditions"
    body, (warning,) = update("wafPolicy", {path: secret}, {}, {"workload": WORKLOAD})
    assert at(body, path) == secret
    assert "hunter2" not in warning.message
    assert "matchConditions (values are not shown)" in warning.message


def test_a_warning_is_short_whatever_was_set():
    patterns = ["/health", *(f"/path-{i}" for i in range(1000))]
    theirs = {"properties.patternsToMatch": patterns}
    _, (warning,) = update("route", theirs, {}, {"workload": WORKLOAD})
    assert len(warning.message) < 600


def test_every_condition_is_on_a_property_that_is_sent():
    model = {"name": "m", "version": "1", "source": "az://acmemodels/weights/m/1"}
    spec = a_spec(
        edge={**PREMIUM, "origin": "privateLink"},
        workload={**WORKLOAD, "secrets": SECRETS, "model": model, "autoscale": {"max": 2}},
    )
    for kind, conditions in KEPT_IF.items():
        target = replace(target_of(kind), log_workspace_id=f"{WORKSPACE}ours")
        body = KINDS[kind].build_body(spec, target, None)
        for path in conditions:
            if path.startswith(LABELS):
                assert path.removeprefix(f"{LABELS}.") in at(body, LABELS)
            elif path != "properties.powerState.code":
                assert at(body, path) is not None, path


def test_a_stopped_pool_is_started():
    body, (warning,) = update(
        "agentPool", {"properties.powerState": {"code": "Stopped"}}, {}, {"workload": WORKLOAD}
    )
    assert at(body, "properties.powerState.code") == "Running"
    assert "set again" in warning.message


def test_read_only_properties_of_a_pool_are_not_sent():
    theirs = {f"properties.{name}": "x" for name in READ_ONLY_POOL_PROPERTIES}
    body, _ = update("agentPool", theirs, {}, {"workload": WORKLOAD})
    assert not READ_ONLY_POOL_PROPERTIES & body["properties"].keys()


OFF = {"edge": {**PREMIUM, "managedRules": False}}
ON = {"edge": PREMIUM}
DEFAULT_RULES = {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}
DDOS_RULES = {"ruleSetType": "Microsoft_HTTPDDoSRuleSet", "ruleSetVersion": "1.0"}
RULE_SETS = "properties.managedRules.managedRuleSets"


@pytest.mark.parametrize("theirs", [[DEFAULT_RULES], [DDOS_RULES, DEFAULT_RULES]])
def test_a_rule_set_that_others_have_added_against_the_specification_stays(theirs: list[Any]):
    now = {"workload": WORKLOAD}
    body, (warning,) = update("wafPolicy", {RULE_SETS: theirs}, OFF, now)
    assert at(body, RULE_SETS) == theirs
    assert "Changed outside Gridplane and kept" in warning.message


def test_rule_sets_that_the_specification_turns_off_go_without_a_word():
    spec, base = a_spec(**OFF), a_spec(**ON)
    body, warnings = resolve(target_of("wafPolicy"), spec, base, found_after("wafPolicy", base))
    assert (at(body, RULE_SETS), warnings) == ([], ())


@pytest.mark.parametrize(
    ("theirs", "merged"),
    [
        pytest.param([], ["203.0.113.7/32"], id="none yet"),
        pytest.param(
            ["198.51.100.0/24"], ["198.51.100.0/24", "203.0.113.7/32"], id="of operators"
        ),
        pytest.param(["203.0.113.7/32"], ["203.0.113.7/32"], id="ours alone"),
    ],
)
def test_ranges_of_the_settings_join_those_of_operators(theirs: list[str], merged: list[str]):
    path = "properties.apiServerAccessProfile"
    found = found_after("managedCluster", a_spec())
    if theirs:  # AKS leaves the whole profile out of its answer if there are none
        found["properties"]["apiServerAccessProfile"] = {"authorizedIPRanges": theirs}
    target = replace(target_of("managedCluster"), api_server_ranges=("203.0.113.7/32",))
    body, warnings = resolve(target, a_spec(workload=WORKLOAD), a_spec(), found)
    assert at(body, path) == {"authorizedIPRanges": merged}
    assert warnings == ()


WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/"
AGENT = {
    "enabled": True,
    "config": {"logAnalyticsWorkspaceResourceID": f"{WORKSPACE}ours", "useAADAuth": "true"},
}
ELSEWHERE = {"logAnalyticsWorkspaceResourceID": f"{WORKSPACE}theirs", "useAADAuth": "true"}
AS_AKS_SPELLS_IT = {
    "enabled": True,
    "identity": {"clientId": "1"},
    "config": {
        "logAnalyticsWorkspaceResourceID": f"{WORKSPACE}ours".lower(),
        "useAADAuth": "true",
    },
}


@pytest.mark.parametrize(
    ("addons", "changed"),
    [
        pytest.param(None, (), id="none yet"),
        pytest.param({"azurepolicy": {"enabled": True}}, (), id="another add-on"),
        pytest.param({"omsagent": AS_AKS_SPELLS_IT}, (), id="there"),
        pytest.param({"omsagent": {"enabled": False, "config": None}}, ("enabled",), id="off"),
        pytest.param(
            {"omsagent": {"enabled": True, "config": ELSEWHERE}},
            ("logAnalyticsWorkspaceResourceID",),
            id="to another workspace",
        ),
    ],
)
def test_the_agent_for_logs_goes_where_the_settings_say(
    addons: dict[str, Any] | None, changed: tuple[str, ...]
):
    found = found_after("managedCluster", a_spec())
    if addons:
        found["properties"]["addonProfiles"] = addons
    target = replace(target_of("managedCluster"), log_workspace_id=f"{WORKSPACE}ours")
    body, warnings = resolve(target, a_spec(workload=WORKLOAD), a_spec(), found)
    agent = at(body, "properties.addonProfiles.omsagent")
    assert {name: agent[name] for name in AGENT} == AGENT
    assert set(addons or {}) <= set(at(body, "properties.addonProfiles"))
    assert [each in text for text in (w.message for w in warnings) for each in changed] == [
        True for _ in changed
    ]
    assert bool(warnings) is bool(changed)


def test_without_the_setting_an_agent_that_others_want_stays():
    found = found_after("managedCluster", a_spec())
    theirs = {"omsagent": {"enabled": True, "config": ELSEWHERE}}
    found["properties"]["addonProfiles"] = theirs
    body, warnings = resolve(
        target_of("managedCluster"), a_spec(workload=WORKLOAD), a_spec(), found
    )
    assert at(body, "properties.addonProfiles") == theirs
    assert warnings == ()


@pytest.mark.parametrize(
    ("kind", "path", "theirs"),
    [
        ("origin", "properties.httpsPort", 8443),
        ("origin", "properties.enforceCertificateNameCheck", False),
        ("originGroup", "properties.healthProbeSettings.probeProtocol", "Http"),
        ("route", "properties.forwardingProtocol", "MatchRequest"),
    ],
)
def test_where_origins_have_a_certificate_it_is_what_front_door_asks_for(
    kind: str, path: Path, theirs: Any
):
    before = https_edge()
    body, (warning,) = update(kind, {path: theirs}, before, {"workload": WORKLOAD})
    assert at(body, path) == at(found_after(kind, a_spec(**before)), path)
    assert "set again" in warning.message


def test_other_bodies_for_the_same_specification_are_another_version():
    """Raise BODIES_VERSION with the digest: what an earlier version sent, others have not set."""
    private = {**PREMIUM, "origin": "privateLink"}
    specs = [a_spec(), a_spec(edge=PREMIUM, gpu={**GPU, "spot": True}), a_spec(edge=private)]
    bodies = [
        KINDS[kind].build_body(spec, target_of(kind), None) for spec in specs for kind in KINDS
    ]
    digest = hashlib.sha256(json.dumps(bodies, sort_keys=True).encode()).hexdigest()[:12]
    assert (BODIES_VERSION, digest) == (2, "74c68f9e1cf8")


def test_a_rule_set_that_others_had_before_the_specification_is_listed_once():
    target, now = target_of("wafPolicy"), a_spec(**ON)
    found = changed(found_after("wafPolicy", a_spec(**OFF)), {RULE_SETS: [DEFAULT_RULES]})
    body, _ = resolve(target, now, a_spec(**OFF), found)
    listed = [each["ruleSetType"] for each in at(body, RULE_SETS)]
    assert listed == ["Microsoft_DefaultRuleSet", "Microsoft_BotManagerRuleSet"]
