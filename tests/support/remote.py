"""Components that the native plugin creates, as a program in another language registers them."""

from typing import Any

import pulumi

from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.model.spelling import camel_case

POLICY, FLEET = "SessionPolicy", "TenantFleet"
OUTPUTS = {
    POLICY: (*map(camel_case, LOGIN_LIFETIMES), "plan", "profile", "reasons", "oldSessionsGoneBy"),
    FLEET: ("tenants", "report", "oldSessionsGoneBy"),
}


class Remote(pulumi.ComponentResource):
    """A component as a generated SDK registers it."""

    def __init__(self, kind: str, name: str, opts: pulumi.ResourceOptions | None = None, **inputs: Any) -> None:
        props = {**dict.fromkeys(OUTPUTS[kind]), **inputs}
        super().__init__(f"auth0-sessions:index:{kind}", name, props, opts, remote=True)
