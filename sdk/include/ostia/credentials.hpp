// Tokens that last: kept in the platform's store, renewed when they are needed.
#pragma once

#include "ostia/storage.hpp"
#include "ostia/web_auth.hpp"

namespace ostia {

/// Options of `Credentials`.
struct CredentialsOptions {
  std::shared_ptr<Storage> storage = {};  ///< `default_storage()`
  std::string name = "default";           ///< tells several accounts of one program apart
  /// Asked before tokens are given out: a local prompt (fingerprint, PIN). False: `locked`. Called on the thread that
  /// waits or polls.
  std::function<bool()> unlock = {};
  /// Where processes wait for each other; empty: where the storage says, which is beside its files.
  std::string lock_directory = {};
};

/// Options of `Credentials::get`.
struct GetCredentialsOptions {
  std::int64_t min_ttl_s = 60;  ///< seconds for which the access token must still be good
  bool force_refresh = false;
  std::string scope = {};  ///< must be among what was granted; else `scope_not_granted`
};

/// The tokens of one login. Renewing is done by one at a time, across threads and processes: the others wait and take
/// what it brought. When the network or the storage fails nothing is lost, and nobody is logged out; only the
/// authority's word (`invalid_grant`) ends a login. A refresh token is spent only once the storage has shown that it
/// can keep the next one. May be used from several threads at once.
class OSTIA_API Credentials {
 public:
  explicit Credentials(const WebAuth& auth, CredentialsOptions options = {});
  /// Copies share everything; there is nothing to be moved, so that one that was moved from goes on working.
  Credentials(const Credentials&) = default;
  Credentials& operator=(const Credentials&) = default;
  ~Credentials() = default;

  /// Keeps what a login gave. Errors: `storage_error`.
  Status store(const AuthResult& result);
  Task<Unit> async_store(AuthResult result, CallOptions call = {}) const;

  /// Tokens that are good for a while, renewed if need be. Errors: `login_required` when there are none, or the
  /// authority takes the refresh token no more; `locked`; `storage_error`, with reason `newer_elsewhere` when another
  /// program has tokens that its storage did not take; as `Authentication` when renewing failed. What is kept stays
  /// then. A renewal that is under way is not called off by `CallOptions`: with rotation its answer must not get lost.
  /// Tokens that the storage refused after all are given out all the same: see `kept`.
  Result<AuthResult> get(const GetCredentialsOptions& options = {}, const CallOptions& call = {});
  Task<AuthResult> async_get(GetCredentialsOptions options = {}, CallOptions call = {}) const;

  /// `get` with `force_refresh`.
  Result<AuthResult> refresh(const CallOptions& call = {});
  Task<AuthResult> async_refresh(CallOptions call = {}) const;

  /// The person of the kept ID token: its claims, or null. Asks nobody.
  Result<json::Value> user() const;

  /// Whether what was renewed last is in the storage. Else the error says why not: the tokens are in the memory of this
  /// object and its copies, which try again at each `get` and when the last of them goes; until then other programs get
  /// `newer_elsewhere` rather than renew with a token that has been spent. The log has `tokens_not_kept` then.
  [[nodiscard]] Status kept() const;

  /// Forgets the tokens, and has the refresh token revoked; if that fails they are forgotten all the same, and the
  /// error says so.
  Status clear(const CallOptions& call = {});
  Task<Unit> async_clear(CallOptions call = {}) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ostia
