package main

import (
	"net/http"

	"clients/kit"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	echojwt "github.com/labstack/echo-jwt/v4"
	"github.com/labstack/echo/v4"
)

func main() {
	e := echo.New()
	// recipe
	keys, err := keyfunc.NewDefault([]string{kit.Issuer + ".well-known/jwks.json"})
	kit.Must(err)
	e.Use(echojwt.WithConfig(echojwt.Config{ParseTokenFunc: func(c echo.Context, token string) (any, error) {
		return jwt.Parse(token, keys.Keyfunc, jwt.WithIssuer(kit.Issuer), jwt.WithAudience(kit.Audience), jwt.WithValidMethods([]string{"RS256"}))
	}}))
	// end
	e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, "in") })
	kit.ServesAPI(e)
}
