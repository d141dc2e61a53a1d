package main

import (
	"net/http"
	"net/url"
	"time"

	"clients/kit"

	jwtmiddleware "github.com/auth0/go-jwt-middleware/v2"
	"github.com/auth0/go-jwt-middleware/v2/jwks"
	"github.com/auth0/go-jwt-middleware/v2/validator"
)

func main() {
	home := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("in")) })
	// recipe
	issuer, _ := url.Parse(kit.Issuer)
	keys := jwks.NewCachingProvider(issuer, 5*time.Minute)
	tokens, err := validator.New(keys.KeyFunc, validator.RS256, kit.Issuer, []string{kit.Audience})
	kit.Must(err)
	handler := jwtmiddleware.New(tokens.ValidateToken).CheckJWT(home)
	// end
	kit.ServesAPI(handler)
}
