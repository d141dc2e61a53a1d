package main

import (
	"context"

	"clients/kit"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	// recipe
	provider, err := oidc.NewProvider(ctx, kit.Issuer)
	kit.Must(err)
	config := oauth2.Config{ClientID: kit.ClientID, ClientSecret: kit.ClientSecret, RedirectURL: kit.Callback, Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email"}}
	verifier := oauth2.GenerateVerifier()
	back := kit.SignIn(config.AuthCodeURL("state", oidc.Nonce("nonce"), oauth2.S256ChallengeOption(verifier)))
	token, err := config.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	kit.Must(err)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: kit.ClientID}).Verify(ctx, token.Extra("id_token").(string))
	kit.Must(err)
	user, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	kit.Must(err)
	// end
	kit.Expect(idToken.Nonce == "nonce" && user.Email == kit.Email, "profile")
	access := provider.Verifier(&oidc.Config{ClientID: kit.Audience})
	kit.Verifies(func(token string) error { _, err := access.Verify(ctx, token); return err })
	kit.Done()
}
