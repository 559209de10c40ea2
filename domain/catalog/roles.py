"""Built-in roles of Azure, by the name of their definition, which is the same in every tenant.

Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles.
"""

from collections.abc import Mapping

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
KEY_VAULT_SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
STORAGE_BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
_ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
_CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
_BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
_BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
_OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"

ROLE_NAMES: Mapping[str, str] = {
    ACR_PULL: "AcrPull",
    KEY_VAULT_SECRETS_USER: "Key Vault Secrets User",
    STORAGE_BLOB_DATA_READER: "Storage Blob Data Reader",
}

INCLUDED_IN: Mapping[str, frozenset[str]] = {
    ACR_PULL: frozenset({_ACR_PUSH, _CONTRIBUTOR, _OWNER}),
    STORAGE_BLOB_DATA_READER: frozenset({_BLOB_CONTRIBUTOR, _BLOB_OWNER}),
}
"""Roles that allow what another one does. Reading secrets or blobs is a data action, which those
that manage resources do not have."""
