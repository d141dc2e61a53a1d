package main

import (
	"clients/kit"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

func main() {
	// recipe
	keys, err := keyfunc.NewDefault([]string{kit.Issuer + ".well-known/jwks.json"})
	kit.Must(err)
	verify := func(token string) error {
		_, err := jwt.Parse(token, keys.Keyfunc, jwt.WithIssuer(kit.Issuer), jwt.WithAudience(kit.Audience), jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired())
		return err
	}
	// end
	kit.Verifies(verify)
	kit.Done()
}
