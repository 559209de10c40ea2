"""The simulator's own certificate authority."""

import ssl
from dataclasses import dataclass

import trustme

from emulators.azure.regions import REGIONS
from emulators.azure.service_bus.listeners import AMQPS_HOSTS


@dataclass(frozen=True, slots=True)
class Tls:
    """A server context and the certificate of the authority behind it."""

    context: ssl.SSLContext
    ca_pem: bytes
    ca_key_pem: bytes


def make_tls(ca_pem: bytes | None = None, ca_key_pem: bytes | None = None) -> Tls:
    """One certificate for all names of simulated Azure, by a new authority or the given one."""
    if ca_pem and ca_key_pem:
        authority = trustme.CA.from_pem(ca_pem, ca_key_pem)
    else:
        authority = trustme.CA(organization_name="Gridplane simulated Azure")
    names = [f"*.{region}.cloudapp.azure.com" for region in REGIONS]
    certificate = authority.issue_cert(
        "localhost",
        "*.z01.azurefd.net",
        "*.azurecr.io",
        "*.blob.core.windows.net",
        *AMQPS_HOSTS,
        *names,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return Tls(context, authority.cert_pem.bytes(), authority.private_key_pem.bytes())
