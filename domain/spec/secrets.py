"""Secrets of a workload: ids in Azure Key Vault, because no value ever enters a specification."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from domain.wire import WireModel

MAX_SECRETS = 20
"""Each mount of each pod asks the vault for every one of them."""

SECRET_ENV_NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
"""It names a file as well: without the dots that names in `env` may have."""

KEY_VAULT_NAME = r"[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]"
KEY_VAULT_SECRET_ID_PATTERN = rf"^https://{KEY_VAULT_NAME}\.vault\.azure\.net/secrets/[0-9A-Za-z-]{{1,127}}(/[0-9a-f]{{32}})?$"
KEY_VAULT_ID_PATTERN = (
    r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/\s]{1,90}"
    rf"/providers/Microsoft\.KeyVault/vaults/{KEY_VAULT_NAME}$"
)
"""As learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates names them."""

SECRET_FIX = (
    'Use {"keyVaultSecretId": "https://<vault>.vault.azure.net/secrets/<name>"}, with or '
    "without a version at its end. A secret's value belongs into the vault: replace the one that "
    "was sent if it was a value."
)
KEY_VAULT_ID_FIX = (
    "Use the resource id of the vault: /subscriptions/<id>/resourceGroups/<group>/providers/"
    "Microsoft.KeyVault/vaults/<name>."
)

SecretEnvName = Annotated[str, Field(pattern=SECRET_ENV_NAME_PATTERN, max_length=128)]
KeyVaultId = Annotated[str, Field(pattern=KEY_VAULT_ID_PATTERN)]


class SecretReference(WireModel):
    """A secret in Azure Key Vault."""

    key_vault_secret_id: str = Field(
        pattern=KEY_VAULT_SECRET_ID_PATTERN,
        description="Id of the secret. Without a version, a new version reaches the workload when "
        "it is rotated; with one, that version stays.",
        examples=["https://fraud-team.vault.azure.net/secrets/hf-token"],
    )

    @property
    def vault(self) -> str:
        """Its name, in lower case as a host name."""
        return self.key_vault_secret_id.split("/")[2].partition(".")[0].lower()

    @property
    def name(self) -> str:
        return self.key_vault_secret_id.split("/")[4]

    @property
    def version(self) -> str:
        """Empty for the latest one."""
        return "".join(self.key_vault_secret_id.split("/")[5:])


def check_secrets(
    secrets: dict[str, SecretReference], env: Mapping[str, str]
) -> dict[str, SecretReference]:
    """Raises PydanticCustomError for names that `env` has too, and for more than one vault."""
    taken = sorted(secrets.keys() & env.keys())
    if taken:
        raise PydanticCustomError(
            "DuplicateVariable",
            "{names} of secrets is a name in env as well: keep one of the two.",
            {"names": ", ".join(taken)},
        )
    _check_one_vault(secrets.values())
    return secrets


def check_pull_secret(
    secret: SecretReference | None, info: ValidationInfo
) -> SecretReference | None:
    """Raises PydanticCustomError for another vault than the secrets'."""
    if secret is None:
        return None
    secrets: Mapping[str, SecretReference] = info.data.get("secrets") or {}
    _check_one_vault([*secrets.values(), secret])
    return secret


def check_key_vault(key_vault_id: str | None, references: Iterable[SecretReference]) -> str | None:
    """Raises PydanticCustomError for another vault than that of the secrets."""
    if key_vault_id is None:
        return None
    vault = key_vault_id.rpartition("/")[2].lower()
    if {reference.vault for reference in references} != {vault}:
        raise PydanticCustomError(
            "OtherVault",
            "No secret is in the vault {vault}: use the id of the vault that secrets and "
            "imagePullSecret name, or leave keyVaultId out.",
            {"vault": vault},
        )
    return key_vault_id


def _check_one_vault(references: Iterable[SecretReference]) -> None:
    vaults = sorted({secret.vault for secret in references})
    if len(vaults) > 1:
        raise PydanticCustomError(
            "SeveralVaults",
            "The secrets are in {count} vaults, {names}: move them into one.",
            {"count": len(vaults), "names": ", ".join(vaults)},
        )


ImagePullSecret = Annotated[
    SecretReference | None,
    Field(
        description="Secret with the credentials for the registry of `image`, and for that of "
        "`model.source`, in the vault of `secrets`: the text of a `.dockerconfigjson`, as `docker "
        "login` writes it. For registries that `registry` cannot name; the container does not "
        "see it.",
        examples=[{"keyVaultSecretId": "https://fraud-team.vault.azure.net/secrets/registry"}],
    ),
    AfterValidator(check_pull_secret),
]
