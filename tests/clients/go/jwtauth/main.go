package main

import (
	"context"
	"net/http"

	"clients/kit"

	"github.com/go-chi/jwtauth/v5"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

func main() {
	home := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("in")) })
	// recipe
	keys, err := jwk.Fetch(context.Background(), kit.Issuer+".well-known/jwks.json")
	kit.Must(err)
	key, _ := keys.Key(0)
	var public any
	kit.Must(key.Raw(&public))
	auth := jwtauth.New("RS256", nil, public, jwt.WithIssuer(kit.Issuer), jwt.WithAudience(kit.Audience))
	handler := jwtauth.Verifier(auth)(jwtauth.Authenticator(auth)(home))
	// end
	kit.ServesAPI(handler)
}
