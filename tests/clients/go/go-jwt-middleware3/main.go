package main

import (
	"net/http"
	"net/url"

	"clients/kit"

	jwtmiddleware "github.com/auth0/go-jwt-middleware/v3"
	"github.com/auth0/go-jwt-middleware/v3/jwks"
	"github.com/auth0/go-jwt-middleware/v3/validator"
)

func main() {
	home := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("in")) })
	// recipe
	issuer, _ := url.Parse(kit.Issuer)
	keys, err := jwks.NewCachingProvider(jwks.WithIssuerURL(issuer))
	kit.Must(err)
	tokens, err := validator.New(validator.WithKeyFunc(keys.KeyFunc), validator.WithAlgorithm(validator.RS256), validator.WithIssuer(kit.Issuer), validator.WithAudience(kit.Audience))
	kit.Must(err)
	middleware, err := jwtmiddleware.New(jwtmiddleware.WithValidator(tokens))
	kit.Must(err)
	handler := middleware.CheckJWT(home)
	// end
	kit.ServesAPI(handler)
}
