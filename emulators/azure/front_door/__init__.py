"""Azure Front Door: profiles, endpoints, origin groups, origins, routes and security policies."""
