#include "ostia/credentials.hpp"

#include "call.hpp"
#include "directories.hpp"
#include "ostia/auth0/exchange.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia {

using namespace sdk;

struct Credentials::State {
  std::shared_ptr<Session> session;
  std::shared_ptr<Storage> storage;
  std::string entry;  // the name in the storage
  std::string lock_directory, lock_file;
  std::function<bool()> unlock;
};

namespace {

Error login_required(const char* why, const char* reason) {
  return Error{"login_required", why, reason, 0, Fault::caller};
}

// What is kept: the result's members, when the access token ends, and for whom all of it is.
Value to_kept(const AuthResult& r, std::int64_t now_ms) {
  Value v = Value::object(
      {{"expires_at", r.expires_in > 0 ? now_ms / 1000 + r.expires_in : 0}, {"id_token_payload", r.id_token_payload}});
  for (const auto& [name, text] : {std::pair{"access_token", &r.access_token},
                                   {"id_token", &r.id_token},
                                   {"refresh_token", &r.refresh_token},
                                   {"token_type", &r.token_type},
                                   {"scope", &r.scope}})
    set_text(v, name, *text);
  return v;
}

AuthResult from_kept(const Value& v, std::int64_t now_ms) {
  const std::int64_t left = v["expires_at"].as_int().value_or(0) - now_ms / 1000;
  return {.access_token = v["access_token"].text(),
          .expires_in = std::max<std::int64_t>(left, 0),
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

// What a storage has under `entry`; null when that is nothing.
Result<Value> load_kept(Storage& storage, const std::string& entry) {
  auto text = storage.load(entry);
  if (!text) return std::move(text).error();
  if (!*text) return Value();
  auto kept = json::parse(**text);
  if (kept && kept->is_object()) return kept;
  return Error{"storage_error", "What is kept under \"" + entry + "\" is not from this program", "file_damaged", 0,
               Fault::ours};
}

struct Keeper {
  Call& host;
  const Value& base;
  Storage& storage;
  const std::string& entry;

  Result<Value> load() {
    return host.once<Value>([this] { return load_kept(storage, entry); });
  }

  Status save(const Value& kept) {
    return host.once<Unit>([&] { return storage.save(entry, json::write(kept)); });
  }

  // The refresh grant. With rotation the old token is worth nothing once the request is out, so nobody calls it off,
  // and the new one is kept before anything else can go wrong.
  Result<AuthResult> renew(Value kept, std::int64_t now_ms) {
    host.shield();
    auto answer = auth0::post_token(
        host, base, Value::object({{"grant_type", "refresh_token"}, {"refresh_token", kept["refresh_token"]}}));
    if (!answer && answer.error().code == "invalid_grant") return ended(kept, answer.error());
    if (!answer) return std::move(answer).error();
    if (const Value& next = (*answer)["refresh_token"]; next.is_string() && next != kept["refresh_token"]) {
      kept.set("refresh_token", next);
      if (auto saved = save(kept); !saved) return std::move(saved).error();
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
    Value next = to_kept(*result, now_ms);
    if (auto saved = save(next); !saved) return std::move(saved).error();
    return result;
  }

  // The authority's word that the login is over. What is known of the person stays; the token goes.
  Result<AuthResult> ended(Value kept, const Error& why) {
    for (const char* gone : {"refresh_token", "access_token", "expires_at"}) kept.erase(gone);
    if (auto saved = save(kept); !saved) return std::move(saved).error();
    Error error = login_required("The authority takes the refresh token no more; the person must log in again",
                                 "refresh_token_ended");
    error.status = why.status;
    return error;
  }
};

}  // namespace sdk

Credentials::Credentials(const WebAuth& auth, CredentialsOptions o) : state_(std::make_shared<State>()) {
  state_->session = auth.session_;
  state_->storage = o.storage ? std::move(o.storage) : default_storage();
  const auto& base = auth.session_->base();
  state_->entry =
      (base ? (*base)["token_issuer"].text() + " " + (*base)["clientID"].text() : std::string()) + " " + o.name;
  state_->lock_directory = o.lock_directory.empty() ? runtime_directory() : std::move(o.lock_directory);
  state_->lock_file =
      state_->lock_directory + "/" + text::base64url_encode(openssl_crypto()->digest(256, state_->entry)) + ".lock";
  state_->unlock = std::move(o.unlock);
}

Task<Unit> Credentials::async_store(AuthResult result, CallOptions call) const {
  return with_base<Unit>(state_->session, std::move(call),
                         [s = state_, result = std::move(result)](Call& host, const Value& base) -> Status {
                           if (result.access_token.empty()) return auth0::refuse("result.access_token is required");
                           const auto now = host.now();
                           auto made = host.once<Unit>([&] { return make_private_directory(s->lock_directory); });
                           if (!made) return made;
                           if (auto locked = host.lock(s->lock_file); !locked) return locked;
                           return Keeper{host, base, *s->storage, s->entry}.save(to_kept(result, *now));
                         });
}

Task<AuthResult> Credentials::async_get(GetCredentialsOptions o, CallOptions call) const {
  return with_base<AuthResult>(
      state_->session, std::move(call),
      [s = state_, o = std::move(o)](Call& host, const Value& base) -> Result<AuthResult> {
        const auto open = host.once<bool>([&]() -> Result<bool> { return !s->unlock || s->unlock(); });
        if (!*open) return Error{"locked", "The local unlock was refused", "locked", 0, Fault::caller};
        const auto now = host.now();
        Keeper keeper{host, base, *s->storage, s->entry};
        auto first = keeper.load();
        if (!first) return std::move(first).error();
        if (first->is_null()) return login_required("Nobody is logged in", "nothing_kept");
        AuthResult kept = from_kept(*first, *now);
        if (auto granted = check_scope(kept, o.scope); !granted) return std::move(granted).error();
        if (!o.force_refresh && is_fresh(kept, o.min_ttl_s)) return kept;
        if (kept.refresh_token.empty())
          return login_required(
              "The access token is at its end, and there is no refresh token (ask for offline_access)",
              "no_refresh_token");

        auto made = host.once<Unit>([&] { return make_private_directory(s->lock_directory); });
        if (!made) return std::move(made).error();
        if (auto locked = host.lock(s->lock_file); !locked) return std::move(locked).error();
        // While this call waited, another may have done the work.
        auto second = keeper.load();
        if (!second) return std::move(second).error();
        AuthResult latest = from_kept(*second, *now);
        const bool was_renewed = latest.access_token != kept.access_token;
        if (was_renewed && is_fresh(latest, o.min_ttl_s)) return latest;
        if (latest.refresh_token.empty())
          return login_required("The login ended while this call waited", "no_refresh_token");
        return keeper.renew(*second, *now);
      });
}

Task<AuthResult> Credentials::async_refresh(CallOptions call) const {
  return async_get({.force_refresh = true}, std::move(call));
}

Task<Unit> Credentials::async_clear(CallOptions call) const {
  return with_base<Unit>(state_->session, std::move(call), [s = state_](Call& host, const Value& base) -> Status {
    Keeper keeper{host, base, *s->storage, s->entry};
    auto made = host.once<Unit>([&] { return make_private_directory(s->lock_directory); });
    if (!made) return made;
    if (auto locked = host.lock(s->lock_file); !locked) return locked;
    const auto kept = keeper.load();
    auto removed = host.once<Unit>([&] { return s->storage->remove(s->entry); });
    if (!removed) return removed;
    if (!kept) return kept.error();  // forgotten; but what could not be read could not be revoked either
    if (kept->is_null() || (*kept)["refresh_token"].is_null()) return ok();
    auto revoked = auth0::post_form(host, base, "/oauth/revoke", Value::object({{"token", (*kept)["refresh_token"]}}));
    if (!revoked) return std::move(revoked).error();
    return ok();
  });
}

Result<Value> Credentials::user() const {
  const auto kept = load_kept(*state_->storage, state_->entry);
  if (!kept) return kept.error();
  return (*kept)["id_token_payload"];
}

Status Credentials::store(const AuthResult& result) { return async_store(result).wait(); }
Result<AuthResult> Credentials::get(const GetCredentialsOptions& options, const CallOptions& call) {
  return async_get(options, call).wait();
}
Result<AuthResult> Credentials::refresh(const CallOptions& call) { return async_refresh(call).wait(); }
Status Credentials::clear(const CallOptions& call) { return async_clear(call).wait(); }

}  // namespace ostia
