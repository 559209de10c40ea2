"""Identities, key vaults, and the secrets that pods get from them: operations, rules, errors."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED, ASSUMED = Known.REPORTED, Known.ASSUMED

IDENTITIES = "identities.routes:IdentityRoutes"
VAULTS = "key_vault.routes:VaultRoutes"
PROVIDER = "key_vault.csi_provider:CsiProvider"
VOLUMES = "kubernetes.secret_volumes:SecretVolumes"

SECRETS_OPERATIONS = (
    Entry(
        "identity PUT",
        "201 with a `Location` that is the path of the resource and no operation, 200 if present",
        RECORDED,
        f"{IDENTITIES}.put",
    ),
    Entry("identity GET", "200 or 404", RECORDED, f"{IDENTITIES}.get"),
    Entry(
        "identity DELETE",
        "200 without a body, 204 if there is none",
        RECORDED,
        f"{IDENTITIES}.delete",
    ),
    Entry(
        "federated credential PUT",
        "201 or 200, without an operation; a change as well",
        RECORDED,
        f"{IDENTITIES}.put_credential",
    ),
    Entry(
        "federated credential GET, list, DELETE",
        "200 or 404; on one page; 200 without a body",
        RECORDED,
        f"{IDENTITIES}.delete_credential",
    ),
    Entry(
        "vault PUT",
        "200 for a new one as well, without an operation; `RegisteringDns` for 30 s",
        RECORDED,
        f"{VAULTS}.put",
        "access policies and keys are not simulated",
    ),
    Entry("vault GET", "200 or 404", RECORDED, f"{VAULTS}.get"),
    Entry(
        "vault DELETE",
        "200 without a body",
        RECORDED,
        f"{VAULTS}.delete",
        "nothing is kept for a recovery",
    ),
    Entry(
        "storage account GET, PUT, DELETE",
        "200, 204 without one to delete; a PUT is answered when the account is there",
        ASSUMED,
        "storage.routes:StorageRoutes",
        "Azure answers 202 with an operation; no keys are simulated, and no requests for blobs",
    ),
    Entry(
        "secret GET, PUT, DELETE at the vault",
        "200 with value, id and attributes; 404, 403 and 401 with a challenge, as recorded",
        RECORDED,
        "key_vault.data_plane:handle",
        "the text of 403 was reported; nothing is kept for a recovery",
    ),
    Entry(
        "certificate create, GET at the vault",
        "202 with a pending operation, 200; key and chain are a secret of the same name and "
        "version, as PFX or PEM by the policy",
        DOCUMENTED,
        "key_vault.models:Vaults.issue_certificate",
        "issued at once, by `Self` or by one public authority; no import, no renewal, and the "
        "pending operation cannot be read",
    ),
    Entry(
        "DNS zone GET, PUT",
        "201 or 200",
        DOCUMENTED,
        "dns.routes:DnsRoutes.put_zone",
        "there at once, and delegated",
    ),
    Entry(
        "CNAME record GET, PUT, DELETE",
        "201 or 200, without an operation; 200 or 204; `If-None-Match: *` is honoured",
        DOCUMENTED,
        "dns.routes:DnsRoutes.put_record",
        "resolves at once; no other types of records",
    ),
)

SECRETS_RULES = (
    Entry(
        "who reads a secret",
        "a role at the vault or above, once it applies: Key Vault Secrets User, Officer or "
        "Administrator",
        DOCUMENTED,
        "key_vault.access:SecretAccess",
    ),
    Entry(
        "token of a service account for an identity",
        "issuer, subject and audience of one of its federated credentials, or `AADSTS700213`; "
        "`AADSTS70025` without any",
        REPORTED,
        "identities.models:Identities.exchange",
        "a new credential serves at once",
    ),
    Entry(
        "secrets of a pod",
        "mounted only with the add-on, federation and role; otherwise `FailedMount` in the "
        "provider's words",
        REPORTED,
        f"{PROVIDER}.read",
        "composed of the Azure SDK for Go and Key Vault's answers; objects of type `secret` alone",
    ),
    Entry(
        "certificate of a pod",
        "read as a `secret`: one file with key and chain as PEM, of a PFX as well",
        DOCUMENTED,
        "key_vault.issuing:to_pem",
        "that a PFX without key is `FailedMount`, and its words, are assumed",
    ),
    Entry(
        "blobs of a pod",
        "mounted only with the driver, federation and role of an account that is there, by a "
        "token of the pod's service account; otherwise `FailedMount`",
        ASSUMED,
        "storage.blob_driver:BlobDriver.refuse",
        "blobs are put there by `/_simulator/blobs`; the words are assumed",
    ),
    Entry(
        "synced Secret",
        "made when the first pod mounts the class, gone with the last one; `FailedToCreateSecret` "
        "if the API server refuses it",
        DOCUMENTED,
        f"{VOLUMES}.mount",
        "of the event, the source code of the driver",
    ),
    Entry(
        "rotation of secrets",
        "read again each two minutes: files and the synced Secret change, variables do not; a "
        "refusal makes no event",
        DOCUMENTED,
        f"{VOLUMES}.mount",
        "the interval and the switch of the add-on are not read",
    ),
    Entry(
        "variable from a Secret or ConfigMap",
        "`CreateContainerConfigError` until object and key are there",
        DOCUMENTED,
        "kubernetes.references:resolve_references",
    ),
    Entry(
        "custom resource of the Secrets Store CSI driver",
        "SecretProviderClass, served by every cluster",
        ASSUMED,
        "kubernetes.kinds:SECRET_PROVIDER_CLASS",
        "in AKS only where the add-on is enabled",
    ),
    Entry(
        "identity of an add-on",
        "absent from the answer to a PUT, there at the end of the operation",
        RECORDED,
        "aks.cluster_bodies:complete_addons",
    ),
)

SECRETS_ERRORS = (
    Entry(
        "DNS record missing",
        "404 `NotFound`",
        ASSUMED,
        "dns.errors:record_not_found",
        "the status is documented",
    ),
    Entry(
        "DNS record exists",
        "412 `PreconditionFailed`",
        ASSUMED,
        "dns.errors:record_exists",
        "the status is documented",
    ),
    Entry(
        "DNS record or zone that is not valid",
        "400 `BadRequest`",
        ASSUMED,
        "dns.errors:bad_request",
    ),
    Entry(
        "certificate missing",
        "404 `CertificateNotFound`",
        RECORDED,
        "key_vault.errors:certificate_not_found",
    ),
    Entry(
        "federated credentials written at once",
        "409 `ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity`",
        REPORTED,
        "identities.errors:concurrent_writes",
    ),
    Entry(
        "federated credential missing",
        "404 `NotFound`",
        RECORDED,
        "identities.errors:credential_not_found",
    ),
    Entry(
        "more than 20 federated credentials",
        "400 `BadRequest`",
        ASSUMED,
        "identities.errors:too_many_credentials",
        "the limit is documented",
    ),
    Entry(
        "vault name taken",
        "409 `VaultAlreadyExists`",
        REPORTED,
        "key_vault.errors:vault_name_taken",
    ),
)
