// What every endpoint works with. One object a program; its parts are thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "accounts/password_pool.hpp"
#include "accounts/users.hpp"
#include "crypto/crypto.hpp"
#include "http/message.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

/// The authority's time, in whole seconds since 1970. All of its decisions ask this clock and no other.
class Clock {
 public:
  [[nodiscard]] std::int64_t now() const {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

struct Authority {
  Authority(Store& s, std::string_view master, std::string canonical, bool development, unsigned password_threads)
      : store(s),
        issuer(std::move(canonical)),
        dev(development),
        secrets(master, "secrets at rest"),
        codes(master, "authorization codes"),
        states(master, "login states"),
        access_tokens(master, "opaque access tokens"),
        setup_tickets(master, "setup tickets"),
        passwords(password_threads) {}

  Store& store;
  Clock clock;
  std::string issuer;  ///< canonical; a request may have come to another domain's
  bool dev;
  Sealer secrets, codes, states, access_tokens, setup_tickets;
  PasswordPool passwords;
  std::vector<SigningKey> keys;  ///< the first one signs, all of them verify

  [[nodiscard]] std::shared_ptr<const Tenant> tenant() const { return tenant_.load(); }
  void set_tenant(std::shared_ptr<const Tenant> tenant) { tenant_.store(std::move(tenant)); }

  [[nodiscard]] const SigningKey& signing_key() const { return keys.front(); }
  /// The key of that name, or null.
  [[nodiscard]] const SigningKey* find_key(std::string_view kid) const {
    for (const auto& key : keys)
      if (key.kid() == kid) return &key;
    return nullptr;
  }
  [[nodiscard]] SessionLimits session_limits() const {
    const auto t = tenant();
    return {t->session_lifetime, t->idle_session_lifetime};
  }

 private:
  std::atomic<std::shared_ptr<const Tenant>> tenant_;
};

using Answering = boost::asio::awaitable<Response>;

// The endpoints. Each opens with the rule that it follows, in its own file.
Answering authorize(Authority& a, Request r);
Answering resume(Authority& a, Request r);
Answering show_login(Authority& a, Request r);
Answering submit_login(Authority& a, Request r);
Answering show_setup(Authority& a, Request r);
Answering submit_setup(Authority& a, Request r);
Answering token(Authority& a, Request r);
Answering userinfo(Authority& a, Request r);
Answering logout(Authority& a, Request r);
Answering openid_configuration(Authority& a, Request r);
Answering jwks(Authority& a, Request r);
Answering health(Authority& a, Request r);

/// Finds the endpoint of a request, with what holds for all of them: methods, CORS, HEAD.
Answering route(Authority& a, Request r);

}  // namespace ostia::authority
