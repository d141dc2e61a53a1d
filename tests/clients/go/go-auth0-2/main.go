package main

import (
	"context"

	"clients/kit"

	"github.com/auth0/go-auth0/v2/management"
	"github.com/auth0/go-auth0/v2/management/client"
	"github.com/auth0/go-auth0/v2/management/option"
)

func main() {
	ctx := context.Background()
	// recipe
	api, err := client.New(kit.Domain, option.WithClientCredentials(ctx, kit.ClientID, kit.ClientSecret))
	kit.Must(err)
	users, err := api.Users.List(ctx, &management.ListUsersRequestParameters{})
	kit.Must(err)
	// end
	kit.Expect(len(users.Results) > 0, "users")
	kit.Done()
}
