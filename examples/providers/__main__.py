"""One explicit `Provider` for each tenant: a process of its own, and credentials that no other tenant ever sees."""

import pulumi

from auth0_sessions import Provider, SessionPolicy

config = pulumi.Config()
for name, tenant in config.require_object("tenants").items():
    provider = Provider(
        name,
        domain=tenant["domain"],
        client_id=tenant["clientId"],
        client_secret=config.require_secret(f"{name}ClientSecret"),
    )
    # No domain and no label here: the policy has both from its provider.
    policy = SessionPolicy(name, plan=tenant["plan"], profile="strict", opts=pulumi.ResourceOptions(provider=provider))
    pulumi.export(name, policy.session_lifetime)
