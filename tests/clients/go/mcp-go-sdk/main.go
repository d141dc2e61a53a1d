package main

import (
	"context"
	"net/http"
	"strings"

	"clients/kit"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"github.com/modelcontextprotocol/go-sdk/auth"
)

func main() {
	home := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("in")) })
	// recipe
	keys, err := keyfunc.NewDefault([]string{kit.Issuer + ".well-known/jwks.json"})
	kit.Must(err)
	verify := func(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		parsed, err := jwt.Parse(token, keys.Keyfunc, jwt.WithIssuer(kit.Issuer), jwt.WithAudience(kit.Audience))
		if err != nil {
			return nil, auth.ErrInvalidToken
		}
		claims := parsed.Claims.(jwt.MapClaims)
		expires, _ := claims.GetExpirationTime()
		scope, _ := claims["scope"].(string)
		return &auth.TokenInfo{Scopes: strings.Fields(scope), Expiration: expires.Time}, nil
	}
	handler := auth.RequireBearerToken(verify, &auth.RequireBearerTokenOptions{Scopes: []string{"read:messages"}})(home)
	// end
	kit.ServesAPI(handler)
}
