"""What the API server refuses. Every message was taken down from kube-apiserver 1.33."""

import copy
import json
from typing import Any

import pytest

from emulators.tests.contract.kubernetes.clients import Api
from emulators.tests.contract.kubernetes.workloads import (
    DEPLOYMENT_URL,
    NAME,
    NAMESPACE,
    POD_URL,
    device_plugin,
    namespace,
    service,
    small_deployment,
)

DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
DAEMON_SETS = f"/apis/apps/v1/namespaces/{NAMESPACE}/daemonsets"
SERVICES = f"/api/v1/namespaces/{NAMESPACE}/services"
CONTAINER = "spec.template.spec.containers.0"
WITHOUT = object()


def changed(manifest: Any, path: str, value: Any) -> Any:
    """A copy of the manifest with another value at a dotted path, or WITHOUT it."""
    result = copy.deepcopy(manifest)
    *parents, last = path.split(".")
    place: Any = result
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    if value is WITHOUT:
        del place[last]
    else:
        place[last] = value
    return result


@pytest.fixture(autouse=True)
async def _namespace_exists(either_api: Api):
    assert (await either_api.call("POST", "/api/v1/namespaces", namespace())).status == 201


_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
    " must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex"
    " used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_MISMATCH = "`selector` does not match template `labels`"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "spec.replicas",
            -1,
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        ),
        (
            "spec.selector",
            WITHOUT,
            "[spec.selector: Required value, spec.template.metadata.labels: Invalid value:"
            f' map[string]string{{"app":"fraud-llm"}}: {_MISMATCH}]',
        ),
        (
            "spec.selector.matchLabels",
            {"app": "other"},
            "spec.template.metadata.labels: Invalid value:"
            f' map[string]string{{"app":"fraud-llm"}}: {_MISMATCH}',
        ),
        (
            "spec.template",
            WITHOUT,
            f"[spec.template.metadata.labels: Invalid value: map[string]string(nil): {_MISMATCH},"
            " spec.template.spec.containers: Required value]",
        ),
        (f"{CONTAINER}.image", WITHOUT, "spec.template.spec.containers[0].image: Required value"),
        (
            f"{CONTAINER}.name",
            "Bad_Name",
            'spec.template.spec.containers[0].name: Invalid value: "Bad_Name": ' + _LABEL_RULE,
        ),
        (
            f"{CONTAINER}.resources",
            {"requests": {"nvidia.com/gpu": "2"}},
            "spec.template.spec.containers[0].resources.limits: Required value: Limit must be set"
            " for non overcommitable resources",
        ),
        (
            f"{CONTAINER}.resources",
            {"limits": {"nvidia.com/gpu": "1"}, "requests": {"nvidia.com/gpu": "2"}},
            'spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be'
            " equal to nvidia.com/gpu limit of 1",
        ),
        (
            f"{CONTAINER}.ports",
            [{"containerPort": 70000}],
            "spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000: must"
            " be between 1 and 65535, inclusive",
        ),
        (
            f"{CONTAINER}.readinessProbe",
            {},
            "spec.template.spec.containers[0].readinessProbe: Required value: must specify a"
            " handler type",
        ),
        (
            f"{CONTAINER}.volumeMounts",
            [{"name": "v", "mountPath": "/x"}],
            'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v"',
        ),
        (
            "spec.template.spec.restartPolicy",
            "Never",
            'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values:'
            ' "Always"',
        ),
        (
            "spec.template.spec.tolerations",
            [{"key": "sku", "operator": "Exists", "value": "gpu"}],
            'spec.template.spec.tolerations[0].operator: Invalid value: "gpu": value must be empty'
            " when `operator` is 'Exists'",
        ),
        (
            "spec.template.spec.tolerations",
            [{"key": "sku", "value": "g p u"}],
            'spec.template.spec.tolerations[0].operator: Invalid value: "g p u": a valid label'
            " must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and"
            " must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',"
            "  or '12345', regex used for validation is"
            " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
        (
            f"{CONTAINER}.env",
            [{"name": "A", "valueFrom": {}}],
            'spec.template.spec.containers[0].env[0].valueFrom: Invalid value: "": must specify'
            " one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
        ),
        (
            f"{CONTAINER}.env",
            [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}],
            "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.key: Required value",
        ),
        (
            f"{CONTAINER}.lifecycle",
            {"preStop": {"exec": {}}},
            "spec.template.spec.containers[0].lifecycle.preStop.exec.command: Required value",
        ),
        (
            "spec.template.spec.volumes",
            [{"name": "v", "configMap": {}}],
            "spec.template.spec.volumes[0].configMap.name: Required value",
        ),
        (
            "spec.template.spec.securityContext",
            {"runAsUser": -1},
            "spec.template.spec.securityContext.runAsUser: Invalid value: -1: must be between 0"
            " and 2147483647, inclusive",
        ),
        (
            "spec.revisionHistoryLimit",
            -1,
            "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
        ),
        (
            "metadata.finalizers",
            ["kept"],
            'metadata.finalizers[0]: Invalid value: "kept": name is neither a standard finalizer'
            " name nor is it fully qualified",
        ),
        (
            "spec.selector",
            {"matchLabels": {"app": "a b"}},
            '[spec.selector.matchLabels: Invalid value: "a b": a valid label must be an empty'
            " string or consist of alphanumeric characters, '-', '_' or '.', and must start and"
            " end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345',"
            " regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'),"
            " spec.selector: Invalid value:"
            ' v1.LabelSelector{MatchLabels:map[string]string{"app":"a b"},'
            " MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: invalid label selector]",
        ),
        (
            "spec.strategy",
            {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}},
            "spec.strategy.rollingUpdate.maxUnavailable: Invalid value:"
            ' intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("spec") else "",
)
async def test_an_invalid_deployment_is_refused_with_its_field(
    either_api: Api, path: str, value: Any, message: str
):
    refused = await either_api.call("POST", DEPLOYMENTS, changed(small_deployment(), path, value))

    assert refused.status == 422
    assert refused.message == f'Deployment.apps "{NAME}" is invalid: {message}'
    assert refused.body["reason"] == "Invalid"
    assert refused.body["details"]["kind"] == "Deployment"
    causes = refused.body["details"]["causes"]
    assert {frozenset(cause) for cause in causes} == {frozenset({"reason", "message", "field"})}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        pytest.param(
            "spec.replicas",
            "3",
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of"
            " type int32",
            id="text for a number",
        ),
        pytest.param(
            f"{CONTAINER}.env",
            [{"name": "A", "value": 5}],
            "json: cannot unmarshal number into Go struct field"
            " EnvVar.spec.template.spec.containers.env.value of type string",
            id="number for a text",
        ),
        pytest.param(
            "spec.template.spec.containers",
            "x",
            "json: cannot unmarshal string into Go struct field"
            " PodSpec.spec.template.spec.containers of type []v1.Container",
            id="text for a list",
        ),
        pytest.param(
            f"{CONTAINER}.resources",
            {"limits": {"nvidia.com/gpu": "x"}},
            "quantities must match the regular expression"
            " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            id="no quantity",
        ),
    ],
)
async def test_a_value_of_the_wrong_type_cannot_be_decoded(
    either_api: Api, path: str, value: Any, message: str
):
    refused = await either_api.call("POST", DEPLOYMENTS, changed(small_deployment(), path, value))

    assert refused.status == 400
    assert refused.message == (
        f'Deployment in version "v1" cannot be handled as a Deployment: {message}'
    )


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        pytest.param(
            "spec.template.spec.nodeSelectors",
            {},
            ".spec.template.spec.nodeSelectors: field not declared in schema",
            id="unknown field",
        ),
        pytest.param(
            "spec.replicas",
            "3",
            ".spec.replicas: expected numeric (int or float), got string",
            id="wrong type",
        ),
        pytest.param(
            f"{CONTAINER}.ports",
            [{"containerPort": 80}, {"containerPort": 80}],
            '.spec.template.spec.containers[name="fraud-llm"].ports: duplicate entries for key'
            ' [containerPort=80,protocol="TCP"]',
            id="duplicate key",
        ),
    ],
)
async def test_server_side_apply_refuses_what_is_not_in_the_schema(
    either_api: Api, path: str, value: Any, message: str
):
    refused = await either_api.apply(DEPLOYMENT_URL, changed(small_deployment(), path, value))

    assert refused.status == 500
    assert refused.message == (
        f"failed to create typed patch object ({NAMESPACE}/{NAME}; apps/v1, Kind=Deployment):"
        f" {message}"
    )


async def test_an_unknown_field_is_dropped_with_a_warning_or_refused_when_strict(either_api: Api):
    manifest = changed(small_deployment(), "spec.template.spec.foo", "x")

    dropped = await either_api.call("POST", DEPLOYMENTS, manifest)
    assert dropped.status == 201
    assert "foo" not in dropped.body["spec"]["template"]["spec"]
    assert dropped.warnings == ['299 - "unknown field \\"spec.template.spec.foo\\""']

    strict = await either_api.call("POST", f"{DEPLOYMENTS}?fieldValidation=Strict", manifest)
    assert strict.status == 400
    assert strict.message.endswith('strict decoding error: unknown field "spec.template.spec.foo"')


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("spec.ports", WITHOUT, "spec.ports: Required value"),
        (
            "spec.ports.0.port",
            0,
            "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
        ),
        (
            "spec.ports",
            [{"port": 80}, {"port": 81}],
            "[spec.ports[0].name: Required value, spec.ports[1].name: Required value]",
        ),
        (
            "spec.type",
            "Foo",
            'spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName",'
            ' "LoadBalancer", "NodePort"',
        ),
        (
            "spec.clusterIP",
            "10.0.0.1",
            'spec.clusterIPs: Invalid value: []string{"10.0.0.1"}: failed to allocate IP 10.0.0.1:'
            " provided IP is already allocated",
        ),
    ],
    ids=["no ports", "port 0", "ports without names", "unknown type", "taken address"],
)
async def test_an_invalid_service_is_refused_with_its_field(
    either_api: Api, path: str, value: Any, message: str
):
    refused = await either_api.call("POST", SERVICES, changed(service(), path, value))

    assert refused.status == 422
    assert refused.message == f'Service "{NAME}" is invalid: {message}'


async def test_the_selector_of_a_workload_never_changes(either_api: Api):
    await either_api.call("POST", DEPLOYMENTS, small_deployment())
    other = {"app": "other"}
    patch = {
        "spec": {"selector": {"matchLabels": other}, "template": {"metadata": {"labels": other}}}
    }

    refused = await either_api.call(
        "PATCH", DEPLOYMENT_URL, patch, content_type="application/merge-patch+json"
    )

    assert refused.status == 422
    assert refused.message == (
        f'Deployment.apps "{NAME}" is invalid: spec.selector: Invalid value:'
        ' v1.LabelSelector{MatchLabels:map[string]string{"app":"other"},'
        " MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason", "message"),
    [
        (
            "GET",
            f"{DEPLOYMENTS}/nope",
            None,
            404,
            "NotFound",
            'deployments.apps "nope" not found',
        ),
        (
            "POST",
            "/api/v1/namespaces",
            namespace(),
            409,
            "AlreadyExists",
            'namespaces "inference" already exists',
        ),
        (
            "POST",
            "/apis/apps/v1/namespaces/nowhere/deployments",
            changed(small_deployment(), "metadata.namespace", "nowhere"),
            404,
            "NotFound",
            'namespaces "nowhere" not found',
        ),
        (
            "POST",
            DEPLOYMENTS,
            changed(small_deployment(), "metadata.namespace", "other"),
            400,
            "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the"
            " request",
        ),
        (
            "POST",
            "/api/v1/namespaces",
            "{bad",
            400,
            "BadRequest",
            "the object provided is unrecognized (must be of type Namespace): couldn't get"
            " version/kind; json parse error: invalid character 'b' looking for beginning of"
            " object key string ({bad)",
        ),
        (
            "POST",
            "/api/v1/namespaces",
            "[]",
            400,
            "BadRequest",
            "the object provided is unrecognized (must be of type Namespace): couldn't get"
            " version/kind; json parse error: json: cannot unmarshal array into Go value of type"
            ' struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string'
            ' "json:\\"kind,omitempty\\"" } (5b5d)',
        ),
        (
            "POST",
            "/api/v1/namespaces",
            device_plugin(),
            400,
            "BadRequest",
            'DaemonSet in version "v1" cannot be handled as a Namespace: converting'
            " (v1.DaemonSet) to (core.Namespace): unknown conversion",
        ),
        (
            "GET",
            "/api/v1/unknown",
            None,
            404,
            "NotFound",
            "the server could not find the requested resource",
        ),
        (
            "POST",
            DEPLOYMENT_URL,
            small_deployment(),
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        ),
        (
            "DELETE",
            "/api/v1/namespaces/kube-system",
            None,
            403,
            "Forbidden",
            'namespaces "kube-system" is forbidden: this namespace may not be deleted',
        ),
        (
            "GET",
            f"{POD_URL}?labelSelector=a%20b",
            None,
            400,
            "BadRequest",
            "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
        ),
        (
            "GET",
            f"{POD_URL}?fieldSelector=spec.foo%3Dx",
            None,
            400,
            "BadRequest",
            "field label not supported: spec.foo",
        ),
        (
            "GET",
            f"{DEPLOYMENTS}?fieldSelector=spec.foo%3Dx",
            None,
            400,
            "BadRequest",
            '"spec.foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        (
            "GET",
            f"{POD_URL}?limit=x",
            None,
            400,
            "BadRequest",
            'strconv.ParseInt: parsing "x": invalid syntax',
        ),
        (
            "POST",
            f"{DEPLOYMENTS}?dryRun=Foo",
            small_deployment(),
            422,
            "Invalid",
            'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value:'
            ' []string{"Foo"}: supported values: "All"',
        ),
    ],
    ids=[
        "missing object",
        "present object",
        "missing namespace",
        "another namespace",
        "broken JSON",
        "no object",
        "another kind",
        "unknown resource",
        "wrong method",
        "protected namespace",
        "broken label selector",
        "unknown pod field",
        "unknown deployment field",
        "broken limit",
        "unknown dry run",
    ],
)
async def test_a_request_that_makes_no_sense_gets_the_status_of_the_real_server(
    either_api: Api, method: str, path: str, body: Any, status: int, reason: str, message: str
):
    refused = await either_api.call(method, path, body)

    assert (refused.status, refused.body["reason"]) == (status, reason)
    assert refused.message == message
    assert refused.body["code"] == status
    assert (refused.body["kind"], refused.body["status"]) == ("Status", "Failure")


@pytest.mark.parametrize("token", ["", "token-for-arm"])
async def test_a_token_for_another_audience_is_unauthorized(either_api: Api, token: str):
    refused = await either_api.call("GET", "/api/v1/namespaces", token=token)

    assert (refused.status, refused.body["reason"]) == (401, "Unauthorized")
    assert refused.message == "Unauthorized"


async def test_a_path_outside_of_every_group_is_no_status_object(either_api: Api):
    refused = await either_api.call("GET", "/apis/nope/v1/things")

    assert refused.status == 404
    assert refused.body == "404 page not found\n"


async def test_an_outdated_update_is_a_conflict(either_api: Api):
    created = (await either_api.call("POST", DEPLOYMENTS, small_deployment())).body
    outdated = changed(created, "metadata.resourceVersion", "1")

    refused = await either_api.call("PUT", DEPLOYMENT_URL, outdated)

    assert (refused.status, refused.body["reason"]) == (409, "Conflict")
    assert refused.message == (
        f'Operation cannot be fulfilled on deployments.apps "{NAME}": the object has been'
        " modified; please apply your changes to the latest version and try again"
    )


async def test_what_is_empty_or_null_is_as_good_as_missing(either_api: Api):
    manifest = small_deployment()
    manifest["metadata"]["labels"]["app"] = None
    pod = manifest["spec"]["template"]["spec"]
    pod |= {"restartPolicy": "", "dnsPolicy": ""}
    pod["containers"][0]["imagePullPolicy"] = ""

    stored = (await either_api.call("POST", DEPLOYMENTS, manifest)).body

    assert stored["metadata"]["labels"] == {"app": ""}
    pod = stored["spec"]["template"]["spec"]
    assert (pod["restartPolicy"], pod["dnsPolicy"]) == ("Always", "ClusterFirst")
    assert pod["containers"][0]["imagePullPolicy"] == "IfNotPresent"


async def test_nothing_new_comes_into_a_namespace_that_is_being_deleted(either_api: Api):
    pod = {"metadata": {"name": "p", "finalizers": ["example.com/kept"]}}
    pod["spec"] = {"containers": [{"name": "c", "image": "nginx"}]}
    assert (await either_api.call("POST", POD_URL, pod)).status == 201
    await either_api.call("DELETE", f"/api/v1/namespaces/{NAMESPACE}")

    refused = await either_api.call("POST", DEPLOYMENTS, small_deployment())

    assert (refused.status, refused.body["reason"]) == (403, "Forbidden")
    assert refused.message == (
        f'deployments.apps "{NAME}" is forbidden: unable to create new content in namespace'
        f" {NAMESPACE} because it is being terminated"
    )
    assert json.dumps(refused.body["details"]["causes"]).count("NamespaceTerminating") == 1
