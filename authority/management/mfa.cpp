// What a person proves a second time by, as an administrator sees it.
#include "accounts/notices.hpp"
#include "management/page.hpp"
#include "management/user_handlers.hpp"
#include "mfa/authenticators.hpp"

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
