"""Microsoft.Authorization: which principal has which role at which scope."""
