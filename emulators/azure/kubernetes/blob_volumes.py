"""Volumes of the Blob CSI driver: mounted or refused, and without files."""

from collections.abc import Callable, Mapping

from emulators.azure.kubernetes.kinds import Object

DRIVER = "blob.csi.azure.com"

RefuseMount = Callable[[object, tuple[str, str], Mapping[str, str]], str | None]
"""What the driver says to a cluster's service account for the attributes of a volume."""


def refuse_nothing(
    cluster: object, service_account: tuple[str, str], attributes: Mapping[str, str]
) -> str | None:
    return None


class BlobVolumes:
    """Of the pods of one cluster."""

    def __init__(self, cluster: object) -> None:
        self._cluster = cluster
        self.refuse: RefuseMount = refuse_nothing

    def missing(self, pod: Object) -> str | None:
        """What the kubelet says of the first one that cannot be mounted."""
        account = (pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default"))
        for volume in pod["spec"].get("volumes") or []:
            source = volume.get("csi") or {}
            if source.get("driver") != DRIVER:
                continue
            said = self.refuse(self._cluster, account, source.get("volumeAttributes") or {})
            if said is not None:
                return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {said}'
        return None
