#include "management/step_up.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "protocol/age.hpp"
#include "protocol/words.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::string_view code = "insufficient_user_authentication";

struct Dangerous {
  std::string_view method, path;  ///< no method: every one that changes something; the path or the folder of it
};
constexpr Dangerous table[] = {
    // Secrets and keys.
    {"POST", "clients/{id}/rotate-secret"},
    {"", "clients/{id}/credentials"},
    {"", "keys"},
    // What takes much away.
    {"DELETE", "clients"},
    {"DELETE", "connections"},
    {"DELETE", "resource-servers"},
    {"DELETE", "organizations"},
    {"DELETE", "roles"},
    {"DELETE", "custom-domains"},
    {"DELETE", "users"},
    {"DELETE", "grants"},
    // What guards people.
    {"", "attack-protection"},
    {"", "guardian"},
    {"", "anomaly"},
    {"", "users/{id}/authentication-methods"},
    {"", "users/{id}/authenticators"},
    {"", "users/{id}/multifactor"},
    {"", "users/{id}/recovery-code-regeneration"},
    // What makes administrators, or as good as that.
    {"", "client-grants"},
    {"", "users/{id}/identities"},
    {"POST", "connections"},
    {"PATCH", "connections"},
    {"", "token-exchange-profiles"},
    {"POST", "tickets/password-change"},
    {"POST", "custom-domains"},
    // What lets data out.
    {"POST", "jobs/users-exports"},
    {"POST", "jobs/users-imports"},
    // What runs, and what carries messages and logs.
    {"", "rules"},
    {"", "rules-configs"},
    {"", "actions"},
    {"", "log-streams"},
    {"", "event-streams"},
    {"", "hooks"},
    {"", "branding/templates"},
    {"", "branding/phone"},
    {"", "emails/provider"},
    {"", "email-templates"},
};

bool is_in(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

// Members of a body that change who rules here.
bool makes_administrators(const Route& route, const Call& call) {
  const auto changes = [&](std::initializer_list<const char*> members) {
    return std::any_of(members.begin(), members.end(), [&](const char* one) { return !call.body[one].is_null(); });
  };
  // Who changes where an account's mails and codes go has its password next.
  if (is_in(route.path, "users"))
    return changes({"administrator", "password"}) ||
           (route.method == "PATCH" && changes({"email", "email_verified", "phone_number", "username"}));
  if (route.path == "tenants/settings") return !call.body["ostia"].is_null();
  return is_in(route.path, "clients") &&
         (changes({"client_secret", "client_authentication_methods"}) ||
          (route.method == "PATCH" && changes({"callbacks", "grant_types", "is_first_party", "session_transfer"})));
}

bool is_dangerous(const Route& route, const Call& call) {
  if (route.method == "GET") {
    const auto asked = text::split(call.query.get("fields"), ',');
    return is_in(route.path, "clients") && call.query.get("include_fields") != "false" &&
           std::find(asked.begin(), asked.end(), "client_secret") != asked.end();
  }
  return makes_administrators(route, call) || std::any_of(std::begin(table), std::end(table), [&](const Dangerous& d) {
           return (d.method.empty() || d.method == route.method) && is_in(route.path, d.path);
         });
}

void leave_secrets_out(Call& call) {
  const auto is_harmless = [](std::string_view word) {
    return word != "read:client_keys" && word != "read:connections_options" && word != "read:user_idp_tokens";
  };
  call.token.set("scope", Words(call.token["scope"].text()).where(is_harmless).text());
}

}  // namespace

Status check_login_age(const Authority& a, const Route& route, Call& call) {
  if (!call.token["gty"].is_null() || call.is_own) return ok();
  const std::int64_t max_age = a.tenant()->administration.max_age;
  if (protocol::is_recent(call.token["auth_time"].as_int().value_or(0), a.clock.now(), max_age)) return ok();
  if (is_dangerous(route, call))
    return api_error(403, std::string(code),
                     "This takes a login that is not older than " + text::decimal(max_age / 60) +
                         " minutes: log in again, then repeat it.");
  if (route.method == "GET") leave_secrets_out(call);
  return ok();
}

std::optional<std::string> step_up_challenge(const Tenant& tenant, const Error& error) {
  if (error.code != code) return {};
  return "Bearer error=\"" + std::string(code) +
         "\", error_description=\"A more recent login is required\", max_age=\"" +
         text::decimal(tenant.administration.max_age) + "\"";
}

}  // namespace ostia::authority::management
