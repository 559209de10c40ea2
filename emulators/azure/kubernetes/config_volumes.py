"""The files of a pod's volumes: ConfigMaps and secrets of the Secrets Store CSI driver,
as the kubelet last saw them, and blobs as they are now."""

import base64
import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emulators.azure.kubernetes.blob_volumes import BlobVolumes
from emulators.azure.kubernetes.kinds import CONFIG_MAP, Object
from emulators.azure.kubernetes.secret_volumes import NotMounted, SecretVolumes, classes_of
from emulators.azure.kubernetes.store import Store

Files = Mapping[str, bytes]
"""Contents by their path below the folder."""


class PodVolumes:
    """The volumes of one pod; `sync` takes over what its ConfigMaps have now, and what its secrets
    had when they were last read."""

    def __init__(
        self,
        store: Store,
        pod: Object,
        secrets: SecretVolumes | None = None,
        blobs: BlobVolumes | None = None,
    ) -> None:
        """`secrets`, `blobs`: what mounts those, where they are simulated."""
        self._store = store
        self._pod = pod
        self._secrets = secrets
        self._blobs = blobs
        self._secret_files: dict[str, Files] = {}
        self._namespace: str = pod["metadata"]["namespace"]
        self._sources = {name: source for name, source in _sources(pod)}
        self._files: dict[str, Files] = {}
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call it after each sync that changed something."""
        self._listeners.append(listener)

    def missing(self) -> str | None:
        """What the kubelet says of what cannot be mounted, and has to be."""
        for volume, source in self._sources.items():
            if self._config_map(source) is None and not source.get("optional"):
                name = source.get("name", "")
                return (
                    f'MountVolume.SetUp failed for volume "{volume}" :'
                    f' configmap "{name}" not found'
                )
        try:
            self._read_secrets()
        except NotMounted as refusal:
            return str(refusal)
        return self._blobs.missing(self._pod) if self._blobs else None

    @property
    def has_secrets(self) -> bool:
        return any(classes_of(self._pod))

    def rotate(self) -> None:
        """Reads the secrets again. What is refused is not told: the files stay as they are."""
        with contextlib.suppress(NotMounted):
            self._read_secrets()
            self.sync()

    def _read_secrets(self) -> None:
        if self._secrets is not None:
            self._secret_files = {
                volume: self._secrets.mount(self._pod, volume, name)
                for volume, name in classes_of(self._pod)
            }

    @property
    def is_stale(self) -> bool:
        return self._present() != self._files

    def sync(self) -> None:
        present = self._present()
        if present != self._files:
            self._files = present
            for listener in self._listeners:
                listener()

    def files(self, volume: str) -> Files:
        """Of one volume; empty for one of another kind."""
        return self._files.get(volume) or self.blobs.get(volume, {})

    def mounted(self, mount: Mapping[str, Any]) -> Files:
        """What a mount shows of its volume: the folder of its subPath, if it has one."""
        folder = f"{mount['subPath'].strip('/')}/" if mount.get("subPath") else ""
        return {
            path.removeprefix(folder): content
            for path, content in self.files(mount["name"]).items()
            if path.startswith(folder)
        }

    def missing_folder(self, container: Mapping[str, Any]) -> str | None:
        """What the kubelet says of a folder of blobs that is not there, which it cannot make."""
        for mount in container.get("volumeMounts") or []:
            if mount["name"] in self.blobs and mount.get("subPath") and not self.mounted(mount):
                return (
                    f'failed to create subPath directory for volumeMount "{mount["name"]}" of'
                    f' container "{container["name"]}"'
                )
        return None

    def files_of(self, container: Mapping[str, Any]) -> dict[str, bytes]:
        """What the container reads, by whole path."""
        return {
            f"{mount['mountPath'].rstrip('/')}/{path}": content
            for mount in container.get("volumeMounts") or []
            for path, content in self.mounted(mount).items()
        }

    @property
    def blobs(self) -> Mapping[str, Files]:
        return self._blobs.files(self._pod) if self._blobs else {}

    def _present(self) -> dict[str, Files]:
        """A ConfigMap that has been deleted leaves its last files behind."""
        return self._secret_files | {
            volume: self._files.get(volume, {})
            if (found := self._config_map(source)) is None
            else _files(found, source)
            for volume, source in self._sources.items()
        }

    def _config_map(self, source: Object) -> Object | None:
        return self._store.get(CONFIG_MAP, self._namespace, source.get("name", ""))


def mounts(pod: Object, config_map: str) -> bool:
    return any(source.get("name") == config_map for _, source in _sources(pod))


def _sources(pod: Object) -> Iterator[tuple[str, Object]]:
    for volume in pod["spec"].get("volumes") or []:
        if "configMap" in volume:
            yield volume["name"], volume["configMap"]


def _files(config_map: Object, source: Object) -> Files:
    """All keys by their name, or the listed ones by the paths that they are given."""
    content = {key: text.encode() for key, text in (config_map.get("data") or {}).items()}
    for key, encoded in (config_map.get("binaryData") or {}).items():
        content[key] = base64.b64decode(encoded)
    items = source.get("items")
    if not items:
        return content
    return {each["path"]: content[each["key"]] for each in items if each["key"] in content}
