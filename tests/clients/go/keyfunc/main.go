package main

import (
	"context"

	"clients/kit"

	"github.com/MicahParks/keyfunc/v3"
)

func main() {
	// recipe
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	keys, err := keyfunc.NewDefaultCtx(ctx, []string{kit.Issuer + ".well-known/jwks.json"})
	kit.Must(err)
	set, err := keys.VerificationKeySet(ctx)
	// end
	kit.Must(err)
	kit.Expect(len(set.Keys) > 0, "keys")
	kit.Done()
}
