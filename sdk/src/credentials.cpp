#include "ostia/credentials.hpp"

#include "call.hpp"
#include "kept_tokens.hpp"
#include "ostia/auth0/exchange.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "token_life.hpp"

namespace ostia {

using namespace sdk;

struct Credentials::State {
  std::shared_ptr<Session> session;
  std::shared_ptr<KeptTokens> kept;
  std::function<bool()> unlock;
};

namespace {

Error login_required(const char* why, const char* reason) {
  return Error{"login_required", why, reason, 0, Fault::caller};
}

// What is kept: the result's members, how long the access token lives, for whom all of it is, and what names its
// renewals.
Value to_kept(const AuthResult& r, const Moment& given, const Value& secret) {
  Value v = Value::object({{"id_token_payload", r.id_token_payload}, {"renewal_secret", secret}});
  note_life(v, r.expires_in, given);
  for (const auto& [name, text] : {std::pair{"access_token", &r.access_token},
                                   {"id_token", &r.id_token},
                                   {"refresh_token", &r.refresh_token},
                                   {"token_type", &r.token_type},
                                   {"scope", &r.scope}})
    set_text(v, name, *text);
  return v;
}

AuthResult from_kept(const Value& v, const Moment& now) {
  return {.access_token = v["access_token"].text(),
          .expires_in = life_left(v, now),
          .id_token = v["id_token"].text(),
          .id_token_payload = v["id_token_payload"],
          .app_state = {},
          .refresh_token = v["refresh_token"].text(),
          .state = {},
          .token_type = v["token_type"].text(),
          .scope = v["scope"].text()};
}

bool is_fresh(const AuthResult& r, std::int64_t min_ttl_s) {
  return !r.access_token.empty() && r.expires_in > min_ttl_s;
}

Status check_scope(const AuthResult& r, const std::string& wanted) {
  for (const auto word : text::split(wanted, ' '))
    if (!text::has_word(r.scope, word))
      return Error{"scope_not_granted",
                   "The kept tokens have the scope \"" + r.scope + "\"; for \"" + std::string(word) +
                       "\" the person must log in again",
                   "scope_not_granted", 0, Fault::caller};
  return ok();
}

}  // namespace

// The operations of one object, as its calls see them.
namespace sdk {

struct Keeper {
  Call& host;
  const Value& base;
  KeptTokens& tokens_kept;
  std::int64_t min_ttl_s = 0;
  Lock claim = {};

  Result<Value> load() {
    return host.once<Value>([this] { return tokens_kept.load(); });
  }

  Moment moment() {
    return *host.once<Moment>([this]() -> Result<Moment> { return moment_of(*host.session().environment().clock); });
  }

  Status lock() {
    return host.lock([kept = &tokens_kept] { return kept->try_lock(); });  // this object goes with each run
  }

  // Known to this login alone.
  Value secret() {
    const auto random = host.random(32);
    return random ? Value(text::base64url_encode(*random)) : Value();
  }

  // The name of the request that renews `kept`. It is the same whenever and by whomever that is sent, and tells nobody
  // the next: an authority that knows it gives an answer that was lost once more (docs/decisions/0038).
  std::string name_of_renewal(const Value& kept) {
    const std::string known = kept["renewal_secret"].text();
    if (known.empty()) return {};
    const auto digest = host.sha256(known + " " + kept["refresh_token"].text());
    return digest ? text::base64url_encode(*digest) : std::string();
  }

  // Whoever spends the refresh token must be able to save its successor, and must be the only one: a program that could
  // not save one goes on with it alone.
  Status prepare(const Value& kept) {
    auto taken = host.once<Lock>([&]() -> Result<Lock> {
      Lock mine = claim ? claim : tokens_kept.claim();
      if (!mine) {
        auto free = tokens_kept.try_claim();
        if (!free) return free;
        mine = *std::move(free);
      }
      if (!mine)
        return Error{"storage_error",
                     "Another program has newer tokens, which the storage did not take: make it writable (a full "
                     "disk?), or log in again",
                     "newer_elsewhere", 0, Fault::ours};
      if (auto reserved = tokens_kept.reserve(kept); !reserved) return std::move(reserved).error();
      return mine;
    });
    if (!taken) return std::move(taken).error();
    claim = *std::move(taken);
    return ok();
  }

  // Tokens that the storage does not take after all are still the only ones that are good.
  void save_or_hold(const Value& kept) {
    (void)host.once<Unit>([&]() -> Status {
      auto saved = tokens_kept.save(kept);
      if (saved) return saved;
      const std::string why = saved.error().description;
      tokens_kept.hold(kept, std::move(saved).error(), claim);
      host.session().log(LogRecord::Level::warning, "tokens_not_kept", "The renewed tokens are in memory only: " + why);
      return ok();
    });
  }

  // The refresh grant. With rotation the old token is worth nothing once the request is out: so that is shown to be
  // possible before what is possible only after it; nobody calls it off; and the new one is kept before anything else
  // can go wrong.
  Result<AuthResult> renew(Value kept, bool may_be_old = true) {
    if (auto ready = prepare(kept); !ready) return std::move(ready).error();
    const Moment given = moment();
    host.shield();
    host.name_request(name_of_renewal(kept));
    auto answer = auth0::post_token(
        host, base, Value::object({{"grant_type", "refresh_token"}, {"refresh_token", kept["refresh_token"]}}));
    if (host.waits()) return std::move(answer).error();
    if (!answer) {
      (void)host.once<Unit>([this] { return tokens_kept.release(), ok(); });
      if (answer.error().code == "invalid_grant") return refused(std::move(kept), answer.error(), may_be_old);
      return std::move(answer).error();
    }
    if (const Value& next = (*answer)["refresh_token"]; next.is_string() && next != kept["refresh_token"]) {
      kept.set("refresh_token", next);
      save_or_hold(kept);
    }
    auto result = tokens(auth0::read_tokens(host, base, *answer, {}));
    if (!result) return result;
    const Value &before = kept["id_token_payload"]["sub"], &after = result->id_token_payload["sub"];
    if (!before.is_null() && !after.is_null() && before != after)
      return peer_error("invalid_token", "The refreshed ID token is for another person", "subject_mismatch");
    if (result->refresh_token.empty()) result->refresh_token = kept["refresh_token"].text();
    if (result->scope.empty()) result->scope = kept["scope"].text();
    if (result->id_token.empty()) {
      result->id_token = kept["id_token"].text();
      result->id_token_payload = kept["id_token_payload"];
    }
    const Value secret = kept["renewal_secret"].text().empty() ? this->secret() : kept["renewal_secret"];
    save_or_hold(to_kept(*result, given, secret));
    return result;
  }

  // The authority's word that the login is over, unless the storage has another token by now: of somebody who waits for
  // another lock.
  Result<AuthResult> refused(Value kept, const Error& why, bool may_be_old) {
    const auto now = host.once<Value>([this] { return tokens_kept.load_stored(); });
    if (may_be_old && now && !(*now)["refresh_token"].text().empty() &&
        (*now)["refresh_token"] != kept["refresh_token"]) {
      AuthResult other = from_kept(*now, moment());
      return is_fresh(other, min_ttl_s) ? other : renew(*now, false);
    }
    return ended(std::move(kept), why);
  }

  // What is known of the person stays; the tokens go.
  Result<AuthResult> ended(Value kept, const Error& why) {
    for (const char* gone : {"refresh_token", "access_token", "expires_at"}) kept.erase(gone);
    (void)host.once<Unit>([&]() -> Status {
      if (auto saved = tokens_kept.save(kept); !saved)
        host.session().log(LogRecord::Level::warning, "tokens_not_kept",
                           "That the login is over is not noted: " + saved.error().description);
      return ok();
    });
    Error error = login_required("The authority takes the refresh token no more; the person must log in again",
                                 "refresh_token_ended");
    error.status = why.status;
    return error;
  }
};

}  // namespace sdk

Credentials::Credentials(const WebAuth& auth, CredentialsOptions o) : state_(std::make_shared<State>()) {
  const auto base = auth.session_ ? auth.session_->base() : Result<Value>(moved_from());
  state_->session = auth.session_;
  state_->kept = std::make_shared<KeptTokens>(
      o.storage ? std::move(o.storage) : default_storage(),
      (base ? (*base)["token_issuer"].text() + " " + (*base)["clientID"].text() : std::string()) + " " + o.name,
      std::move(o.lock_directory));
  state_->unlock = std::move(o.unlock);
}

Task<Unit> Credentials::async_store(AuthResult result, CallOptions call) const {
  return with_base<Unit>(state_->session, std::move(call),
                         [s = state_, result = std::move(result)](Call& host, const Value& base) -> Status {
                           if (result.access_token.empty()) return auth0::refuse("result.access_token is required");
                           Keeper keeper{host, base, *s->kept};
                           const Moment given = keeper.moment();
                           const Value secret = keeper.secret();
                           if (auto locked = keeper.lock(); !locked) return locked;
                           return host.once<Unit>([&] { return s->kept->save(to_kept(result, given, secret)); });
                         });
}

Task<AuthResult> Credentials::async_get(GetCredentialsOptions o, CallOptions call) const {
  return with_base<AuthResult>(
      state_->session, std::move(call),
      [s = state_, o = std::move(o)](Call& host, const Value& base) -> Result<AuthResult> {
        const auto open = host.once<bool>([&]() -> Result<bool> { return !s->unlock || s->unlock(); });
        if (!*open) return Error{"locked", "The local unlock was refused", "locked", 0, Fault::caller};
        Keeper keeper{host, base, *s->kept, o.min_ttl_s};
        (void)host.once<Unit>([&] { return s->kept->settle(), ok(); });
        auto first = keeper.load();
        if (!first) return std::move(first).error();
        if (first->is_null()) return login_required("Nobody is logged in", "nothing_kept");
        AuthResult kept = from_kept(*first, keeper.moment());
        if (auto granted = check_scope(kept, o.scope); !granted) return std::move(granted).error();
        if (!o.force_refresh && is_fresh(kept, o.min_ttl_s)) return kept;
        if (kept.refresh_token.empty())
          return login_required(
              "The access token is at its end, and there is no refresh token (ask for offline_access)",
              "no_refresh_token");

        if (auto locked = keeper.lock(); !locked) return std::move(locked).error();
        // While this call waited, another may have done the work.
        auto second = keeper.load();
        if (!second) return std::move(second).error();
        AuthResult latest = from_kept(*second, keeper.moment());
        const bool was_renewed = latest.access_token != kept.access_token;
        if (was_renewed && is_fresh(latest, o.min_ttl_s)) return latest;
        if (latest.refresh_token.empty())
          return login_required("The login ended while this call waited", "no_refresh_token");
        return keeper.renew(*second);
      });
}

Task<AuthResult> Credentials::async_refresh(CallOptions call) const {
  return async_get({.force_refresh = true}, std::move(call));
}

Task<Unit> Credentials::async_clear(CallOptions call) const {
  return with_base<Unit>(state_->session, std::move(call), [s = state_](Call& host, const Value& base) -> Status {
    Keeper keeper{host, base, *s->kept};
    if (auto locked = keeper.lock(); !locked) return locked;
    const auto kept = keeper.load();
    auto removed = host.once<Unit>([&] { return s->kept->remove(); });
    if (!removed) return removed;
    if (!kept) return kept.error();  // forgotten; but what could not be read could not be revoked either
    if (kept->is_null() || (*kept)["refresh_token"].is_null()) return ok();
    auto revoked = auth0::post_form(host, base, "/oauth/revoke", Value::object({{"token", (*kept)["refresh_token"]}}));
    if (!revoked) return std::move(revoked).error();
    return ok();
  });
}

Result<Value> Credentials::user() const {
  const auto kept = state_->kept->load();
  if (!kept) return kept.error();
  return (*kept)["id_token_payload"];
}

Status Credentials::kept() const { return state_->kept->status(); }

Status Credentials::store(const AuthResult& result) { return async_store(result).wait(); }
Result<AuthResult> Credentials::get(const GetCredentialsOptions& options, const CallOptions& call) {
  return async_get(options, call).wait();
}
Result<AuthResult> Credentials::refresh(const CallOptions& call) { return async_refresh(call).wait(); }
Status Credentials::clear(const CallOptions& call) { return async_clear(call).wait(); }

}  // namespace ostia
