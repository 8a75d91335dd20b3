"""One Auth0 tenant for each environment, with a policy that fits: the stack's name picks it, the stack's file may.

dev gets as few logins as the plan allows, every other stack Auth0's defaults, and prod asks for NIST's AAL2.
"""

import pulumi

from auth0_sessions import SessionPolicy

sessions = SessionPolicy("sessions", domain=pulumi.Config("auth0").require("domain"))
pulumi.export("profile", sessions.profile)
pulumi.export("reasons", sessions.reasons)
