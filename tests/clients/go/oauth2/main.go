package main

import (
	"context"
	"net/url"
	"time"

	"clients/kit"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	ctx := context.Background()
	// recipe
	endpoint := oauth2.Endpoint{AuthURL: kit.Issuer + "authorize", TokenURL: kit.Issuer + "oauth/token"}
	machine := clientcredentials.Config{ClientID: kit.ClientID, ClientSecret: kit.ClientSecret, TokenURL: endpoint.TokenURL, EndpointParams: url.Values{"audience": {kit.Audience}}}
	token, err := machine.Token(ctx)
	kit.Must(err)
	config := oauth2.Config{ClientID: kit.ClientID, ClientSecret: kit.ClientSecret, RedirectURL: kit.Callback, Endpoint: endpoint, Scopes: []string{"openid", "offline_access"}}
	user, err := config.Exchange(ctx, kit.SignIn(config.AuthCodeURL("state")).Query().Get("code"))
	kit.Must(err)
	user.Expiry = time.Now().Add(-time.Hour)
	renewed, err := config.TokenSource(ctx, user).Token()
	kit.Must(err)
	// end
	kit.Expect(token.Valid() && renewed.AccessToken != user.AccessToken, "tokens")
	kit.Done()
}
