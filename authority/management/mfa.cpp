// What a person proves a second time by, as an administrator sees it.
#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "accounts/attempts.hpp"
#include "accounts/notices.hpp"
#include "base/address.hpp"
#include "management/page.hpp"
#include "management/user_handlers.hpp"
#include "mfa/authenticators.hpp"
#include "mfa/totp.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

const char* method_of(const std::string& type) {
  return type == "otp" ? "totp" : type == "sms" ? "phone" : type.c_str();
}

Value shown(const Authenticator& one) {
  Value out = Value::object({{"id", one.id},
                             {"type", method_of(one.type)},
                             {"confirmed", one.confirmed},
                             {"created_at", iso_time(one.created_at)}});
  if (one.used_at > 0) out.set("last_auth_at", iso_time(one.used_at));
  if (one.type == "email") out.set("email", one.body["address"]);
  if (one.type == "sms") out.set("phone_number", one.body["address"]);
  if (one.body["name"].is_string()) out.set("name", one.body["name"]);
  return out;
}

Handling list_methods(Authority& a, Call call) {
  const auto page = read_page(call.query, 50);
  if (!page) co_return page.error();
  CO_TRY_VOID(user_of(a, call.path[0]));
  CO_TRY(const auto all, list_authenticators(a, call.path[0]));
  std::vector<Value> out;
  for (const auto& one : all) out.push_back(shown(one));
  co_return paged(*page, "authenticators", out);
}

Error bad_method(std::string why) { return api_error(400, "invalid_body", std::move(why)); }

// A second factor as an administrator says it: it counts from now on, without a proof.
Result<Authenticator> read_method(const Authority& a, const User& user, const Value& said) {
  const std::string& type = said["type"].text();
  const char* member = type == "totp" ? "totp_secret" : type == "phone" ? "phone_number" : "email";
  const std::string value = said[member].text();
  if (type != "totp" && type != "phone" && type != "email")
    return bad_method("'type' must be phone, email or totp: keys of devices are made by their devices");
  if (type == "phone" && !is_phone_number(value))
    return bad_method("'phone_number' must be a number such as +15551234567");
  if (type == "email" && !is_email(value)) return bad_method("'email' must be an e-mail address");
  constexpr std::size_t longest = 300;  // bytes
  if (value.size() > longest || said["name"].text().size() > longest)
    return bad_method("'name' and '" + std::string(member) + "' have at most 300 bytes");
  const auto secret = canonical_totp_secret(value);
  if (type == "totp" && !secret) return bad_method("'totp_secret' must be base32 (RFC 4648) of at least 16 characters");
  Value body = type == "totp" ? Value::object({{"secret", *secret}}) : Value::object({{"address", value}});
  if (said["name"].is_string()) body.set("name", said["name"]);
  Authenticator out = make_authenticator(a, user.id,
                                         type == "totp"    ? "otp"
                                         : type == "phone" ? "sms"
                                                           : "email",
                                         std::move(body));
  out.confirmed = true;
  return out;
}

void keep(const Authority& a, const Call& call, const User& user, const Authenticator& one,
          std::vector<Statement>& statements) {
  statements.push_back(insert_authenticator(a, one));
  if (auto mail = notice(a, call.request, user, {Notice::factor_added, one.id})) statements.push_back(*std::move(mail));
}

Handling add_method(Authority& a, Call call) {
  CO_TRY(const auto user, user_of(a, call.path[0]));
  const auto made = read_method(a, user, call.body);
  if (!made) co_return made.error();
  std::vector<Statement> statements;
  keep(a, call, user, *made, statements);
  CO_AWAIT(auto reply, commit(a, std::move(statements), 201, shown(*made)));
  a.outbox.wake();
  co_return reply;
}

// What is named by its id stays as it is, the rest is made, and what is left out goes; keys of devices stay.
Handling replace_methods(Authority& a, Call call) {
  CO_TRY(const auto user, user_of(a, call.path[0]));
  constexpr std::size_t most = 20;
  if (call.body.size() > most) co_return bad_method("A user has at most 20 second factors");
  CO_TRY(const auto before, list_authenticators(a, user.id));
  std::vector<Statement> statements;
  std::vector<std::string> named;
  bool takes_away = false;
  Value out = Value::array();
  for (const auto& said : call.body.items()) {
    const auto it =
        std::find_if(before.begin(), before.end(), [&](const auto& one) { return said["id"].is(one.id.c_str()); });
    const auto made = it == before.end() ? read_method(a, user, said) : Result<Authenticator>(*it);
    if (!made) co_return made.error();
    if (it == before.end()) keep(a, call, user, *made, statements);
    named.push_back(made->id);
    out.push_back(shown(*made));
  }
  for (const auto& one : before) {
    const bool is_named = std::find(named.begin(), named.end(), one.id) != named.end();
    if (is_named || !(one.type == "otp" || one.is_out_of_band())) continue;
    statements.push_back({"DELETE FROM authenticators WHERE user_id = $1 AND id = $2", {user.id, one.id}});
    takes_away = true;
  }
  if (auto mail = takes_away ? notice(a, call.request, user, {Notice::factor_removed}) : std::nullopt)
    statements.push_back(*std::move(mail));
  CO_AWAIT(auto reply, commit(a, std::move(statements), 200, std::move(out)));
  a.outbox.wake();
  co_return reply;
}

// As the vendor's list of Guardian has it.
Handling get_enrollment(Authority& a, Call call) {
  CO_TRY(const auto one, find_authenticator(a, call.path[0]));
  if (!one) co_return not_found("The enrollment does not exist.", "inexistent_enrollment");
  Value out = Value::object({{"id", one->id}, {"status", one->confirmed ? "confirmed" : "pending"}});
  if (one->body["name"].is_string()) out.set("name", one->body["name"]);
  if (one->type == "sms") out.set("phone_number", one->body["address"]);
  out.set("enrolled_at", iso_time(one->created_at));
  if (one->used_at > 0) out.set("last_auth", iso_time(one->used_at));
  co_return Reply{200, std::move(out)};
}

Handling delete_enrollment(Authority& a, Call call) {
  CO_TRY(const auto one, find_authenticator(a, call.path[0]));
  if (!one) co_return not_found("The enrollment does not exist.", "inexistent_enrollment");
  CO_TRY(const auto user, user_of(a, one->user_id));
  CO_TRY_VOID(remove_authenticator(a, call.request, user, one->id));
  co_return Reply{204, {}};
}

bool is_ip_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

Error bad_address() { return api_error(400, "invalid_uri", "The address must be one of IPv4 or IPv6"); }

// AZ-310 · Auth0: anomaly/blocks/ips
Handling get_block(Authority& a, Call call) {
  if (!is_ip_address(call.path[0])) co_return bad_address();
  CO_TRY(const auto is_blocked, is_address_blocked(a, call.path[0]));
  if (!is_blocked) co_return not_found("The address is not blocked.", "inexistent_block");
  co_return Reply{200, {}};
}

Handling delete_block(Authority& a, Call call) {
  if (!is_ip_address(call.path[0])) co_return bad_address();
  CO_RETURN(commit(a, forget_address(call.path[0]), 204));
}

Handling get_method(Authority& a, Call call) {
  CO_TRY(const auto all, list_authenticators(a, call.path[0]));
  for (const auto& one : all)
    if (one.id == call.path[1]) co_return Reply{200, shown(one)};
  co_return not_found("The authentication method does not exist.", "inexistent_authentication_method");
}

Handling delete_methods(Authority& a, Call call) {
  CO_TRY(const auto user, user_of(a, call.path[0]));
  CO_TRY(const auto all, list_authenticators(a, user.id));
  std::vector<Statement> statements;
  statements.push_back({"DELETE FROM authenticators WHERE user_id = $1", {user.id}});
  auto mail = all.empty() ? std::nullopt : notice(a, call.request, user, {Notice::factor_removed});
  if (mail) statements.push_back(*std::move(mail));
  CO_AWAIT(auto reply, commit(a, std::move(statements), 204));
  a.outbox.wake();
  co_return reply;
}

Handling delete_method(Authority& a, Call call) {
  CO_TRY(const auto user, user_of(a, call.path[0]));
  CO_TRY_VOID(remove_authenticator(a, call.request, user, call.path[1]));
  co_return Reply{204, {}};
}

Handling regenerate_code(Authority& a, Call call) {
  CO_TRY_VOID(user_of(a, call.path[0]));
  const NewRecoveryCode made = make_recovery_code(a, call.path[0]);
  CO_TRY_VOID(a.store.commit(made.keep));
  co_return Reply{201, Value::object({{"recovery_code", made.code}})};
}

}  // namespace

Routes mfa_routes() {
  return {
      on("GET", "users/{id}/authentication-methods", "read:users read:authentication_methods",
         "list_authentication_methods", "List a user's second factors", list_methods)
          .asks(page_parameters),
      on("GET", "users/{id}/authentication-methods/{method_id}", "read:users read:authentication_methods",
         "get_authentication_method", "Get a second factor", get_method),
      on("POST", "users/{id}/authentication-methods", "create:authentication_methods", "add_authentication_method",
         "Add a second factor", add_method)
          .takes("authentication_method"),
      on("PUT", "users/{id}/authentication-methods", "update:authentication_methods", "replace_authentication_methods",
         "Replace a user's second factors", replace_methods)
          .takes("authentication_methods"),
      on("GET", "guardian/enrollments/{id}", "read:guardian_enrollments", "get_enrollment", "Get an enrollment",
         get_enrollment),
      on("DELETE", "guardian/enrollments/{id}", "delete:guardian_enrollments", "delete_enrollment",
         "Delete an enrollment", delete_enrollment),
      on("GET", "anomaly/blocks/ips/{id}", "read:anomaly_blocks", "get_address_block",
         "Ask whether an address is blocked", get_block),
      on("DELETE", "anomaly/blocks/ips/{id}", "delete:anomaly_blocks", "delete_address_block", "Unblock an address",
         delete_block),
      on("DELETE", "users/{id}/authentication-methods", "delete:authentication_methods update:users",
         "delete_authentication_methods", "Delete a user's second factors", delete_methods),
      on("DELETE", "users/{id}/authentication-methods/{method_id}", "delete:authentication_methods update:users",
         "delete_authentication_method", "Delete a second factor", delete_method),
      on("DELETE", "users/{id}/multifactor/{provider}", "update:users", "reset_multifactor",
         "Reset a user's second factors", delete_methods),
      on("DELETE", "users/{id}/authenticators", "update:users delete:guardian_enrollments", "delete_authenticators",
         "Delete a user's authenticators", delete_methods),
      on("POST", "users/{id}/recovery-code-regeneration", "update:users", "regenerate_recovery_code",
         "Make a new recovery code", regenerate_code),
  };
}

}  // namespace ostia::authority::management
