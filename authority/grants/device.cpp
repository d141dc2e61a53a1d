#include "grants/device.hpp"
#include "accounts/users.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "protocol/device.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::PollStep;

constexpr std::int64_t lifetime = 900, poll_interval = 5;  // seconds

// Consonants only, so that no word comes out; 20^8 codes.
// AZ-619 · RFC 8628 section 6.1
std::string make_user_code() {
  constexpr std::string_view letters = "BCDFGHJKLMNPQRSTVWXZ";
  std::string out;
  while (out.size() < 8)
    for (const char c : random_bytes(16)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 240 && out.size() < 8) out += letters[byte % letters.size()];
    }
  return out;
}

std::string shown(const std::string& user_code) { return user_code.substr(0, 4) + "-" + user_code.substr(4); }

// As a person types it: with or without the dash, in any case.
std::string normal(std::string_view typed) {
  std::string out;
  for (const char c : typed)
    if (text::is_alnum(c)) out += text::to_upper(c);
  return out;
}

std::string id_of(std::string_view device_code) { return text::base64url_encode(sha256(device_code)); }

// Neither is good as the other.
std::string id_of_backchannel(const std::string& auth_req_id) { return id_of("auth_req_id " + auth_req_id); }

// Who reads the database learns no code that could be typed.
std::string mark_of(const Authority& a, std::string_view user_code) {
  if (is_of_link(user_code)) return a.secrets.mark("backchannel request " + std::string(user_code));
  return a.secrets.mark("device code " + normal(user_code));
}

Error refused(int status, std::string code, std::string description) {
  return oauth(status, code, std::move(description), "device_" + code);
}

Async<bool> settle(Authority& a, DeviceRequest r, std::string state, Value body) {
  CO_TRY(const auto rows,
         a.store.write(
             {"UPDATE device_codes SET state = $2, body = $3 WHERE id = $1 AND state = 'pending' AND expires_at >= $4 "
              "RETURNING id",
              {r.id, std::move(state), json::write(body), a.clock.now()}}));
  const bool done = !rows.empty();
  co_return done;
}

Value body_of(const DeviceRequest& r) {
  Value out = Value::object({{"issuer", r.issuer}, {"audience", r.audience}, {"scope", r.scope}});
  for (const auto& [name, text] :
       {std::pair{"user_id", &r.user_id}, {"binding_message", &r.binding_message}, {"acr_values", &r.acr_values}})
    if (!text->empty()) out.set(name, *text);
  return out;
}

// `r.id` and `r.user_code` name it.
Async<Unit> keep(Authority& a, DeviceRequest r, std::int64_t seconds) {
  CO_TRY_VOID(a.store.write(
      {"INSERT INTO device_codes (id, user_code, client_id, state, polled_at, poll_interval, expires_at, body) VALUES "
       "($1, $2, $3, 'pending', 0, $4, $5, $6)",
       {r.id, mark_of(a, r.user_code), r.client_id, poll_interval, a.clock.now() + seconds, json::write(body_of(r))}}));
  co_return Unit{};
}

}  // namespace

Async<DeviceCode> ask_for_device(Authority& a, DeviceRequest r) {
  const std::string device_code = random_id();
  r.id = id_of(device_code);
  r.user_code = make_user_code();
  CO_TRY_VOID(keep(a, r, lifetime));
  co_return DeviceCode{device_code, shown(r.user_code), lifetime, poll_interval};
}

// AZ-648 · OpenID CIBA Core section 7.3
Async<DeviceCode> ask_for_approval(Authority& a, DeviceRequest r, std::int64_t seconds) {
  const std::string auth_req_id = random_id();
  r.id = id_of_backchannel(auth_req_id);
  r.user_code = random_id();
  CO_TRY_VOID(keep(a, r, seconds));
  co_return DeviceCode{auth_req_id, r.user_code, seconds, poll_interval};
}

Async<std::optional<DeviceRequest>> find_device_request(Authority& a, std::string typed) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT id, client_id, body FROM device_codes WHERE user_code = $1 AND state = "
                        "'pending' AND expires_at >= $2",
                        {mark_of(a, typed), a.clock.now()}}));
  if (rows.empty()) co_return std::optional<DeviceRequest>();
  const Row& r = rows.first();
  const auto body = json::parse(text_at(r, 2));
  if (!body) co_return body.error();
  co_return std::optional(DeviceRequest{.id = text_at(r, 0),
                                        .user_code = is_of_link(typed) ? typed : shown(normal(typed)),
                                        .client_id = text_at(r, 1),
                                        .issuer = (*body)["issuer"].text(),
                                        .audience = (*body)["audience"].text(),
                                        .scope = (*body)["scope"].text(),
                                        .user_id = (*body)["user_id"].text(),
                                        .binding_message = (*body)["binding_message"].text(),
                                        .acr_values = (*body)["acr_values"].text()});
}

Async<bool> approve_device(Authority& a, DeviceRequest r, Grant grant) {
  CO_RETURN(settle(a, std::move(r), "approved", grant.to_json()));
}

Async<bool> deny_device(Authority& a, DeviceRequest r) {
  CO_RETURN(settle(a, std::move(r), "denied", Value::object()));
}

namespace {

protocol::DeviceState state_of(const std::string& text) {
  using enum protocol::DeviceState;
  return text == "approved" ? approved : text == "denied" ? denied : pending;
}

std::string_view words_for(std::string_view code) {
  if (code == "expired_token") return "The device code has expired.";
  if (code == "access_denied") return "User did not authorize the request";
  return "Invalid or expired device code.";
}

Async<Grant> take_approved(Authority& a, std::string id) {
  // AZ-620 · RFC 8628 section 3.5
  CO_TRY(const auto taken, a.store.write({"DELETE FROM device_codes WHERE id = $1 RETURNING body", {std::move(id)}}));
  if (taken.empty()) co_return refused(403, "invalid_grant", std::string(words_for("invalid_grant")));
  const auto body = json::parse(text_at(taken.first(), 0));
  if (!body) co_return body.error();
  co_return Grant::from_json(*body);
}

Async<Grant> poll(Authority& a, const Client& client, std::string id) {
  const std::int64_t now = a.clock.now();
  CO_TRY(const auto rows,
         a.store.query(
             {"SELECT client_id, state, polled_at, poll_interval, expires_at FROM device_codes WHERE id = $1", {id}}));
  const Row& r = rows.first();
  const protocol::PollingDevice device{.is_known = !rows.empty() && text_at(r, 0) == client.id,
                                       .state = state_of(text_at(r, 1)),
                                       .expires_at = int_at(r, 4),
                                       .polled_at = int_at(r, 2),
                                       .interval = int_at(r, 3)};
  const auto next = judge_poll(device, now);
  if (next.step == PollStep::refuse) co_return refused(403, std::string(next.code), std::string(words_for(next.code)));
  if (next.step == PollStep::give) CO_RETURN(take_approved(a, id));
  const bool is_too_fast = next.step == PollStep::slow_down;
  CO_TRY_VOID(a.store.write({"UPDATE device_codes SET polled_at = $2, poll_interval = poll_interval + $3 WHERE id = $1",
                             {id, now, std::int64_t{is_too_fast ? 5 : 0}}}));
  // AZ-620 · RFC 8628 section 3.5
  if (is_too_fast)
    co_return refused(
        429, "slow_down",
        "You are polling faster than the specified interval of " + text::decimal(device.interval) + " seconds.");
  co_return refused(403, "authorization_pending", "User has yet to authorize device code.");
}

}  // namespace

Async<Grant> poll_device_code(Authority& a, const Client& client, std::string device_code) {
  CO_RETURN(poll(a, client, id_of(device_code)));
}

// AZ-648 · OpenID CIBA Core section 11
Async<Grant> poll_auth_req_id(Authority& a, const Client& client, std::string auth_req_id) {
  CO_AWAIT(auto grant, poll(a, client, id_of_backchannel(auth_req_id)));
  if (grant || grant.error().fault == Fault::ours) co_return grant;
  Error e = std::move(grant).error();
  e.status = 400;
  if (e.code == "authorization_pending") e.description = "The person has yet to approve the request.";
  if (e.code == "expired_token") e.description = "The auth_req_id has expired.";
  if (e.code == "invalid_grant") e.description = "Invalid or expired auth_req_id.";
  co_return e;
}

}  // namespace ostia::authority
