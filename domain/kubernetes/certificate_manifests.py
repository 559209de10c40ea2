"""How the gateway gets its certificate: the Kubernetes objects that its pods need to start.

Read as a secret, a certificate of Key Vault is its key and its chain; the Secrets Store CSI driver
writes both into one PEM file, whatever form they have in the vault, and replaces it within
minutes once the certificate has a new version. No Secret is made of it.
"""

from typing import Any

from domain.arm import naming
from domain.kubernetes.identity_manifests import CellIdentity, build_service_account
from domain.kubernetes.secret_manifests import VaultObject, build_file_class, build_volume
from domain.spec.model import EnvironmentSpec


def build_certificate_objects(spec: EnvironmentSpec, reader: CellIdentity) -> list[dict[str, Any]]:
    """In the order in which they are applied."""
    certificate = spec.edge.origin_certificate
    if certificate is None:
        return []
    name = naming.certificate_class(spec.name, certificate.key_vault_certificate_id)
    files = {naming.CERTIFICATE_FILE: VaultObject(certificate.name)}
    return [
        build_service_account(spec),
        build_file_class(spec, reader, name, certificate.vault, files),
    ]


def certificate_volume(spec: EnvironmentSpec) -> dict[str, Any] | None:
    certificate = spec.edge.origin_certificate
    if certificate is None:
        return None
    name = naming.certificate_class(spec.name, certificate.key_vault_certificate_id)
    return build_volume(name, naming.CERTIFICATE_VOLUME)
