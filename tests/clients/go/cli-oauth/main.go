package main

import (
	"context"
	"net/http"

	"clients/kit"

	"github.com/cli/oauth/device"
)

func main() {
	// recipe
	code, err := device.RequestCode(http.DefaultClient, kit.Issuer+"oauth/device/code", kit.ClientID, []string{"openid"})
	kit.Must(err)
	go kit.Follow(code.VerificationURIComplete)
	token, err := device.Wait(context.Background(), http.DefaultClient, kit.Issuer+"oauth/token", device.WaitOptions{ClientID: kit.ClientID, DeviceCode: code})
	kit.Must(err)
	// end
	kit.Expect(token.Token != "", "a token")
	kit.Done()
}
