"""Many tenants: what each gets and why."""
