package main

import (
	"context"
	"errors"

	"clients/kit"

	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

func main() {
	ctx := context.Background()
	// recipe
	// The application's `resource_server_identifier` is the API's identifier.
	server, err := rs.NewResourceServerClientCredentials(ctx, kit.Issuer, kit.ClientID, kit.ClientSecret)
	kit.Must(err)
	verify := func(token string) error {
		answer, err := rs.Introspect[*oidc.IntrospectionResponse](ctx, server, token)
		if err == nil && !answer.Active {
			err = errors.New("not active")
		}
		return err
	}
	// end
	kit.Verifies(verify)
	kit.Done()
}
