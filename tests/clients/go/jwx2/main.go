package main

import (
	"context"

	"clients/kit"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

func main() {
	// recipe
	keys, err := jwk.Fetch(context.Background(), kit.Issuer+".well-known/jwks.json")
	kit.Must(err)
	verify := func(token string) error {
		_, err := jwt.ParseString(token, jwt.WithKeySet(keys), jwt.WithIssuer(kit.Issuer), jwt.WithAudience(kit.Audience))
		return err
	}
	// end
	kit.Verifies(verify)
	kit.Done()
}
