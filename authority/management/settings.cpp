// Settings of which there is one each: the tenant's, its branding, mail provider, attack protection, prompts, second
// factors.
#include <algorithm>

#include "management/collection.hpp"
#include "management/page.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/bounds.hpp"
#include "tenant/defaults.hpp"
#include "tenant/documents.hpp"
#include "tenant/reading.hpp"
#include "tenant/registered_urls.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

struct Setting {
  const char* path;
  const char* id;      // in the store, of the kind `settings`
  const char* member;  // of that document; empty: all of it
  const char* noun;    // of its scopes
  const char* schema;
  const char* one;
};

constexpr Setting all_settings[] = {
    {"tenants/settings", "tenant", "", "tenant_settings", "tenant_settings", "the tenant's settings"},
    {"branding", "branding", "", "branding", "branding", "the branding"},
    {"prompts", "prompts", "", "prompts", "prompts", "the prompts' settings"},
    {"attack-protection/brute-force-protection", "attackProtection", "bruteForceProtection", "attack_protection",
     "brute_force_protection", "brute-force protection"},
    {"attack-protection/suspicious-ip-throttling", "attackProtection", "suspiciousIpThrottling", "attack_protection",
     "suspicious_ip_throttling", "suspicious IP throttling"},
    {"attack-protection/breached-password-detection", "attackProtection", "breachedPasswordDetection",
     "attack_protection", "breached_password_detection", "breached password detection"},
    {"attack-protection/bot-detection", "attackProtection", "botDetection", "attack_protection", "bot_detection",
     "bot detection"},
    {"attack-protection/captcha", "attackProtection", "captcha", "attack_protection", "captcha", "the CAPTCHA"},
    // Kept for the deploy CLI, which carries them from tenant to tenant; nothing here assesses or signals anything.
    {"risk-assessments/settings", "riskAssessment", "settings", "attack_protection", "risk_assessment",
     "the risk assessment's settings"},
    {"risk-assessments/settings/new-device", "riskAssessment", "newDevice", "attack_protection",
     "new_device_assessment", "the new device assessor"},
    {"supplemental-signals", "supplementalSignals", "", "supplemental_signals", "supplemental_signals",
     "supplemental signals"},
};

Async<Value> stored(Authority& a, std::string id) {
  CO_TRY(auto found, find_document(a.store, "settings", std::move(id)));
  co_return found ? *found : Value::object();
}

Value part_of(const Setting& s, const Value& document) {
  const Value shown = without_secrets(section_of("settings"), document);
  return *s.member != '\0' ? shown[s.member] : shown;
}

constexpr const char* lifetimes[] = {"session_lifetime", "idle_session_lifetime", "ephemeral_session_lifetime",
                                     "idle_ephemeral_session_lifetime"};

Value shown(const Setting& s, const Value& document) {
  const Value said = part_of(s, document);
  Value body = with_defaults(s.path, said.is_object() ? said : Value::object());
  if (std::string_view(s.id) == "tenant")  // in minutes, where they are no whole hours
    for (const std::string name : lifetimes)
      if (!said[name + "_in_minutes"].is_null() && said[name].is_null()) body.erase(name);
  if (s.member == std::string_view("botDetection"))  // where nothing is said of them, what is said of passwords holds
    for (const char* way : {"challenge_passwordless_policy", "challenge_password_reset_policy"})
      if (!body.find(way)) body.set(way, body["challenge_password_policy"]);
  return body;
}

// The tenant's settings show the colours of the pages, which are the branding's.
Handling answer(Authority& a, const Setting& s, Value document, Parameters query) {
  Value body = shown(s, document);
  if (std::string_view(s.id) == "tenant") {
    CO_TRY(const auto branding, stored(a, "branding"));
    body.set("universal_login", Value::object({{"colors", with_defaults("branding", branding)["colors"]},
                                               {"is_custom_theme_set", false},
                                               {"is_custom_template_set", false},
                                               {"passwordless", nullptr}}));
  }
  co_return Reply{200, selected(std::move(body), query)};
}

Handling get(Authority& a, Call call, const void* subject) {
  const auto& s = *static_cast<const Setting*>(subject);
  CO_TRY(const auto document, stored(a, s.id));
  CO_RETURN(answer(a, s, document, call.query));
}

// The vendor takes a session's lifetime in hours or in minutes; it is kept in hours where they are whole.
void settle_lifetimes(Value& settings) {
  for (const std::string name : lifetimes) {
    const auto minutes = settings[name + "_in_minutes"].as_int();
    if (!minutes || *minutes <= 0 || *minutes % 60 != 0) continue;
    settings.set(name, *minutes / 60);
    settings.erase(name + "_in_minutes");
  }
}

Async<Unit> keep(Authority& a, std::string id, Value document) {
  std::vector<Statement> statements;
  statements.push_back(put_document("settings", id, document));
  CO_RETURN(change_tenant(a, std::move(statements)));
}

// Members are replaced; those of `flags` one by one.
void merge_settings(Value& into, Value change) {
  if (change["flags"].is_object() && into["flags"].is_object()) {
    Value flags = into["flags"];
    merge(flags, change["flags"]);
    change.set("flags", std::move(flags));
  }
  merge(into, change);
  settle_lifetimes(into);
}

// Who could not be let in by what is named is not let in by anything.
Status check_administrators(const Tenant& tenant, const Value& change) {
  const Value& named = change["ostia"]["administrators_connection"];
  if (named.is_null()) return ok();
  const auto c = tenant.find_connection(named.text());
  if (c && c->is_database()) return ok();
  return invalid_body("'" + json::write(named) + " is no database, on property ostia.administrators_connection'");
}

Handling update(Authority& a, Call call, const void* subject) {
  const auto& s = *static_cast<const Setting*>(subject);
  if (auto good = check_administrators(*call.tenant, call.body); !good) co_return std::move(good).error();
  if (auto good = check_destinations("allowed_logout_urls", call.body["allowed_logout_urls"]); !good)
    co_return invalid_body("'" + good.error().description + "'");
  const Value change = *s.member == '\0' ? call.body : Value::object({{s.member, call.body}});
  if (auto good = check_bounds("settings", s.id, change); !good) co_return out_of_range(good.error());
  CO_TRY(const auto body, edit_document(a, "settings", s.id, [&](Value& body) -> Status {
           if (!body.is_object()) body = Value::object();
           const Value before = body;
           if (*s.member != '\0' && !body[s.member].is_object()) body.set(s.member, Value::object());
           merge_settings(*s.member == '\0' ? body : *body.find(s.member), call.body);
           seal_secrets(section_of("settings"), body, before, a.secrets);
           return ok();
         }));
  CO_RETURN(answer(a, s, body, {}));
}

// ---- The mail provider, whose password nobody gets to see again

Error no_provider() { return not_found("There is not a configured email provider", "inexistent_email_provider"); }

Value without_password(const Value& provider) {
  return with_defaults("email_provider", without_secrets(section_of("settings"), provider));
}

Handling get_provider(Authority& a, Call call) {
  CO_TRY(const auto found, find_document(a.store, "settings", "emailProvider"));
  if (!found) co_return no_provider();
  co_return Reply{200, selected(without_password(*found), call.query)};
}

Handling set_provider(Authority& a, Call call) {
  const bool is_new = call.request.method == "POST";
  CO_TRY(const auto body, edit_document(a, "settings", "emailProvider", [&](Value& body) -> Status {
           const Value before = body;
           if (is_new && !before.is_null())
             return api_error(409, "email_provider_conflict", "The email provider is configured already");
           if (!is_new && before.is_null()) return no_provider();
           if (is_new) body = Value::object();
           merge(body, call.body);
           seal_secrets(section_of("settings"), body, before, a.secrets);
           return ok();
         }));
  co_return Reply{is_new ? 201 : 200, without_password(body)};
}

Handling delete_provider(Authority& a, Call) {
  std::vector<Statement> statements;
  statements.push_back(delete_document("settings", "emailProvider"));
  CO_TRY_VOID(change_tenant(a, std::move(statements)));
  co_return Reply{204, {}};
}

// ---- Second factors

// In the order that the vendor lists them in. Push notifications and Duo are kept, and nobody is asked for them.
constexpr const char* factors[] = {
    "sms", "push-notification", "otp", "email", "duo", "webauthn-roaming", "webauthn-platform", "recovery-code"};

Handling list_factors(Authority&, Call call) {
  Value out = Value::array();
  for (const char* name : factors)
    out.push_back(
        Value::object({{"name", name}, {"enabled", contains(call.tenant->factors, name)}, {"trial_expired", false}}));
  co_return Reply{200, out};
}

Handling set_factor(Authority& a, Call call) {
  const std::string& name = call.path[0];
  if (std::find(std::begin(factors), std::end(factors), name) == std::end(factors))
    co_return not_found("There is no factor of that name", "inexistent_factor");
  std::vector<Statement> statements;
  statements.push_back(
      put_document("factor", name, Value::object({{"name", name}, {"enabled", call.body["enabled"]}})));
  CO_TRY_VOID(change_tenant(a, std::move(statements)));
  co_return Reply{200, Value::object({{"enabled", call.body["enabled"]}})};
}

Handling get_policies(Authority& a, Call) {
  CO_TRY(const auto document, stored(a, "guardianPolicies"));
  co_return Reply{200, document["policies"].is_array() ? document["policies"] : Value::array()};
}

Handling set_policies(Authority& a, Call call) {
  CO_TRY_VOID(keep(a, "guardianPolicies", Value::object({{"policies", call.body}})));
  co_return Reply{200, call.body};
}

}  // namespace

Routes settings_routes() {
  Routes out;
  for (const auto& s : all_settings) {
    const std::string noun = s.noun, schema = s.schema, one = s.one;
    out.push_back(
        on("GET", s.path, "read:" + noun, "get_" + schema, "Get " + one, get, &s).asks({"fields", "include_fields"}));
    out.push_back(on("PATCH", s.path, "update:" + noun, "update_" + schema, "Update " + one, update, &s).takes(schema));
  }
  const std::vector<std::string> fields = {"fields", "include_fields"};
  out.push_back(
      on("GET", "emails/provider", "read:email_provider", "get_email_provider", "Get the mail provider", get_provider)
          .asks(fields));
  out.push_back(on("POST", "emails/provider", "create:email_provider", "create_email_provider",
                   "Configure the mail provider", set_provider)
                    .takes("email_provider_create"));
  out.push_back(on("PATCH", "emails/provider", "update:email_provider", "update_email_provider",
                   "Update the mail provider", set_provider)
                    .takes("email_provider_update"));
  out.push_back(on("DELETE", "emails/provider", "delete:email_provider", "delete_email_provider",
                   "Delete the mail provider", delete_provider));
  out.push_back(
      on("GET", "guardian/factors", "read:guardian_factors", "list_factors", "List second factors", list_factors));
  out.push_back(on("PUT", "guardian/factors/{name}", "update:guardian_factors", "set_factor",
                   "Turn a second factor on or off", set_factor)
                    .takes("factor"));
  out.push_back(on("GET", "guardian/policies", "read:mfa_policies", "get_mfa_policies",
                   "Get when a second factor is asked for", get_policies));
  out.push_back(on("PUT", "guardian/policies", "update:mfa_policies", "set_mfa_policies",
                   "Say when a second factor is asked for", set_policies)
                    .takes("mfa_policies"));
  return out;
}

}  // namespace ostia::authority::management
