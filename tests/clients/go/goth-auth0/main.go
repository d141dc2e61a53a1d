package main

import (
	"fmt"
	"net/http"

	"clients/kit"

	"github.com/gorilla/sessions"
	"github.com/markbates/goth"
	"github.com/markbates/goth/gothic"
	"github.com/markbates/goth/providers/auth0"
)

func main() {
	gothic.Store = sessions.NewCookieStore([]byte("a secret of the application that is long enough"))
	gothic.GetProviderName = func(*http.Request) (string, error) { return "auth0", nil }
	// recipe
	goth.UseProviders(auth0.New(kit.ClientID, kit.ClientSecret, kit.Callback, kit.Domain, "openid", "profile", "email"))
	http.HandleFunc("/", gothic.BeginAuthHandler)
	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		user, err := gothic.CompleteUserAuth(w, r)
		fmt.Fprintln(w, user.Email, err)
	})
	// end
	kit.Shows(http.DefaultServeMux, "/")
}
