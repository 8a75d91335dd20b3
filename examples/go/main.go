package main

import (
	"git.example.com/example/auth0-sessions/sdk/go/auth0sessions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(sessions)
}

func sessions(ctx *pulumi.Context) error {
	acme, err := auth0sessions.NewSessionLifetime(ctx, "acme", &auth0sessions.SessionLifetimeArgs{
		Domain:              pulumi.String(config.Require(ctx, "domain")),
		Plan:                auth0sessions.PlanEnterprise,
		SessionLifetime:     pulumi.String("30d"),
		IdleSessionLifetime: pulumi.String("90m"),
		OnDelete:            auth0sessions.OnDeleteRestore,
	})
	if err != nil {
		return err
	}
	ctx.Export("sessionLifetime", acme.SessionLifetime)
	ctx.Export("oldSessionsGoneBy", acme.OldSessionsGoneBy)
	return nil
}
