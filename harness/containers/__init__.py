"""Containers, networks and volumes of an environment: whose they are, and their end."""
