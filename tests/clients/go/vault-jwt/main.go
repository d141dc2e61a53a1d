package main

import (
	"context"
	"os"
	"time"

	"clients/kit"

	jwtauth "github.com/hashicorp/vault-plugin-auth-jwt"
	"github.com/hashicorp/vault/sdk/logical"
)

func main() {
	ctx := context.Background()
	ca := string(kit.Value(os.ReadFile(os.Getenv("CA"))))
	storage := &logical.InmemStorage{}
	backend := kit.Value(jwtauth.Factory(ctx, &logical.BackendConfig{StorageView: storage, System: &logical.StaticSystemView{DefaultLeaseTTLVal: time.Hour, MaxLeaseTTLVal: time.Hour}}))
	write := func(how logical.Operation, path string, data map[string]any) *logical.Response {
		answer, err := backend.HandleRequest(ctx, &logical.Request{Operation: how, Path: path, Data: data, Storage: storage, Connection: &logical.Connection{RemoteAddr: "127.0.0.1"}})
		kit.Must(err)
		return answer
	}
	// recipe
	// vault write auth/jwt/config … ; vault write auth/jwt/role/api … ; vault write auth/jwt/login role=api jwt=…
	write(logical.UpdateOperation, "config", map[string]any{"oidc_discovery_url": kit.Issuer, "oidc_discovery_ca_pem": ca})
	write(logical.CreateOperation, "role/api", map[string]any{"role_type": "jwt", "bound_audiences": kit.Audience, "user_claim": "sub", "token_policies": "default"})
	login := write(logical.UpdateOperation, "login", map[string]any{"role": "api", "jwt": kit.UserToken})
	// end
	kit.Expect(login.Auth != nil && login.Auth.DisplayName != "", "a login")
	kit.Expect(write(logical.UpdateOperation, "login", map[string]any{"role": "api", "jwt": kit.IDToken}).IsError(), "an ID token is refused")
	kit.Done()
}
