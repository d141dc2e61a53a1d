package main

import (
	"context"
	"os"
	"time"

	"clients/kit"

	"github.com/hashicorp/cap/jwt"
	"github.com/hashicorp/cap/oidc"
)

func main() {
	ctx := context.Background()
	ca := string(kit.Value(os.ReadFile(os.Getenv("CA"))))
	// recipe
	config, err := oidc.NewConfig(kit.Issuer, kit.ClientID, oidc.ClientSecret(kit.ClientSecret), []oidc.Alg{oidc.RS256}, []string{kit.Callback}, oidc.WithProviderCA(ca))
	kit.Must(err)
	provider, err := oidc.NewProvider(config)
	kit.Must(err)
	verifier, err := oidc.NewCodeVerifier()
	kit.Must(err)
	request, err := oidc.NewRequest(2*time.Minute, kit.Callback, oidc.WithPKCE(verifier), oidc.WithScopes("openid", "email"))
	kit.Must(err)
	url, err := provider.AuthURL(ctx, request)
	kit.Must(err)
	back := kit.SignIn(url).Query()
	token, err := provider.Exchange(ctx, request, back.Get("state"), back.Get("code"))
	kit.Must(err)
	keys, err := jwt.NewOIDCDiscoveryKeySet(ctx, kit.Issuer, ca)
	kit.Must(err)
	access, err := jwt.NewValidator(keys)
	kit.Must(err)
	verify := func(token string) error {
		_, err := access.Validate(ctx, token, jwt.Expected{Issuer: kit.Issuer, Audiences: []string{kit.Audience}, SigningAlgorithms: []jwt.Alg{jwt.RS256}})
		return err
	}
	// end
	kit.Expect(token.IDToken() != "", "an ID token")
	kit.Verifies(verify)
	kit.Done()
}
