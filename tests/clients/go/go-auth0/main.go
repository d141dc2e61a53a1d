package main

import (
	"context"

	"clients/kit"

	"github.com/auth0/go-auth0/authentication"
	"github.com/auth0/go-auth0/authentication/oauth"
	"github.com/auth0/go-auth0/management"
)

func main() {
	ctx := context.Background()
	// recipe
	auth, err := authentication.New(ctx, kit.Domain, authentication.WithClientID(kit.ClientID), authentication.WithClientSecret(kit.ClientSecret))
	kit.Must(err)
	tokens, err := auth.OAuth.LoginWithPassword(ctx, oauth.LoginWithPasswordRequest{Username: kit.Email, Password: "Correct-Horse-9", Scope: "openid email", Realm: "Username-Password-Authentication"}, oauth.IDTokenValidationOptions{})
	kit.Must(err)
	user, err := auth.UserInfo(ctx, tokens.AccessToken)
	kit.Must(err)
	api, err := management.New(kit.Domain, management.WithClientCredentials(ctx, kit.ClientID, kit.ClientSecret))
	kit.Must(err)
	users, err := api.User.ListByEmail(ctx, kit.Email)
	kit.Must(err)
	// end
	kit.Expect(user.Email == kit.Email && len(users) == 1, "a user")
	_, err = api.Client.List(ctx)
	kit.Must(err)
	_, err = api.Organization.List(ctx)
	kit.Must(err)
	_, err = api.Role.List(ctx)
	kit.Must(err)
	_, err = api.Action.List(ctx)
	kit.Must(err)
	kit.Done()
}
