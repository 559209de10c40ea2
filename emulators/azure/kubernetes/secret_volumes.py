"""Volumes of the Secrets Store CSI driver: files that a provider reads for a pod, and the Secrets
that the driver keeps of them as long as a pod has them mounted."""

import base64
from collections.abc import Callable, Iterator, Mapping

from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.events import EventRecorder, Source
from emulators.azure.kubernetes.kinds import (
    POD,
    SECRET,
    SECRET_PROVIDER_CLASS,
    Object,
)
from emulators.azure.kubernetes.registry import Registry
from emulators.azure.kubernetes.store import Store

DRIVER = "secrets-store.csi.k8s.io"
_SYNC = Source("csi-secrets-store-controller")

SecretFiles = dict[str, bytes]

ReadSecrets = Callable[[object, tuple[str, str], Mapping[str, str]], SecretFiles | None]
"""What the provider gives a cluster's service account for the parameters of a class; None in a
cluster without the driver. Raises NotMounted."""


class NotMounted(Exception):
    """What the provider says instead."""


def no_provider(
    cluster: object, service_account: tuple[str, str], parameters: Mapping[str, str]
) -> SecretFiles | None:
    return None


def classes_of(pod: Object) -> Iterator[tuple[str, str]]:
    """The pod's volumes of the driver, with the names of their classes. A kubelet leaves out what
    no container mounts."""
    mounts = [each for e in pod["spec"]["containers"] for each in e.get("volumeMounts") or []]
    mounted = {each["name"] for each in mounts}
    for volume in pod["spec"].get("volumes") or []:
        source = volume.get("csi") or {}
        if source.get("driver") == DRIVER and volume["name"] in mounted:
            attributes = source.get("volumeAttributes") or {}
            yield volume["name"], attributes.get("secretProviderClass", "")


class SecretVolumes:
    """Mounts the driver's volumes of the pods of one cluster."""

    def __init__(
        self, cluster: object, store: Store, registry: Registry, events: EventRecorder
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._registry = registry
        self._events = events
        self.read: ReadSecrets = no_provider

    def mount(self, pod: Object, volume: str, class_name: str) -> SecretFiles:
        """The files of the volume, of which the Secrets are made as well.

        Raises NotMounted with what the kubelet says.
        """
        metadata = pod["metadata"]
        namespace = metadata["namespace"]
        try:
            files = self._read(pod, class_name)
        except NotMounted as refusal:
            raise NotMounted(
                f'MountVolume.SetUp failed for volume "{volume}" : {refusal}'
            ) from None
        found = self._store.get(SECRET_PROVIDER_CLASS, namespace, class_name)
        for wanted in (found or {}).get("spec", {}).get("secretObjects") or []:
            try:
                self._keep_secret(namespace, wanted, files)
            except ApiError:
                said = "timed out waiting for the condition"
                self._events.warning(_SYNC, POD, pod, "FailedToCreateSecret", said)
        return files

    def release(self, pod: Object) -> None:
        """Takes away the Secrets that no other pod keeps."""
        namespace = pod["metadata"]["namespace"]
        others = [
            each
            for each in self._store.list(POD, namespace)
            if each["metadata"]["uid"] != pod["metadata"]["uid"] and each["spec"].get("nodeName")
        ]
        used = {name for each in others for _, name in classes_of(each)}
        for _, class_name in classes_of(pod):
            found = self._store.get(SECRET_PROVIDER_CLASS, namespace, class_name)
            if found is None or class_name in used:
                continue
            for each in found["spec"].get("secretObjects") or []:
                self._store.remove(SECRET, namespace, each["secretName"])

    def _read(self, pod: Object, class_name: str) -> SecretFiles:
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        found = self._store.get(SECRET_PROVIDER_CLASS, namespace, class_name)
        account = (namespace, pod["spec"].get("serviceAccountName", "default"))
        parameters = found["spec"].get("parameters") or {} if found else {}
        try:
            files = self.read(self._cluster, account, parameters) if found else {}
        except NotMounted as refusal:
            raise NotMounted(
                "rpc error: code = Unknown desc = failed to mount secrets store objects for pod "
                f"{namespace}/{name}, err: rpc error: code = Unknown desc = failed to mount "
                f"objects, error: {refusal}"
            ) from None
        if files is None:
            raise NotMounted(
                "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name "
                f"{DRIVER} not found in the list of registered CSI drivers"
            )
        if found is None:
            raise NotMounted(
                "rpc error: code = Unknown desc = failed to get secretproviderclass "
                f"{namespace}/{class_name}, error: "
                f'SecretProviderClass.secrets-store.csi.x-k8s.io "{class_name}" not found'
            )
        return files

    def _keep_secret(self, namespace: str, wanted: Object, files: SecretFiles) -> None:
        data = {
            each["key"]: base64.b64encode(files[each["objectName"]]).decode()
            for each in wanted.get("data") or []
            if each["objectName"] in files
        }
        name = wanted["secretName"]

        def edit(secret: Object) -> None:
            secret["data"] = data

        if self._store.change(SECRET, namespace, name, edit) is None:
            metadata = {
                "name": name,
                "labels": {"secrets-store.csi.k8s.io/managed": "true"},
            }
            body = {"metadata": metadata, "type": wanted.get("type", "Opaque"), "data": data}
            self._registry.create(SECRET, namespace, body)
