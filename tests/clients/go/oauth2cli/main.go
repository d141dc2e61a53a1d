package main

import (
	"context"

	"clients/kit"

	"github.com/int128/oauth2cli"
	"golang.org/x/oauth2"
)

func main() {
	ready := make(chan string, 1)
	// recipe
	verifier := oauth2.GenerateVerifier()
	config := oauth2cli.Config{
		OAuth2Config:           oauth2.Config{ClientID: kit.ClientID, ClientSecret: kit.ClientSecret, Endpoint: oauth2.Endpoint{AuthURL: kit.Issuer + "authorize", TokenURL: kit.Issuer + "oauth/token"}, Scopes: []string{"openid"}},
		AuthCodeOptions:        []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)},
		TokenRequestOptions:    []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)},
		LocalServerBindAddress: []string{"127.0.0.1:" + kit.Port}, LocalServerReadyChan: ready,
	}
	go func() { kit.Follow(<-ready) }()
	token, err := oauth2cli.GetToken(context.Background(), config)
	kit.Must(err)
	// end
	kit.Expect(token.Extra("id_token") != nil, "an ID token")
	kit.Done()
}
