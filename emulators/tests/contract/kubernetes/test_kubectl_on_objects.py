"""What kubectl does with objects, whatever controllers make of them: also on a real API server."""

import asyncio
import json
import re
from typing import Any

import pytest

from emulators.tests.contract.kubernetes.clients import Api, Kubectl
from emulators.tests.contract.kubernetes.workloads import (
    NAME,
    NAMESPACE,
    namespace,
    small_deployment,
)

HERE = ("-n", NAMESPACE)
FROM_STDIN = ("-f", "-")


@pytest.fixture
async def kubectl(either_api: Api, either_kubectl: Kubectl) -> Kubectl:
    """In a namespace of its own."""
    await either_api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    return either_kubectl


@pytest.fixture
async def settings(kubectl: Kubectl, either_api: Api) -> None:
    """Three ConfigMaps."""
    del kubectl
    for each in "abc":
        manifest = _config_map(f"settings-{each}", {"tier": each}, size=each)
        await either_api.call("POST", f"/api/v1/namespaces/{NAMESPACE}/configmaps", manifest)


@pytest.fixture
async def stopped_deployment(kubectl: Kubectl, either_api: Api) -> None:
    """A Deployment without a pod."""
    del kubectl
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
    await either_api.call("POST", path, small_deployment(replicas=0))


def _config_map(name: str, labels: dict[str, str], **data: str) -> Any:
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


async def test_kubectl_creates_what_it_makes_up_itself(kubectl: Kubectl):
    created = [
        await kubectl.run("create", *each, *HERE)
        for each in (
            ("configmap", "settings", "--from-literal=size=large"),
            ("secret", "generic", "login", "--from-literal=password=secret"),
            ("deployment", NAME, "--image=nginx:1.29", "--replicas=0", "--port=80"),
            ("service", "loadbalancer", NAME, "--tcp=80:8080"),
        )
    ]

    assert created == [
        "configmap/settings created\n",
        "secret/login created\n",
        f"deployment.apps/{NAME} created\n",
        f"service/{NAME} created\n",
    ]
    assert (await kubectl.read("get", "cm", "settings", *HERE))["data"] == {"size": "large"}
    secret = await kubectl.read("get", "secret", "login", *HERE)
    assert (secret["type"], secret["data"]) == ("Opaque", {"password": "c2VjcmV0"})
    deployment = (await kubectl.read("get", "deploy", NAME, *HERE))["spec"]
    assert deployment["replicas"] == 0
    assert deployment["selector"] == {"matchLabels": {"app": NAME}}
    assert deployment["template"]["spec"]["containers"][0] == {
        "name": "nginx",
        "image": "nginx:1.29",
        "ports": [{"containerPort": 80, "protocol": "TCP"}],
        "imagePullPolicy": "IfNotPresent",
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    port = (await kubectl.read("get", "svc", NAME, *HERE))["spec"]["ports"][0]
    assert (port["name"], port["port"], port["targetPort"]) == ("80-8080", 80, 8080)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("namespace", NAMESPACE),
            f'Error from server (AlreadyExists): namespaces "{NAMESPACE}" already exists',
        ),
        (
            ("secret", "generic", "tls", "--type=kubernetes.io/tls", "--from-literal=a=b"),
            'error: failed to create secret Secret "tls" is invalid: [data[tls.crt]: Required'
            " value, data[tls.key]: Required value]",
        ),
        (
            ("configmap", "Upper", "--from-literal=a=b"),
            'error: failed to create configmap: ConfigMap "Upper" is invalid: metadata.name:'
            ' Invalid value: "Upper": a lowercase RFC 1123 subdomain must consist of lower case'
            " alphanumeric characters, '-' or '.', and must start and end with an alphanumeric"
            " character (e.g. 'example.com', regex used for validation is"
            " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ),
    ],
    ids=["a name that is taken", "a secret without its keys", "a name in upper case"],
)
async def test_kubectl_shows_why_it_cannot_create(
    kubectl: Kubectl, arguments: tuple[str, ...], message: str
):
    assert await kubectl.run("create", *arguments, *HERE, expected=1) == f"{message}\n"


_SELECTIONS = (
    (("-o", "name"), "configmap/settings-a configmap/settings-b configmap/settings-c"),
    (
        ("--chunk-size=1", "-o", "name", "-l", "tier!=b"),
        "configmap/settings-a configmap/settings-c",
    ),
    (("-o", "name", "-l", "tier in (a,b)"), "configmap/settings-a configmap/settings-b"),
    (("-o", "name", "--field-selector=metadata.name=settings-c"), "configmap/settings-c"),
    (("-o", "jsonpath={.items[*].data.size}"), "a b c"),
    (("--sort-by=.data.size", "-o", "custom-columns=S:.data.size"), "S a b c"),
    (
        ("-L", "tier", "--no-headers", "--chunk-size=2"),
        "settings-a 1 0s a settings-b 1 0s b settings-c 1 0s c",
    ),
    (("--sort-by=.data.size", "--no-headers"), "settings-a 1 0s settings-b 1 0s settings-c 1 0s"),
)


@pytest.mark.usefixtures("settings")
async def test_kubectl_gets_what_it_selects(kubectl: Kubectl):
    get = ("get", "configmaps", *HERE)
    outputs = [(await kubectl.run(*get, *options)).split() for options, _ in _SELECTIONS]

    assert [" ".join(_ageless(each) for each in output) for output in outputs] == [
        expected for _, expected in _SELECTIONS
    ]


def _ageless(word: str) -> str:
    """An age is numbers with their units, and invalid to kubectl where it is in the future."""
    return re.sub(r"^((\d+[smhd])+|<invalid>)$", "0s", word)


async def test_kubectl_says_which_field_selects_nothing(kubectl: Kubectl):
    refused = await kubectl.run("get", "cm", *HERE, "--field-selector=data=x", expected=1)

    assert refused == (
        'Error from server (BadRequest): Unable to find "/v1, Resource=configmaps" that match'
        ' label selector "", field selector "data=x": "data" is not a known field selector:'
        ' only "metadata.name", "metadata.namespace"\n'
    )


@pytest.mark.usefixtures("settings")
async def test_kubectl_watches_from_the_version_that_it_listed(kubectl: Kubectl):
    watch = ("get", "cm", "-w", "--output-watch-events", "--no-headers", "-l", "tier=a", *HERE)
    async with kubectl.follow(*watch) as printed:
        seen = [await printed.readline()]
        await kubectl.run("label", "cm", "settings-a", "checked=yes", *HERE)
        await kubectl.run("label", "cm", "settings-b", "tier=a", "--overwrite", *HERE)
        await kubectl.run("delete", "cm", "settings-a", *HERE)
        seen += [await printed.readline() for _ in range(3)]

    assert [each.decode().split()[:2] for each in seen] == [
        ["ADDED", "settings-a"],
        ["MODIFIED", "settings-a"],
        ["ADDED", "settings-b"],
        ["DELETED", "settings-a"],
    ]


async def test_kubectl_applies_what_changed_and_removes_what_is_gone(kubectl: Kubectl):
    apply = ("apply", *HERE, *FROM_STDIN)
    first = small_deployment(replicas=0)
    container = first["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "A", "value": "a"}, {"name": "B", "value": "b"}]
    said = [await kubectl.run(*apply, stdin=json.dumps(first))]
    await kubectl.run("set", "env", f"deploy/{NAME}", "OTHER=kept", *HERE)
    container["env"] = [{"name": "B", "value": "changed"}]
    said.append(await kubectl.run(*apply, stdin=json.dumps(first)))

    assert said == [f"deployment.apps/{NAME} {each}\n" for each in ("created", "configured")]
    stored = await kubectl.read("get", "deploy", NAME, *HERE)
    assert stored["spec"]["template"]["spec"]["containers"][0]["env"] == [
        {"name": "B", "value": "changed"},
        {"name": "OTHER", "value": "kept"},
    ]


async def test_kubectl_leaves_fields_of_others_unless_it_is_forced(kubectl: Kubectl):
    apply = ("apply", "--server-side", *HERE, *FROM_STDIN)
    await kubectl.run(*apply, stdin=json.dumps(small_deployment(replicas=0)))
    await kubectl.run("scale", "deploy", NAME, "--replicas=1", *HERE)
    wanted = json.dumps(small_deployment(image="nginx:1.30", replicas=0))

    refused = await kubectl.run(*apply, stdin=wanted, expected=1)
    assert refused.splitlines()[0] == (
        'error: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale"'
        " using apps/v1: .spec.replicas"
    )
    forced = await kubectl.run(*apply, "--force-conflicts", stdin=wanted)
    assert forced == f"deployment.apps/{NAME} serverside-applied\n"
    replicas = await kubectl.run("get", "deploy", NAME, *HERE, "-o", "jsonpath={.spec.replicas}")
    assert replicas == "0"


@pytest.mark.parametrize(
    ("kind", "patch", "said"),
    [
        ("strategic", {"metadata": {"labels": {"a": "b"}}}, f"deployment.apps/{NAME} patched"),
        (
            "merge",
            {"metadata": {"labels": {"app": NAME}}},
            f"deployment.apps/{NAME} patched (no change)",
        ),
        (
            "json",
            [
                {"op": "test", "path": "/spec/replicas", "value": 0},
                {"op": "copy", "from": "/metadata/labels/app", "path": "/metadata/labels/copied"},
                {"op": "move", "from": "/metadata/labels/app", "path": "/metadata/labels/moved"},
            ],
            f"deployment.apps/{NAME} patched",
        ),
        (
            "json",
            [{"op": "test", "path": "/spec/replicas", "value": 5}],
            "The request is invalid: the server rejected our request due to an error in our"
            " request",
        ),
        (
            "json",
            {"spec": {"replicas": 1}},
            "Error from server (BadRequest): error decoding patch: json: cannot unmarshal object"
            " into Go value of type []handlers.jsonPatchOp",
        ),
        (
            "strategic",
            {"spec": {"replicas": "two"}},
            'The request is invalid: patch: Invalid value: "map[spec:map[replicas:two]]":'
            " unrecognized type: int32",
        ),
        (
            "strategic",
            {"metadata": {"labels": {"a": 1}}},
            'The request is invalid: patch: Invalid value: "map[metadata:map[labels:map[a:1]]]":'
            " cannot convert int64 to string",
        ),
        (
            "strategic",
            {"spec": {"template": {"spec": {"containers": [{"image": "nginx"}]}}}},
            "Error from server: map: map[image:nginx] does not contain declared merge key: name",
        ),
        (
            "merge",
            {"spec": {"selector": None}},
            f'The Deployment "{NAME}" is invalid: \n* spec.selector: Required value\n*'
            f' spec.template.metadata.labels: Invalid value: map[string]string{{"app":"{NAME}"}}:'
            " `selector` does not match template `labels`\n* spec.selector: Invalid value:"
            ' "null": field is immutable',
        ),
        (
            "merge",
            {"metadata": {"name": "other"}},
            "Error from server (BadRequest): the name of the object (other) does not match the"
            f" name on the URL ({NAME})",
        ),
    ],
    ids=[
        "strategic merge",
        "merge without effect",
        "json with test, copy and move",
        "json with a test that fails",
        "json that is no list",
        "strategic merge with text for a number",
        "strategic merge with a number for text",
        "strategic merge without the merge key",
        "merge that takes a selector away",
        "merge that renames",
    ],
)
@pytest.mark.usefixtures("stopped_deployment")
async def test_kubectl_patches(kubectl: Kubectl, kind: str, patch: Any, said: str):
    patching = ("patch", "deploy", NAME, *HERE, f"--type={kind}", "-p", json.dumps(patch))
    expected = 0 if "patched" in said else 1
    assert await kubectl.run(*patching, expected=expected) == f"{said}\n"


@pytest.mark.usefixtures("settings")
async def test_kubectl_cannot_replace_what_somebody_else_changed(kubectl: Kubectl):
    stale = await kubectl.read("get", "cm", "settings-a", *HERE)
    await kubectl.run("annotate", "cm", "settings-a", "seen=yes", *HERE)

    refused = await kubectl.run("replace", *FROM_STDIN, stdin=json.dumps(stale), expected=1)

    assert refused == (
        'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled'
        ' on configmaps "settings-a": the object has been modified; please apply your changes to'
        " the latest version and try again\n"
    )
    kubectl.use_editor("sed -i s/size:.a/size:\\ edited/")
    assert await kubectl.run("edit", "cm", "settings-a", *HERE) == "configmap/settings-a edited\n"
    assert (await kubectl.read("get", "cm", "settings-a", *HERE))["data"] == {"size": "edited"}


@pytest.mark.usefixtures("stopped_deployment")
async def test_kubectl_works_with_the_scale_and_the_status_of_a_deployment(kubectl: Kubectl):
    patch = ("patch", "deploy", NAME, *HERE, "--type=merge")

    table = await kubectl.run("get", "deploy", NAME, *HERE, "--subresource=scale")
    assert [line.split()[:3] for line in table.splitlines()] == [
        ["NAME", "DESIRED", "AVAILABLE"],
        [NAME, "0", "0"],
    ]
    scaled = await kubectl.run(*patch, "--subresource=scale", "-p", '{"spec": {"replicas": 2}}')
    assert scaled == f"scale.autoscaling/{NAME} patched\n"
    refused = await kubectl.run(
        *(*patch, "--subresource=scale", "-p", '{"spec": {"replicas": -1}}'), expected=1
    )
    assert refused == (
        f'The Scale "{NAME}" is invalid: spec.replicas: Invalid value: -1: must be greater than'
        " or equal to 0\n"
    )
    condition = {"type": "Checked", "status": "True", "reason": "Test", "message": ""}
    status = json.dumps({"spec": {"replicas": 9}, "status": {"conditions": [condition]}})
    await kubectl.run(*patch, "--subresource=status", "-p", status)
    spec = (await kubectl.read("get", "deploy", NAME, *HERE))["spec"]
    assert spec["replicas"] == 2


@pytest.mark.usefixtures("settings")
async def test_kubectl_deletes_and_waits(kubectl: Kubectl):
    waiting = asyncio.create_task(
        kubectl.run("wait", "--for=delete", "cm/settings-a", *HERE, "--timeout=60s")
    )
    patch = '{"metadata": {"finalizers": ["example.com/kept"]}}'
    await kubectl.run("patch", "cm", "settings-a", *HERE, "-p", patch)
    told = await kubectl.run("delete", "cm", "settings-a", *HERE, "--wait=false")
    assert told == 'configmap "settings-a" deleted\n'
    await kubectl.run("patch", "cm", "settings-a", *HERE, "-p", '{"metadata":{"finalizers":null}}')
    assert await waiting in ("", "configmap/settings-a condition met\n")

    missing = await kubectl.run("delete", "cm", "settings-a", *HERE, expected=1)
    assert missing == 'Error from server (NotFound): configmaps "settings-a" not found\n'
    await kubectl.run("delete", "cm", "settings-a", *HERE, "--ignore-not-found")
    dry = await kubectl.run("delete", "cm", *HERE, "-l", "tier", "--dry-run=server")
    assert dry.count("deleted (server dry run)") == 2
    gone = await kubectl.run("delete", "cm", *HERE, "-l", "tier")
    assert gone.count("deleted") == 2
    met = await kubectl.run(
        *("wait", "--for=jsonpath={.status.phase}=Active", f"ns/{NAMESPACE}", "--timeout=60s")
    )
    assert met == f"namespace/{NAMESPACE} condition met\n"


async def test_kubectl_finds_its_way_around(kubectl: Kubectl):
    explained = await kubectl.run("explain", "deployment.spec.template.spec.containers.env")
    for each in ("FIELD: env <[]EnvVar>", "  name\t<string>", "  valueFrom\t<EnvVarSource>"):
        assert each in explained
    resources = await kubectl.run("api-resources", "--no-headers", "--api-group=apps")
    assert ["deployments", "deploy", "apps/v1", "true", "Deployment"] in [
        line.split() for line in resources.splitlines()
    ]
    versions = (await kubectl.run("api-versions")).split()
    assert {"v1", "apps/v1", "discovery.k8s.io/v1", "authorization.k8s.io/v1"} <= {*versions}
    assert "Server Version: v1.33.5" in await kubectl.run("version")
    assert await kubectl.run("auth", "can-i", "create", "pods", *HERE) == "yes\n"
    unknown = await kubectl.run("get", "things", *HERE, expected=1)
    assert unknown == 'error: the server doesn\'t have a resource type "things"\n'
    measured = await kubectl.run("top", "nodes", expected=1)
    assert measured == "error: Metrics API not available\n"
