"""Diagnoses why gateways do not answer Front Door with a certificate for the name of their cell.

Front Door says no more than 503 then: what is wrong shows at the gateways.
"""

from datetime import datetime, timedelta

from domain.environment.gateway_certificates import CertificateLook, GatewayCertificate
from domain.kubernetes.evidence import build_failure, has_lasted
from domain.kubernetes.image_diagnosis import ROLE_GRACE
from domain.kubernetes.observation import Observation
from domain.kubernetes.secret_diagnosis import (
    SECRET_RULES,
    find_secret_failure,
    is_secret_failure_lasting,
    mount_rule,
)
from domain.outcomes import Failure

ROTATION_GRACE = timedelta(minutes=5)
"""The vault is read each two minutes: a better version may be on its way."""

_ROTATION = "New versions reach the gateways within minutes, without another operation."
_AGAIN = "The mount is repeated: gateways start without another operation."

_OWN_RULES = (
    mount_rule(
        "CertificateNotFound",
        r"SecretNotFound",
        lambda m: f"The certificate '{m.secret}' is not in the vault {m.vault}.",
        lambda m: (
            "Create or import it there, or correct keyVaultCertificateId and update the "
            f"environment. {_AGAIN}"
        ),
    ),
    mount_rule(
        "CertificateDisabled",
        r"SecretDisabled|on a disabled secret",
        lambda m: f"The certificate '{m.secret}' in the vault {m.vault} is disabled.",
        lambda m: f"Enable it, or add a version that is enabled. {_AGAIN}",
    ),
    mount_rule(
        "CertificateForbidden",
        r"ForbiddenByRbac|not authorized to perform action|does not have secrets get permission",
        lambda m: (
            f"The cell's identity may not read the certificate '{m.secret}' in the vault "
            f"{m.vault}."
        ),
        lambda m: (
            f"Run: {m.command}. Or set edge.originCertificate.keyVaultId to the vault's resource "
            f"id and update the environment. {_AGAIN}"
        ),
        ROLE_GRACE,
    ),
    mount_rule(
        "CertificateUnusable",
        r"pkcs12:|failed to decode|private key",
        lambda m: f"The certificate '{m.secret}' in the vault {m.vault} comes without its key.",
        lambda m: f"Give it a version whose private key is exportable. {_AGAIN}",
    ),
    mount_rule(
        "VaultNotFound",
        r"lookup [0-9A-Za-z-]+\.vault\.azure\.net|no such host",
        lambda m: f"There is no vault {m.vault}: its host name does not resolve.",
        lambda m: "Correct keyVaultCertificateId and update the environment.",
    ),
)
_TEXTS_OF_SECRETS = frozenset({"SecretNotFound", "SecretDisabled", "SecretForbidden"})
CERTIFICATE_RULES = (
    *_OWN_RULES,
    *(rule for rule in SECRET_RULES if rule.reason not in {*_TEXTS_OF_SECRETS, "VaultNotFound"}),
)


def find_certificate_failure(observation: Observation, now: datetime) -> Failure | None:
    """Why Front Door would not trust a gateway; None if nothing shows it."""
    for pod in observation.gateways:
        failure = find_secret_failure(pod, observation, CERTIFICATE_RULES)
        if not pod.ready and failure:
            return failure
    look = observation.certificates
    for pod, certificate in look.gateways.items() if look else ():
        if failure := _judge(look, pod, certificate, observation, now) if look else None:
            return failure
    return None


def find_lasting_certificate_failure(
    observation: Observation, now: datetime, started_at: datetime
) -> Failure | None:
    """One that has lasted for longer than what passes by itself takes."""
    for pod in observation.gateways:
        is_lasting = is_secret_failure_lasting(
            pod, observation, now, started_at, CERTIFICATE_RULES
        )
        if not pod.ready and is_lasting:
            return find_secret_failure(pod, observation, CERTIFICATE_RULES)
    if not any(pod.ready for pod in observation.gateways):
        return None
    failure = find_certificate_failure(observation, now)
    return failure if has_lasted(started_at, now, ROTATION_GRACE) else None


def _judge(
    look: CertificateLook,
    pod: str,
    certificate: GatewayCertificate | None,
    observation: Observation,
    now: datetime,
) -> Failure | None:
    if certificate is None:
        return build_failure(
            "CertificateUnusable",
            f"Gateway {pod} has no certificate that it can use: what the vault gives is no "
            "certificate with its private key.",
            f"Give the certificate a version whose private key is exportable. {_ROTATION}",
            observation,
        )
    if not certificate.is_for(look.host):
        return build_failure(
            "CertificateForOtherName",
            f"The certificate of gateway {pod} is for {', '.join(certificate.names) or 'no name'} "
            f"and not for {look.host}, by which Front Door knows the cell.",
            f"Give the certificate a version for {look.host}, or for all names below its domain. "
            f"{_ROTATION}",
            observation,
        )
    if certificate.has_expired(now):
        return build_failure(
            "CertificateExpired",
            f"The certificate of gateway {pod} expired on {certificate.expires_at:%Y-%m-%d}.",
            f"Renew it in its vault. {_ROTATION}",
            observation,
        )
    return None
