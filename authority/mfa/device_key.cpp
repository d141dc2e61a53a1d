#include "mfa/device_key.hpp"

#include <sodium.h>

#include <algorithm>

#include "accounts/users.hpp"

#include "accounts/attempts.hpp"
#include "logs/journal.hpp"
#include "mfa/webauthn.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t lifetime = 600;  // seconds for one question

// The challenge is the hash of a ticket, which comes back with the answer and works once: nothing is kept for it.
std::string challenge_of(std::string_view ticket) { return text::base64url_encode(sha256(ticket)); }

webauthn::Ceremony ceremony_of(const Request& request, std::string_view ticket, const std::string& type) {
  std::string origin = request.issuer.substr(0, request.issuer.size() - 1);
  const auto parsed = url::parse(origin);
  return {
      challenge_of(ticket), parsed ? std::string(parsed->host) : "", {std::move(origin)}, type != "webauthn-roaming"};
}

// What an Android application is called in its answers: by the digest of the certificate that has signed it.
bool is_build_of(const Client& client, std::string_view origin) {
  constexpr std::string_view scheme = "android:apk-key-hash:";
  if (!origin.starts_with(scheme)) return false;
  const auto digest = text::base64url_decode(origin.substr(scheme.size()));
  const auto& known = client.mobile.android_fingerprints;
  return digest && std::any_of(known.begin(), known.end(), [&](const std::string& hex) {
           std::string bytes(hex.size(), '\0');
           std::size_t size = 0;
           sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(), hex.size(), ":",
                          &size, nullptr);
           return *digest == std::string_view(bytes).substr(0, size);
         });
}

// The same for a device of an application: a browser at one of its pages, or a phone, which is at the relying party or
// says which build of the application has asked. What has answered is taken at its word, and that word is signed.
webauthn::Ceremony ceremony_of(const Request& request, const Client& client, std::string_view ticket,
                               const Value& answer) {
  webauthn::Ceremony out = ceremony_of(request, ticket, "passkey");
  out.origins.push_back("https://" + out.rp_id);
  const auto said = json::parse(text::base64url_decode(answer["response"]["clientDataJSON"].text()).value_or(""), 8);
  const std::string origin = said ? (*said)["origin"].text() : "";
  if (client.allows_origin(origin) || is_build_of(client, origin)) out.origins.push_back(origin);
  return out;
}

std::string question(const Authority& a, const std::string& user_id) {
  return seal_ticket(a, "webauthn", Value::object({{"user_id", user_id}, {"nonce", random_id()}}), lifetime);
}

Error refused(std::string what, std::string reason) {
  return {"access_denied", std::move(what), std::move(reason), 403, Fault::caller};
}

struct Answered {
  std::string ticket;
  Value answer;
};

// The device's answer to a question of ours for that user, which is answered once.
Async<Answered> read_answer(Authority& a, std::string user_id, const Parameters& form) {
  const std::string ticket(form.get("question"));
  const auto v = open_ticket(a, "webauthn", ticket);
  auto answer = json::parse(form.get("answer"), 6);
  if (!v || (*v)["user_id"] != Value(user_id) || !answer || !answer->is_object())
    co_return refused("the answer is too old, or none", "webauthn_malformed");
  if (answer->find("error")) co_return refused("the device gave no answer", "webauthn_cancelled");
  CO_TRY(const auto first, use_once(a, ticket, (*v)["until"].as_int().value_or(0)));
  if (!first) co_return refused("the question has been answered", "webauthn_challenge");
  co_return Answered{ticket, *std::move(answer)};
}

// A counter that does not rise is that of a copy; a device that does not count says zero each time.
Async<Unit> use_key(Authority& a, const Authenticator& one, std::int64_t counter) {
  const bool counts = counter > 0 || one.counter > 0;
  CO_AWAIT(const auto done, a.store.write(counts ? use_authenticator(a, one, counter) : use_authenticator(a, one)));
  if (!done && done.error().reason == "store_unmatched")
    co_return refused("the key's counter has gone back: there may be a copy of it", "webauthn_counter");
  if (!done) co_return done.error();
  co_return Unit{};
}

Async<Unit> check_key(Authority& a, webauthn::Ceremony ceremony, const Answered& answered, const Authenticator& one) {
  const auto counter = webauthn::check_assertion(ceremony, answered.answer, one.body);
  if (!counter) co_return counter.error();
  CO_RETURN(use_key(a, one, *counter));
}

// Whose passkey has answered a question that is nobody's.
Async<User> owner_of_passkey(Authority& a, webauthn::Ceremony ceremony, Answered answered) {
  CO_TRY(const auto one,
         find_authenticator(a, "passkey|" + text::base64url_encode(sha256(answered.answer["id"].text()))));
  if (!one) co_return refused("the passkey is not known here", "passkey_unknown");
  CO_TRY_VOID(check_key(a, std::move(ceremony), answered, *one));
  CO_TRY(const auto user, find_user(a.store, one->user_id));
  if (!user) co_return refused("the passkey is not known here", "passkey_unknown");
  if (user->blocked) co_return Error{"blocked_user", "Blocked user", "user_blocked", 403, Fault::caller};
  co_return *user;
}

Result<Authenticator> read_key(const Authority& a, const webauthn::Ceremony& ceremony, const Value& answer,
                               const std::string& user_id, const std::string& type) {
  auto key = webauthn::check_creation(ceremony, answer);
  if (!key) return std::move(key).error();
  const std::int64_t counter = (*key)["counter"].as_int().value_or(0);
  key->erase("counter");
  Authenticator one = make_authenticator(a, user_id, type, *std::move(key));
  // By its own id, so that one key is one account's: it is found by it, and a second one of it breaks the commit.
  one.id = type + "|" + text::base64url_encode(sha256(one.body["credential"].text()));
  one.counter = counter;
  return one;
}

webauthn::NewKey new_key(const Authority& a, const std::string& user_id, std::string name, std::string display_name,
                         std::string_view type) {
  return {std::move(name),  std::move(display_name),    a.secrets.mark("user handle " + user_id),
          a.tenant()->name, type != "webauthn-roaming", type == "passkey"};
}

}  // namespace

void add_assertion(const Authority& a, const Request& request, const std::vector<Authenticator>& factors,
                   pages::FormPage& page) {
  std::vector<std::string> ids;
  std::string user_id, type = factors.empty() ? "passkey" : "webauthn-roaming";
  bool has_platform = false;
  for (const auto& one : factors)
    if (one.is_webauthn()) {
      ids.push_back(one.body["credential"].text());
      user_id = one.user_id;
      has_platform = has_platform || one.type == "webauthn-platform";
    }
  const std::string ticket = question(a, user_id);
  page.hidden.insert(page.hidden.end(), {{"question", ticket}, {"answer", ""}});
  page.options = webauthn::request_options(ceremony_of(request, ticket, type), ids, has_platform);
}

boost::asio::awaitable<void> add_creation(Authority& a, const Request& request, const User& user, std::string type,
                                          pages::FormPage& page) {
  const std::string ticket = question(a, user.id);
  page.hidden.insert(page.hidden.end(), {{"question", ticket}, {"answer", ""}});
  CO_AWAIT(const auto all, list_authenticators(a, user.id));
  std::vector<std::string> known;
  if (all)
    for (const auto& one : *all)
      if (one.body["credential"].is_string()) known.push_back(one.body["credential"].text());
  const std::string& name = user.profile["name"].text();
  const auto key = new_key(a, user.id, user.login_name(), name.empty() ? user.login_name() : name, type);
  page.options = webauthn::creation_options(ceremony_of(request, ticket, type), key, known);
}

Async<Authenticator> make_key(Authority& a, const Request& request, const User& user, std::string type,
                              const Parameters& form) {
  CO_TRY(const auto answered, read_answer(a, user.id, form));
  co_return read_key(a, ceremony_of(request, answered.ticket, type), answered.answer, user.id, type);
}

Async<Unit> prove_by_key(Authority& a, const Request& request, const User& user,
                         const std::vector<Authenticator>& factors, const Parameters& form) {
  const Attempt attempt = attempt_of(a, request, Secret::factor, user);
  CO_TRY_VOID(check_attempts(a, attempt));
  CO_TRY(const auto answered, read_answer(a, user.id, form));
  Result<Unit> proven = refused("the key is not one of this account's", "webauthn_key");
  for (const auto& one : factors)
    if (one.is_webauthn() && one.body["credential"] == answered.answer["id"]) {
      auto trying = check_key(a, ceremony_of(request, answered.ticket, one.type), answered, one);
      proven = co_await std::move(trying);
    }
  record(a, request,
         {.type = proven ? "gd_auth_succeed" : "gd_auth_failed",
          .description = "Second factor: webauthn",
          .user_id = user.id,
          .user_name = user.login_name(),
          .connection = user.connection,
          .reason = proven ? "" : proven.error().reason});
  if (!proven) {
    CO_TRY_VOID(count_failure(a, attempt));
    co_return proven;
  }
  CO_TRY_VOID(count_success(a, attempt));
  co_return proven;
}

Async<User> find_by_passkey(Authority& a, const Request& request, const Parameters& form) {
  CO_TRY(auto answered, read_answer(a, {}, form));
  auto ceremony = ceremony_of(request, answered.ticket, "passkey");
  CO_RETURN(owner_of_passkey(a, std::move(ceremony), std::move(answered)));
}

Value passkey_request(const Request& request, std::string_view ticket) {
  return webauthn::request_options(ceremony_of(request, ticket, "passkey"), {}, false);
}

Value passkey_creation(const Authority& a, const Request& request, std::string_view ticket, const NewPasskey& of) {
  Value out = webauthn::creation_options(ceremony_of(request, ticket, "passkey"),
                                         new_key(a, of.user_id, of.name, of.display_name, "passkey"), {});
  // A phone may keep it in a vault of its own, or on another device: that is the person's matter.
  Value selection = out["authenticatorSelection"];
  selection.erase("authenticatorAttachment");
  out.set("authenticatorSelection", std::move(selection));
  return out;
}

Async<User> find_by_passkey(Authority& a, const Request& request, const Client& client, std::string ticket,
                            Value answer) {
  auto ceremony = ceremony_of(request, client, ticket, answer);
  CO_RETURN(owner_of_passkey(a, std::move(ceremony), {std::move(ticket), std::move(answer)}));
}

Result<Authenticator> make_passkey(const Authority& a, const Request& request, const Client& client,
                                   std::string_view ticket, const Value& answer, const std::string& user_id) {
  auto one = read_key(a, ceremony_of(request, client, ticket, answer), answer, user_id, "passkey");
  if (one) one->confirmed = true;
  return one;
}

}  // namespace ostia::authority
