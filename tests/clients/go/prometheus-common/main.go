package main

import (
	"io"
	"net/http"
	"strings"

	"clients/kit"

	"github.com/prometheus/common/config"
)

func main() {
	go http.ListenAndServe("localhost:"+kit.Port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("authorization")) }))
	// recipe
	client, err := config.NewClientFromConfig(config.HTTPClientConfig{OAuth2: &config.OAuth2{
		ClientID: kit.ClientID, ClientSecret: config.Secret(kit.ClientSecret), TokenURL: kit.Issuer + "oauth/token", EndpointParams: map[string]string{"audience": kit.Audience},
	}}, "ostia")
	kit.Must(err)
	answer, err := client.Get(kit.App)
	kit.Must(err)
	// end
	body, _ := io.ReadAll(answer.Body)
	kit.Expect(strings.HasPrefix(string(body), "Bearer ey"), "the request has a token")
	kit.Done()
}
