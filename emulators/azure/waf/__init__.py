"""Web application firewall policies of Front Door, which belong to Microsoft.Network."""
