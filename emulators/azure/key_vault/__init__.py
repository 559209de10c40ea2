"""Microsoft.KeyVault: vaults, and the secrets in them."""
