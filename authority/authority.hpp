// What every endpoint works with. One object a program; its parts are thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "accounts/password_pool.hpp"
#include "accounts/users.hpp"
#include "clock.hpp"
#include "crypto/crypto.hpp"
#include "http/message.hpp"
#include "messages/outbox.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

namespace dev {
class Faults;
}

struct Authority {
  Authority(Store& s, std::string_view master, std::string canonical, bool development, unsigned password_threads)
      : store(s),
        issuer(std::move(canonical)),
        dev(development),
        secrets(master, "secrets at rest"),
        codes(master, "authorization codes"),
        states(master, "login states"),
        access_tokens(master, "opaque access tokens"),
        tickets(master, "tickets"),
        passwords(password_threads),
        outbox(s, secrets, clock, development) {}

  Store& store;
  Clock clock;
  std::string issuer;  ///< canonical; a request may have come to another domain's
  bool dev;
  bool behind_proxy = false;  ///< `--plain-http`: what comes from there has the client's address in a header
  Sealer secrets, codes, states, access_tokens, tickets;
  PasswordPool passwords;
  Outbox outbox;
  std::vector<SigningKey> keys;         ///< the first one signs, all of them verify
  std::shared_ptr<dev::Faults> faults;  ///< of `/_dev/`; null otherwise

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

/// Finds the endpoint of a request, with what holds for all of them: domains, methods, CORS, HEAD.
Answering route(Authority& a, Request r);

}  // namespace ostia::authority
