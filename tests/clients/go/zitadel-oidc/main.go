package main

import (
	"context"

	"clients/kit"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

func main() {
	ctx := context.Background()
	// recipe
	party, err := rp.NewRelyingPartyOIDC(ctx, kit.Issuer, kit.ClientID, kit.ClientSecret, kit.Callback, []string{"openid", "email"})
	kit.Must(err)
	verifier := "a-verifier-that-is-long-enough-to-be-one-of-the-right-kind"
	back := kit.SignIn(rp.AuthURL("state", party, rp.WithCodeChallenge(oidc.NewSHACodeChallenge(verifier))))
	tokens, err := rp.CodeExchange[*oidc.IDTokenClaims](ctx, back.Query().Get("code"), party, rp.WithCodeVerifier(verifier))
	kit.Must(err)
	user, err := rp.Userinfo[*oidc.UserInfo](ctx, tokens.AccessToken, tokens.TokenType, tokens.IDTokenClaims.Subject, party)
	kit.Must(err)
	// end
	kit.Expect(user.Email == kit.Email, "profile")
	kit.Done()
}
