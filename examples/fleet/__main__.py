"""Many tenants in one stack: the stack's file lists them, and the report says what each gets and why."""

import pulumi

from auth0_sessions import TenantFleet

fleet = TenantFleet.from_config("fleet")
pulumi.export("report", fleet.report)
