#include "ostia/auth0/endpoints.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::auth0 {
namespace {

constexpr std::string_view version = "10.2.1";  // the API that this package is a drop-in for

// Sorted; what `/authorize` is known to take.
constexpr std::string_view authorize_parameters[] = {"_csrf",
                                                     "_intstate",
                                                     "access_type",
                                                     "acr_values",
                                                     "audience",
                                                     "auth0Client",
                                                     "claims",
                                                     "claims_locales",
                                                     "client_id",
                                                     "code_challenge",
                                                     "code_challenge_method",
                                                     "connection",
                                                     "connection_scope",
                                                     "device",
                                                     "display",
                                                     "id_token_hint",
                                                     "invitation",
                                                     "login_hint",
                                                     "login_ticket",
                                                     "max_age",
                                                     "nonce",
                                                     "organization",
                                                     "owp",
                                                     "prompt",
                                                     "protocol",
                                                     "realm",
                                                     "redirect_uri",
                                                     "registration",
                                                     "request",
                                                     "request_uri",
                                                     "response_mode",
                                                     "response_type",
                                                     "scope",
                                                     "screen_hint",
                                                     "state",
                                                     "ui_locales"};
static_assert(std::is_sorted(std::begin(authorize_parameters), std::end(authorize_parameters)));

struct TypedOption {
  const char* name;
  Value::Kind kind;
  bool long_text;  // "X option is not valid" instead of "X is not valid"
};

constexpr TypedOption optional_options[] = {
    {"responseType", Value::Kind::string, false},
    {"responseMode", Value::Kind::string, false},
    {"redirectUri", Value::Kind::string, false},
    {"scope", Value::Kind::string, false},
    {"audience", Value::Kind::string, false},
    {"popupOrigin", Value::Kind::string, false},
    {"leeway", Value::Kind::number, false},
    {"plugins", Value::Kind::array, false},
    {"maxAge", Value::Kind::number, false},
    {"stateExpiration", Value::Kind::number, false},
    {"legacySameSiteCookie", Value::Kind::boolean, true},
    {"_disableDeprecationWarnings", Value::Kind::boolean, true},
    {"_sendTelemetry", Value::Kind::boolean, true},
    {"_telemetryInfo", Value::Kind::object, true},
    {"_timesToRetryFailedRequests", Value::Kind::number, true},
};

bool has_type(const Value& value, Value::Kind kind) {
  switch (kind) {
    case Value::Kind::string: return is_text(value);
    case Value::Kind::number: return value.is_number() || value.text().starts_with("\x01n");
    case Value::Kind::array:  // any object passes, as `typeof` has it
    case Value::Kind::object: return value.is_object() || value.is_array();
    default: return value.kind() == kind;
  }
}

Status check_overrides(const Value& overrides) {
  if (!is_truthy(overrides)) return ok();
  if (!overrides.is_object() && !overrides.is_array()) return refuse("overrides option is not valid");
  if (is_truthy(overrides["__tenant"]) && !is_text(overrides["__tenant"])) return refuse("__tenant option is required");
  if (is_truthy(overrides["__token_issuer"]) && !is_text(overrides["__token_issuer"]))
    return refuse("__token_issuer option is required");
  if (is_truthy(overrides["__jwks_uri"]) && !is_text(overrides["__jwks_uri"])) return refuse("__jwks_uri is required");
  return ok();
}

Status check_options(const Value& options) {
  if (!options.is_object() && !options.is_array() && !options.is_null())
    return refuse("options parameter is not valid");
  for (const char* required : {"domain", "clientID"})
    if (!is_text(options[required])) return refuse(std::string(required) + " option is required");
  for (const auto& [name, kind, long_text] : optional_options)
    if (is_truthy(options[name]) && !has_type(options[name], kind))
      return refuse(std::string(name) + (long_text ? " option is not valid" : " is not valid"));
  return check_overrides(options["overrides"]);
}

std::string or_else(const Value& preferred, std::string otherwise) {
  return is_truthy(preferred) ? text_of(preferred) : std::move(otherwise);
}

bool contains(const Value& text, std::string_view part) { return text_of(text).find(part) != std::string::npos; }

Status check_authorize(const Value& p) {
  if (!is_text(p["clientID"])) return refuse("clientID option is required");
  if (is_truthy(p["redirectUri"]) && !is_text(p["redirectUri"])) return refuse("redirectUri option is required");
  if (!is_text(p["responseType"])) return refuse("responseType option is required");
  const bool needs_nonce = !contains(p["responseType"], "code") && contains(p["responseType"], "id_token");
  if (needs_nonce && !is_text(p["nonce"])) return refuse("nonce option is required");
  for (const char* name : {"scope", "audience"})
    if (is_truthy(p[name]) && !is_text(p[name])) return refuse(std::string(name) + " option is required");
  return ok();
}

std::string joined(const Value& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) out.append(i > 0 ? "," : "").append(display(items.items()[i]));
  return out;
}

std::string unknown_parameters_warning(const Value& parameters) {
  std::string unknown;
  for (const auto& name : parameters.keys())
    if (!std::binary_search(std::begin(authorize_parameters), std::end(authorize_parameters), name))
      unknown.append(unknown.empty() ? "" : ",").append(name);
  if (unknown.empty()) return {};
  return "Following parameters are not allowed on the `/authorize` endpoint: [" + unknown + "]";
}

}  // namespace

Result<Value> derive_base(const Value& options) {
  if (auto checked = check_options(options); !checked) return std::move(checked).error();
  const std::string domain = text_of(options["domain"]);
  const Value& overrides = options["overrides"];
  const std::string scheme = text::lower(domain.substr(0, 8));
  const bool names_scheme = scheme.starts_with("http");
  const std::string root = names_scheme ? domain : "https://" + domain;
  // A domain that names its scheme gives the issuer too (client-api.md section 18), so plain http can be developed
  // with.
  const bool names_origin = scheme.starts_with("http://") || scheme == "https://";
  std::string issuer = names_origin ? domain : "https://" + domain;
  if (!names_origin || !issuer.ends_with('/')) issuer += '/';
  Value derived = Value::object({{"tenant", or_else(overrides["__tenant"], domain.substr(0, domain.find('.')))},
                                 {"token_issuer", or_else(overrides["__token_issuer"], issuer)},
                                 {"rootUrl", root}});
  if (is_truthy(overrides["__jwks_uri"])) derived.set("jwksURI", overrides["__jwks_uri"]);
  return derived;
}

std::string endpoint(const Value& base, std::string_view path) {
  std::string root = text_of(base["rootUrl"]);
  while (root.ends_with('/')) root.pop_back();
  return root.append(path);
}

std::string telemetry(const Value& base) {
  if (base["_sendTelemetry"].kind() == Value::Kind::boolean && !base["_sendTelemetry"].as_bool()) return {};
  const char* name = is_truthy(base["universalLoginPage"]) ? "auth0.js-ulp" : "auth0.js";
  Value info = Value::object({{"name", name}, {"version", version}});
  if (const Value& given = base["_telemetryInfo"]; given.is_object()) {
    info = given;
    Value env = given["env"].is_object() ? given["env"] : Value::object();
    env.set(name, version);
    info.set("env", env);
  }
  std::string out = text::base64_encode(json::write(info));
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

Result<BuiltUrl> build_authorize_url(const Value& base, const Value& options) {
  if (!options.is_object() && !options.is_array() && !options.is_null())
    return refuse("options parameter is not valid");
  Value p = merge(base, {"clientID", "responseType", "responseMode", "redirectUri", "scope", "audience"}, options);
  if (auto checked = check_authorize(p); !checked) return std::move(checked).error();
  if (const std::string info = telemetry(base); !info.empty()) p.set("auth0Client", info);
  if (p["connection_scope"].is_array()) p.set("connection_scope", joined(p["connection_scope"]));
  for (const char* local : {"username", "popupOptions", "domain", "tenant", "timeout", "appState"}) p.erase(local);
  p = snake_case(p, {"auth0Client"});
  const bool silent = is_truthy(base["_disableDeprecationWarnings"]);
  return BuiltUrl{endpoint(base, "/authorize?") + stringify(p), silent ? "" : unknown_parameters_warning(p)};
}

Result<std::string> build_logout_url(const Value& base, const Value& options) {
  if (is_truthy(options) && !options.is_object() && !options.is_array())
    return refuse("options parameter is not valid");
  Value p = merge(base, {"clientID"}, options);
  if (const std::string info = telemetry(base); !info.empty()) p.set("auth0Client", info);
  p = snake_case(p, {"auth0Client", "returnTo"});
  const Value* federated = options.find("federated");
  const bool is_federated =
      federated && !is_undefined(*federated) && *federated != Value(false) && *federated != Value("false");
  p.erase("federated");
  return endpoint(base, "/v2/logout?") + stringify(p) + (is_federated ? "&federated" : "");
}

}  // namespace ostia::auth0
