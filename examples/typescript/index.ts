import * as auth0Sessions from "@example/auth0-sessions";
import * as pulumi from "@pulumi/pulumi";

const acme = new auth0Sessions.SessionLifetime("acme", {
    domain: new pulumi.Config().require("domain"),
    plan: "enterprise",
    sessionLifetime: "30d",
    idleSessionLifetime: "90m",
    onDelete: "restore",
});

export const { sessionLifetime, oldSessionsGoneBy } = acme;
