"""Microsoft Entra ID: the applications of the tenant, and the tokens that they ask for."""
