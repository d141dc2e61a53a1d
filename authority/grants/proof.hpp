// What tokens are bound to: a key (DPoP, RFC 9449) or the client's certificate (RFC 8705). Who gets one has shown it,
// and who comes with one must show it again, wherever that is: nothing else here decides it.
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

/// Thumbprints; empty: nothing.
struct Binding {
  std::string key, certificate;
};

/// The key that the `DPoP` header of a request proves to be its sender's; empty where there is no such header. Looks at
/// no store: whether the proof was used before is `take_dpop_proof`'s to ask. Errors: `invalid_dpop_proof`,
/// `use_dpop_nonce`, 400.
Result<std::string> proven_key(const Authority& a, const Request& request, std::string_view access_token = {},
                               bool wants_nonce = false);
/// The same, once for each proof: the second time it is refused, at whichever node.
Async<std::string> take_dpop_proof(Authority& a, const Request& request, std::string access_token, bool wants_nonce);
/// What a proof's `nonce` may be from now on; every answer to a request with a proof has a new one.
std::string new_dpop_nonce(const Authority& a);

/// What tokens for `audience` are bound to that come of a request whose proof has been taken.
Binding binding_for(const Authority& a, const Request& request, const Client& client, std::string_view audience);
/// Whether the application or the API wants more than that.
bool lacks_proof(const Authority& a, const Client& client, std::string_view audience, const Binding& binding);
/// For what passes no gate: a machine's token. Errors: `invalid_request`, 400.
Result<Binding> require_binding(const Authority& a, const Request& request, const Client& client,
                                std::string_view audience);

/// `cnf` of a token (RFC 7800); null: it is bound to nothing.
json::Value confirmation(const Binding& binding);
/// `DPoP` or `Bearer` (RFC 6749 section 7.1).
std::string_view token_type(const Binding& binding);
inline std::string_view token_type(const Grant& grant) {
  return token_type(Binding{grant.proof_key, grant.proof_cert});
}

/// An access token as a request presents it.
struct PresentedToken {
  bool by_dpop = false;  ///< `Authorization: DPoP`; else as a bearer token, whichever way
  std::string token;     ///< empty: none
};
/// That of the `Authorization` header, whatever case its scheme has.
PresentedToken presented_token(const Request& request);

/// Whether who presents the token, whose claims these are, has what it is bound to. Every resource of this authority's
/// asks it. Errors: 401 with a `proof_challenge`.
Async<Unit> check_possession(Authority& a, const Request& request, PresentedToken presented, json::Value claims);
/// `WWW-Authenticate` of an error of the above; nothing for other errors.
std::optional<std::string> proof_challenge(const Error& error);

}  // namespace ostia::authority
