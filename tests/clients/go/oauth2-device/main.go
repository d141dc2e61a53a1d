package main

import (
	"context"

	"clients/kit"

	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	// recipe
	config := oauth2.Config{ClientID: kit.ClientID, Endpoint: oauth2.Endpoint{DeviceAuthURL: kit.Issuer + "oauth/device/code", TokenURL: kit.Issuer + "oauth/token"}, Scopes: []string{"openid"}}
	device, err := config.DeviceAuth(ctx)
	kit.Must(err)
	go kit.Follow(device.VerificationURIComplete)
	token, err := config.DeviceAccessToken(ctx, device)
	kit.Must(err)
	// end
	kit.Expect(token.Valid(), "a token")
	kit.Done()
}
