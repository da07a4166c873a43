"""What a function reaches from its subnets: routes, endpoints, security groups (§10.4, §10.5)."""
