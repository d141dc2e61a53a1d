#include "ostia/auth0/endpoints.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::auth0 {
namespace {

constexpr std::string_view authorize_parameters =
    "connection connection_scope auth0Client owp device realm organization invitation protocol _csrf _intstate "
    "login_ticket client_id response_type response_mode redirect_uri audience scope state nonce display prompt "
    "screen_hint max_age ui_locales claims_locales id_token_hint login_hint acr_values claims registration request "
    "request_uri code_challenge code_challenge_method access_type";

std::string or_else(const Value& preferred, std::string otherwise) {
  return is_truthy(preferred) ? text_of(preferred) : std::move(otherwise);
}

bool contains(const Value& text, std::string_view part) { return text_of(text).find(part) != std::string::npos; }

// WA-018, WA-019, WA-022 · RFC 6749 section 4.1.1
Status check_authorize(const Value& p) {
  if (auto checked = check_texts(p, "clientID", "redirectUri"); !checked) return checked;
  if (auto checked = check_texts(p, "responseType", {}); !checked) return checked;
  // WA-020, WA-021 · OpenID Connect Core section 3.2.2.1
  const bool needs_nonce = !contains(p["responseType"], "code") && contains(p["responseType"], "id_token");
  return check_texts(p, needs_nonce ? "nonce" : "", "scope audience");
}

std::string joined(const Value& items) {
  std::string out;
  bool first = true;
  for (const auto& item : items.items()) out.append(std::exchange(first, false) ? "" : ",").append(display(item));
  return out;
}

// WA-024, WA-025 · Auth0: /authorize
std::string unknown_parameters_warning(const Value& parameters) {
  std::string unknown;
  for (const auto& name : parameters.keys())
    if (!text::has_word(authorize_parameters, name)) unknown.append(unknown.empty() ? "" : ",").append(name);
  if (unknown.empty()) return {};
  return "Following parameters are not allowed on the `/authorize` endpoint: [" + unknown + "]";
}

// Parameters of a URL on their way: in snake_case, with the telemetry.
Value on_the_wire(const Value& base, Value p, std::string_view exceptions) {
  if (is_truthy(base["auth0Client"])) p.set("auth0Client", base["auth0Client"]);
  return snake_case(p, exceptions);
}

}  // namespace

// WA-011, WA-012 · Auth0: overrides
Value derive_base(const Value& options) {
  const std::string domain = text_of(options["domain"]);
  const Value& overrides = options["overrides"];
  const std::string scheme = text::lower(domain.substr(0, 8));
  const bool names_scheme = scheme.starts_with("http");
  const std::string root = names_scheme ? domain : "https://" + domain;
  // A domain that names its scheme gives the issuer too, so plain http can be developed
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

std::string endpoint(const Value& base, const char* path) {
  std::string root = text_of(base["rootUrl"]);
  while (root.ends_with('/')) root.pop_back();
  return root.append(path);
}

// WA-015, WA-017, WA-026, WA-027 · RFC 6749 section 4.1.1
Result<BuiltUrl> build_authorize_url(const Value& base, const Value& options) {
  if (auto checked = check_texts(options, {}, {}); !checked) return std::move(checked).error();
  Value p = merge(base, "clientID responseType responseMode redirectUri scope audience", options);
  if (auto checked = check_authorize(p); !checked) return std::move(checked).error();
  if (p["connection_scope"].is_array()) p.set("connection_scope", joined(p["connection_scope"]));
  erase(p, "username popupOptions domain tenant timeout appState");
  p = on_the_wire(base, std::move(p), "auth0Client");
  const bool silent = is_truthy(base["_disableDeprecationWarnings"]);
  return BuiltUrl{endpoint(base, "/authorize?") + stringify(p), silent ? "" : unknown_parameters_warning(p)};
}

// WA-033, WA-034, WA-035, WA-036 · Auth0: v2/logout
Result<std::string> build_logout_url(const Value& base, const Value& options) {
  if (is_truthy(options))
    if (auto checked = check_texts(options, {}, {}); !checked) return std::move(checked).error();
  Value p = on_the_wire(base, merge(base, "clientID", options), "auth0Client returnTo");
  const Value* federated = options.find("federated");
  const bool is_federated =
      federated && !is_undefined(*federated) && *federated != Value(false) && !federated->is("false");
  p.erase("federated");
  return endpoint(base, "/v2/logout?") + stringify(p) + (is_federated ? "&federated" : "");
}

Result<std::string> build_verify_url(const Value& base, const Value& options) {
  if (auto checked = check_texts(options, "connection verificationCode phoneNumber|email email|phoneNumber", {});
      !checked)
    return std::move(checked).error();
  const Value p =
      merge(base, "clientID responseType responseMode redirectUri scope audience _csrf state _intstate protocol nonce",
            options);
  return endpoint(base, "/passwordless/verify_redirect?") + stringify(on_the_wire(base, p, "auth0Client"));
}

}  // namespace ostia::auth0
