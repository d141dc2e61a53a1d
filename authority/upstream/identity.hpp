// Who somebody is, as an upstream says.
#pragma once

#include "state/authority.hpp"
#include "upstream/provider.hpp"

namespace ostia::authority::upstream {

/// A login at an upstream that is under way. Nothing of it is kept: what must not be guessed is derived from the state,
/// which is sealed and of one browser.
struct Attempt {
  Found<Connection> connection;
  std::string issuer;  ///< the domain of this authority, which the upstream sends the person back to
  std::string state;
  Deadline until;  ///< for all that the upstream is asked

  [[nodiscard]] std::string nonce(const Authority& a) const { return a.secrets.mark("upstream nonce " + state); }
  [[nodiscard]] std::string code_verifier(const Authority& a) const {
    return a.secrets.mark("upstream verifier " + state);
  }
  [[nodiscard]] std::string redirect_uri() const { return issuer + "login/callback"; }
};

/// Who has logged in, as the upstream says.
struct Identity {
  std::string id;       ///< at the upstream
  json::Value profile;  ///< in OpenID Connect's words, with what else the upstream says
  json::Value tokens;   ///< `access_token`, `refresh_token`, `expires_in`: secrets
  std::string id_token;
};

/// Exchanges what the upstream's redirect brought (`code`, or `id_token`) and reads the profile. Errors:
/// `access_denied` with a reason of its own each; nothing has been kept then.
Async<Identity> identify(Authority& a, const Attempt& attempt, const Endpoints& endpoints, const Parameters& answer);

/// A profile in OpenID Connect's words, whatever words its strategy has. Errors: no id, or more than an account may say
/// of itself.
Result<Identity> read_profile(const Connection& connection, const json::Value& raw);

}  // namespace ostia::authority::upstream
