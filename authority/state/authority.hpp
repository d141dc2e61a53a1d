// What every endpoint works with. One object a program; its parts are thread-safe.
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/rate_limiter.hpp"
#include "crypto/crypto.hpp"
#include "crypto/password_pool.hpp"
#include "http/client.hpp"
#include "http/documents.hpp"
#include "http/forwarded.hpp"
#include "http/message.hpp"
#include "scripts/scripts.hpp"
#include "state/data.hpp"
#include "state/long_reads.hpp"
#include "state/outbox.hpp"
#include "state/owed_writes.hpp"
#include "state/readiness.hpp"
#include "tenant/key_ring.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

namespace dev {
class Faults;
}

class Metrics;
class ProxyNotes;

struct Authority {
  Authority(Store& s, const RootKeys& root, std::string canonical, bool development, unsigned password_threads,
            Egress outward, bool scripts_without_wall)
      : store(s),
        issuer(std::move(canonical)),
        dev(development),
        secrets(root.secrets()),
        codes(root.sealing, "authorization codes"),
        states(root.sealing, "login states"),
        access_tokens(root.sealing, "opaque access tokens"),
        tickets(root.sealing, "tickets"),
        passwords(password_threads),
        egress(std::move(outward)),
        scripts(std::max(4U, 2 * password_threads), egress, scripts_without_wall),
        http(egress),
        outbox(s, secrets, clock, development) {}

  Store& store;
  Clock clock;
  std::string issuer;  ///< canonical; a request may have come to another domain's
  bool dev;
  Forwarding forwarding;    ///< whose word about a client's address is taken
  Networks administrators;  ///< whence the dashboard, /setup and the Management API answer; empty: from everywhere
  RateLimiter limiter;
  Secrets secrets;                               ///< what is kept
  Sealer codes, states, access_tokens, tickets;  ///< what travels
  PasswordPool passwords;
  const Egress egress;  ///< where its own calls may go
  ScriptPool scripts;   ///< rules and actions
  HttpPool http;        ///< calls to upstreams
  Documents documents;  ///< of other servers: discovery, keys
  Outbox outbox;
  LongReads long_reads;                        ///< what grows with the number of rows
  Readiness readiness;                         ///< whether the store takes writes
  OwedWrites owed_failures;                    ///< guesses that could not be counted
  std::shared_ptr<Metrics> metrics;            ///< null unless somebody reads them
  std::shared_ptr<ProxyNotes> proxy_notes;     ///< null where nobody would read them
  bool asks_for_https = false;                 ///< browsers are to come by HTTPS only, from now on (HSTS)
  std::vector<std::string> management_scopes;  ///< all of them; known once the Management API is
  bool logs_access = false;
  std::atomic<std::uint64_t> lost_log_entries = 0;     ///< since the start: what they tell of has happened
  std::atomic<std::uint64_t> untaken_log_entries = 0;  ///< since the start: no log stream took them in time
  std::atomic<bool> leaving = false;    ///< it has been told to end: `/health/ready` says so, all else goes on
  std::shared_ptr<dev::Faults> faults;  ///< of `/_dev/`; null otherwise

  [[nodiscard]] std::shared_ptr<const Tenant> tenant() const { return tenant_.load(); }
  /// After the store was put back, its revision is an older one.
  void put_back_tenant(std::shared_ptr<const Tenant> tenant) { tenant_.store(std::move(tenant)); }
  /// An older revision than the one that is there is let go: two changes may have been read in either order.
  void set_tenant(std::shared_ptr<const Tenant> tenant) {
    auto before = tenant_.load();
    while (!before || before->revision <= tenant->revision)
      if (tenant_.compare_exchange_weak(before, tenant)) return;
  }

  [[nodiscard]] std::shared_ptr<const KeyRing> keys() const { return keys_.load(); }
  void set_keys(std::shared_ptr<const KeyRing> keys) { keys_.store(std::move(keys)); }
  /// The key that signs; whoever holds it may go on signing while another one takes its place.
  [[nodiscard]] std::shared_ptr<const SigningKey> signing_key() const {
    const auto ring = keys();
    return {ring, &ring->current()};
  }
  /// The one that signs by `algorithm`; the usual one where there is none yet.
  [[nodiscard]] std::shared_ptr<const SigningKey> signing_key(std::string_view algorithm) const {
    const auto ring = keys();
    const SigningKey* key = ring->current(algorithm);
    return {ring, key ? key : &ring->current()};
  }
  /// Runs `work` on a thread of its own, one after the other: what takes long and may wait. It ends with the program.
  void run_apart(std::function<void()> work) {
    boost::asio::post(apart_, [work = std::move(work)] { run_guarded("background_work", work); });
  }
  ~Authority() {
    outbox.stop();  // its thread and these work with members that would be gone before it
    apart_.join();
    long_reads.stop();
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

 private:
  std::atomic<std::shared_ptr<const Tenant>> tenant_;
  std::atomic<std::shared_ptr<const KeyRing>> keys_;
  boost::asio::thread_pool apart_{1};
};

}  // namespace ostia::authority
