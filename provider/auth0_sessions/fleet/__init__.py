"""Fleets of tenants: what each tenant gets and why."""
