// Package kit is what the programs in this folder share: what they are told, and how they ask for a person at a browser.
package kit

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

var (
	Issuer, Domain, Audience, StrictAudience = os.Getenv("ISSUER"), os.Getenv("DOMAIN"), os.Getenv("AUDIENCE"), os.Getenv("STRICT_AUDIENCE")
	ClientID, ClientSecret                   = os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET")
	App, Port, Callback, Email               = os.Getenv("APP"), os.Getenv("PORT"), os.Getenv("CALLBACK"), os.Getenv("EMAIL")
	UserToken, MachineToken, IDToken         = os.Getenv("USER_TOKEN"), os.Getenv("MACHINE_TOKEN"), os.Getenv("ID_TOKEN")
	JWKS                                     = Issuer + ".well-known/jwks.json"
	lines                                    = bufio.NewReader(os.Stdin)
)

func ask(line string) string {
	fmt.Println(line)
	answer, _ := lines.ReadString('\n')
	return strings.TrimRight(answer, "\n")
}

func asked(line string) {
	if answer := ask(line); !strings.HasPrefix(answer, "ok") {
		Fail(answer)
	}
}

// SignIn lets a person sign in at this address; gives where the authority leads then.
func SignIn(at string) *url.URL {
	back, err := url.Parse(ask("@open " + at))
	Must(err)
	return back
}

// Follow lets a person sign in at this address and go where it leads.
func Follow(at string) { asked("@follow " + at) }

func Fail(why any) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

func Must(err error) {
	if err != nil {
		Fail(fmt.Sprintf("%T %+v", err, err))
	}
}

func Value[T any](value T, err error) T {
	Must(err)
	return value
}

func Expect(isSo bool, what string) {
	if !isSo {
		Fail("not so: " + what)
	}
}

func Done() {
	fmt.Println("@done")
	os.Exit(0)
}

// Verifies that `verify` takes this API's tokens, and none of the others.
func Verifies(verify func(token string) error) {
	for _, name := range []string{"USER_TOKEN", "MACHINE_TOKEN"} {
		if err := verify(os.Getenv(name)); err != nil {
			Fail(fmt.Sprintf("%s is refused: %v", name, err))
		}
	}
	for _, name := range []string{"OTHER_TOKEN", "ID_TOKEN", "TAMPERED_TOKEN"} {
		Expect(verify(os.Getenv(name)) != nil, name+" is refused")
	}
}

func listen(handler http.Handler) {
	go func() { Must(http.ListenAndServe("localhost:"+Port, handler)) }()
}

// ServesAPI tries the API at `/` of this handler.
func ServesAPI(handler http.Handler) {
	listen(handler)
	asked("@api " + App + "/")
	Done()
}

// Shows lets a person go to a page of this handler, and end, signed in, where it shows the address of their mail.
func Shows(handler http.Handler, path string) {
	listen(handler)
	asked("@visit " + App + path + " " + Email)
	Done()
}
