"""Microsoft.Network/dnsZones: public zones, and the CNAME records in them."""
