package main

import (
	"encoding/json"
	"net/http"

	"clients/kit"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func main() {
	// recipe
	answer, err := http.Get(kit.Issuer + ".well-known/jwks.json")
	kit.Must(err)
	var keys jose.JSONWebKeySet
	kit.Must(json.NewDecoder(answer.Body).Decode(&keys))
	verify := func(token string) error {
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
		if err != nil {
			return err
		}
		var claims jwt.Claims
		if err := parsed.Claims(&keys, &claims); err != nil {
			return err
		}
		return claims.Validate(jwt.Expected{Issuer: kit.Issuer, AnyAudience: jwt.Audience{kit.Audience}})
	}
	// end
	kit.Verifies(verify)
	kit.Done()
}
