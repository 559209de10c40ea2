"""Microsoft.ManagedIdentity: user-assigned identities and whose tokens stand for them."""
