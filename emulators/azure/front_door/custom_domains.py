"""Custom domains: their owner has to prove that the name is his before they serve anybody.

Recorded are the states Submitting, Pending and Approved. Real Azure waits in Pending until a TXT
record with the token can be resolved; nobody can publish one here, so the proof arrives by itself.
How long that takes is assumed. The edge does not serve the names of custom domains.
"""

from datetime import datetime, timedelta

from emulators.azure.arm.platform import Platform
from emulators.azure.arm.resources import Resource
from emulators.azure.latency import Duration

VALIDATION = Duration(60, 180, 600)
TOKEN_IS_GOOD_FOR = timedelta(days=7)

SUBMITTING = "Submitting"
PENDING = "Pending"
APPROVED = "Approved"


GENERATED = {"domainValidationState": SUBMITTING, "validationProperties": None}
"""What Azure makes up for a new custom domain."""


def begin_validation(platform: Platform, domain: Resource) -> None:
    """Give the domain a token and wait for the proof, once it has been created."""
    if domain.properties["domainValidationState"] != SUBMITTING:
        return
    expires_at: datetime = platform.clock.now() + TOKEN_IS_GOOD_FOR
    domain.properties["domainValidationState"] = PENDING
    domain.properties["validationProperties"] = {
        "validationToken": platform.identifiers.letters_and_digits(32),
        "expirationDate": expires_at.isoformat(),
    }

    def approve() -> None:
        if platform.resources.holds(domain):
            domain.properties["domainValidationState"] = APPROVED

    seconds = platform.latencies.sample(VALIDATION)
    platform.operations.later(f"Front Door validate domain {domain.name}", seconds, approve)


def deployment_status(domain: Resource) -> str:
    """The only kind of resource that was ever seen to say Succeeded here."""
    is_approved = domain.properties["domainValidationState"] == APPROVED
    return "Succeeded" if is_approved else "NotStarted"
