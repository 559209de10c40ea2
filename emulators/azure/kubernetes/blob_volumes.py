"""Volumes of the Blob CSI driver: mounted or refused, with what is in their container now."""

from collections.abc import Callable, Iterator, Mapping

from emulators.azure.kubernetes.kinds import Object

DRIVER = "blob.csi.azure.com"

RefuseMount = Callable[[object, tuple[str, str], Mapping[str, str]], str | None]
"""What the driver says to a cluster's service account for the attributes of a volume."""

ReadBlobs = Callable[[Mapping[str, str]], Mapping[str, bytes]]
"""The blobs of a container by their names, for the attributes of a volume."""


def refuse_nothing(
    cluster: object, service_account: tuple[str, str], attributes: Mapping[str, str]
) -> str | None:
    return None


def read_nothing(attributes: Mapping[str, str]) -> Mapping[str, bytes]:
    return {}


class BlobVolumes:
    """Of the pods of one cluster."""

    def __init__(self, cluster: object) -> None:
        self._cluster = cluster
        self.refuse: RefuseMount = refuse_nothing
        self.read: ReadBlobs = read_nothing

    def missing(self, pod: Object) -> str | None:
        """What the kubelet says of the first one that cannot be mounted."""
        account = (pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default"))
        for name, attributes in _sources(pod):
            said = self.refuse(self._cluster, account, attributes)
            if said is not None:
                return f'MountVolume.SetUp failed for volume "{name}" : {said}'
        return None

    def files(self, pod: Object) -> dict[str, Mapping[str, bytes]]:
        """By volume: the driver reads through, and keeps nothing that has changed."""
        return {name: self.read(attributes) for name, attributes in _sources(pod)}


def _sources(pod: Object) -> Iterator[tuple[str, Mapping[str, str]]]:
    for volume in pod["spec"].get("volumes") or []:
        source = volume.get("csi") or {}
        if source.get("driver") == DRIVER:
            yield volume["name"], source.get("volumeAttributes") or {}
