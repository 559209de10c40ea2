"""Microsoft.Network: Private Link services, which clusters make, and the connections to them."""
