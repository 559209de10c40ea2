"""Diagnoses why the Secrets Store CSI driver cannot mount a workload's secrets.

The driver's events quote Key Vault and Entra ID, which name the secret and never its value.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.arm.naming import SECRETS_ADDON
from domain.arm.role_assignments import RoleGrant
from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.kubernetes.evidence import build_failure, find_event, has_lasted
from domain.kubernetes.image_diagnosis import ROLE_GRACE
from domain.kubernetes.observation import EventObservation, Observation, PodObservation
from domain.kubernetes.weights_manifests import WEIGHTS_VOLUME
from domain.outcomes import Failure

PASSING_GRACE = timedelta(minutes=5)
"""A secret may still be created; a federated credential is known to Entra ID after seconds."""

_OBJECT = re.compile(r"objectName:(?P<name>[0-9A-Za-z-]+)")
_VAULT = re.compile(r"https://(?P<vault>[0-9A-Za-z-]+)\.vault\.azure\.net")
_CALLER = re.compile(r"oid=(?P<oid>[0-9a-fA-F-]{36})")
_RESOURCE = re.compile(r"Resource: '(?P<vault_id>/subscriptions/[^']+?/vaults/[^/']+)")

_AGAIN = "The mount is repeated: pods start without another operation."
_REPAIR = "Repair the environment"


@dataclass(frozen=True, slots=True)
class Mount:
    """What an event says of a mount that failed."""

    message: str

    @property
    def secret(self) -> str:
        found = _OBJECT.search(self.message)
        return found["name"] if found else "of the workload"

    @property
    def vault(self) -> str:
        found = _VAULT.search(self.message)
        return found["vault"] if found else "<vault>"

    @property
    def command(self) -> str:
        """Grants the identity what it was refused."""
        caller, resource = _CALLER.search(self.message), _RESOURCE.search(self.message)
        grant = RoleGrant(
            resource["vault_id"] if resource else f"<resource id of the vault {self.vault}>",
            KEY_VAULT_SECRETS_USER,
            caller["oid"] if caller else "<object id of the cell's identity>",
        )
        return grant.command


@dataclass(frozen=True, slots=True)
class MountRule:
    reason: str
    pattern: re.Pattern[str]
    explain: Callable[[Mount], str]
    fix: Callable[[Mount], str]
    grace: timedelta = PASSING_GRACE


type MountRules = Sequence[MountRule]


def mount_rule(
    reason: str,
    pattern: str,
    explain: Callable[[Mount], str],
    fix: Callable[[Mount], str],
    grace: timedelta = PASSING_GRACE,
) -> MountRule:
    return MountRule(reason, re.compile(pattern, re.IGNORECASE), explain, fix, grace)


SECRET_RULES = (
    mount_rule(
        "SecretNotFound",
        r"SecretNotFound",
        lambda m: f"The secret '{m.secret}' is not in the vault {m.vault}.",
        lambda m: (
            f"Create it: az keyvault secret set --vault-name {m.vault} --name {m.secret} --file "
            f"<file>. Or correct keyVaultSecretId and update the environment. {_AGAIN}"
        ),
    ),
    mount_rule(
        "SecretDisabled",
        r"SecretDisabled|on a disabled secret",
        lambda m: f"The secret '{m.secret}' in the vault {m.vault} is disabled.",
        lambda m: f"Enable it, or add a version that is enabled. {_AGAIN}",
    ),
    mount_rule(
        "VaultBlocked",
        r"ForbiddenByFirewall|ForbiddenByConnection|Client address is not authorized",
        lambda m: f"The firewall of the vault {m.vault} refuses the cluster's nodes.",
        lambda m: (
            "Admit the outbound address of the cluster in the vault's network settings, or give "
            f"the cluster a private endpoint to it. {_AGAIN}"
        ),
    ),
    mount_rule(
        "SecretForbidden",
        r"ForbiddenByRbac|not authorized to perform action|does not have secrets get permission",
        lambda m: (
            f"The cell's identity may not read the secret '{m.secret}' in the vault {m.vault}."
        ),
        lambda m: (
            f"Run: {m.command}. Or set keyVaultId to the vault's resource id and update the "
            f"environment. {_AGAIN}"
        ),
        ROLE_GRACE,
    ),
    mount_rule(
        "IdentityNotFederated",
        r"AADSTS(?:70021|700213|70025|700016|700211|700212)\b",
        lambda m: (
            "Entra ID does not exchange the token of the workload's service account for the "
            "identity of the cell."
        ),
        lambda m: f"{_REPAIR}: it writes the federated credential of the identity again.",
    ),
    mount_rule(
        "VaultNotFound",
        r"lookup [0-9A-Za-z-]+\.vault\.azure\.net|no such host",
        lambda m: f"There is no vault {m.vault}: its host name does not resolve.",
        lambda m: "Correct keyVaultSecretId and update the environment.",
    ),
    mount_rule(
        "SecretsDriverMissing",
        r"driver name secrets-store\.csi\.k8s\.io not found",
        lambda m: f"The cluster does not have the add-on {SECRETS_ADDON}.",
        lambda m: f"{_REPAIR}: it enables the add-on.",
    ),
    mount_rule(
        "SecretProviderClassMissing",
        r"failed to get secretproviderclass",
        lambda m: "The SecretProviderClass of the workload is not in the cluster.",
        lambda m: f"{_REPAIR}: it applies the workload again.",
    ),
)


def find_secret_failure(
    pod: PodObservation, observation: Observation, rules: MountRules = SECRET_RULES
) -> Failure | None:
    """Why the pod's secrets are not mounted; None if no event shows it."""
    event, rule = _find(pod, observation, rules)
    if event is None or rule is None:
        return None
    mount = Mount(event.message)
    return build_failure(
        rule.reason,
        f"Pod {pod.name} cannot mount its secrets. {rule.explain(mount)}",
        rule.fix(mount),
        observation,
    )


def is_secret_failure_lasting(
    pod: PodObservation,
    observation: Observation,
    now: datetime,
    started_at: datetime,
    rules: MountRules = SECRET_RULES,
) -> bool:
    """Whether the mount has failed for longer than what passes by itself takes."""
    event, rule = _find(pod, observation, rules)
    if event is None or rule is None:
        return False
    since = max(event.first_seen_at or started_at, started_at)
    return has_lasted(since, now, rule.grace)


def _find(
    pod: PodObservation, observation: Observation, rules: MountRules
) -> tuple[EventObservation | None, MountRule | None]:
    """The kubelet's later events say only that the time ran out."""
    event = find_event(
        observation.events,
        lambda each: (
            each.reason == "FailedMount"
            and each.object == f"Pod/{pod.name}"
            and f'"{WEIGHTS_VOLUME}"' not in each.message
            and _match(each.message, rules) is not None
        ),
    )
    return event, _match(event.message, rules) if event else None


def _match(message: str, rules: MountRules) -> MountRule | None:
    return next((rule for rule in rules if rule.pattern.search(message)), None)
