#include "management/audit.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::size_t longest_text = 1000, longest_list = 50;
constexpr int deepest = 8;
constexpr const char* left_out = "(left out)";

// A name such as `client_secret`, `httpAuthorization`, `smtp_pass`; `value` alone is one where a list of secrets is.
bool names_secret(std::string_view name) {
  constexpr std::string_view whole[] = {"password",
                                        "password_hash",
                                        "custom_password_hash",
                                        "smtp_pass",
                                        "api_key",
                                        "private_key",
                                        "signing_key",
                                        "secretaccesskey",
                                        "access_token",
                                        "refresh_token",
                                        "id_token",
                                        "ticket",
                                        "invitation_url",
                                        "location",
                                        "recovery_code",
                                        "barcode_uri",
                                        "verification_code",
                                        "twilio_token",
                                        "gateway_token",
                                        "pem",
                                        "p12",
                                        "server_key",
                                        "server_credentials",
                                        "skey",
                                        "auth_token",
                                        "token",
                                        "wrapped_key",
                                        "header_value",
                                        "decryption_key",
                                        "decryptionkey",
                                        "connectionstring",
                                        "connection_string",
                                        "saskey",
                                        "masterkey",
                                        "storageaccesskey",
                                        "privatekey",
                                        "servicepassword",
                                        "sumosourceaddress",
                                        "setup",
                                        "datadogapikey",
                                        "splunktoken",
                                        "segmentwritekey",
                                        "mixpanelserviceaccountpassword"};
  const std::string low = text::lower(name);
  return low.find("secret") != low.npos || low.find("authorization") != low.npos ||
         std::find(std::begin(whole), std::end(whole), low) != std::end(whole);
}

bool lists_secrets(std::string_view name) { return name == "secrets" || name == "httpCustomHeaders"; }

// Objects of which every text is one: what opens a provider, a key with its parts.
bool is_all_secret(std::string_view name, const Value& v) {
  constexpr std::string_view all[] = {"credentials",    "secrets",       "signing_key",
                                      "decryption_key", "decryptionkey", "configuration"};
  return v.is_object() && std::find(std::begin(all), std::end(all), text::lower(name)) != std::end(all);
}

Value without_texts(const Value& v) {
  if (v.is_string() && !v.text().empty()) return left_out;
  if (v.is_array()) {
    Value out = Value::array();
    for (const auto& item : v.items()) out.push_back(without_texts(item));
    return out;
  }
  if (!v.is_object()) return v;
  Value out = Value::object();
  for (const auto& [name, item] : v.members()) out.set(name, without_texts(item));
  return out;
}

// An address with a name and a password in it.
bool names_user(const std::string& text) {
  if (text.find("://") == text.npos) return false;
  const auto parsed = url::parse(text);
  return parsed && parsed->has_userinfo;
}

// Of a JSON Web Key, what only its owner has (RFC 7518 section 6).
bool is_private_member(std::string_view name) {
  constexpr std::string_view all[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
  return std::find(std::begin(all), std::end(all), name) != std::end(all);
}

// A switch or a number is none.
bool is_secret(std::string_view name, const Value& v) {
  const bool is_whole = name == "setup" || name == "server_credentials";  // of a vault, in many forms
  return (v.is_string() ? !v.text().empty() : is_whole && v.is_object()) && v.text() != left_out && names_secret(name);
}

// Where `value` is the secret.
bool is_of_secrets(std::string_view path) {
  return path.starts_with("/api/v2/device-credentials") || path.starts_with("/api/v2/rules-configs");
}

Value bounded(const Value& v, int depth, bool in_secrets) {
  if (v.is_string() && names_user(v.text())) return left_out;
  if (v.is_string() && v.text().size() > longest_text)
    return v.text().substr(0, longest_text) + "… (" + std::to_string(v.text().size()) + " bytes)";
  if (depth == deepest && (v.is_object() || v.is_array())) return "…";
  if (v.is_array()) {
    Value out = Value::array();
    for (std::size_t i = 0; i < std::min(v.size(), longest_list); ++i)
      out.push_back(bounded(v.at(i), depth + 1, in_secrets));
    if (v.size() > longest_list) out.push_back("… (" + std::to_string(v.size()) + " in all)");
    return out;
  }
  if (!v.is_object()) return v;
  Value out = Value::object();
  for (const auto& [name, item] : v.members()) {
    const bool hides =
        is_secret(name, item) || (in_secrets && name == "value") || (v["kty"].is_string() && is_private_member(name));
    out.set(name, hides                       ? Value(left_out)
                  : is_all_secret(name, item) ? bounded(without_texts(item), depth + 1, false)
                                              : bounded(item, depth + 1, in_secrets || lists_secrets(name)));
  }
  return out;
}

void find_secrets(const Value& v, int depth, std::vector<std::string>& out) {
  if (depth == deepest) return;
  for (const auto& item : v.items()) find_secrets(item, depth + 1, out);
  for (const auto& [name, item] : v.members()) {
    if (is_secret(name, item) && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    find_secrets(item, depth + 1, out);
  }
}

}  // namespace

std::vector<std::string> secrets_in(const Value& body) {
  std::vector<std::string> out;
  find_secrets(body, 0, out);
  return out;
}

Value without_secrets_by_name(const Value& body) { return bounded(body, 0, false); }

Value difference(const Value& before, const Value& after) {
  if (before == after) return {};
  if (!before.is_object() || !after.is_object())
    return Value::object({{"before", without_secrets_by_name(before)}, {"after", without_secrets_by_name(after)}});
  Value was = Value::object(), is = Value::object();
  for (const auto& [name, item] : before.members())
    if (after[name] != item) was.set(name, item);
  for (const auto& [name, item] : after.members())
    if (before[name] != item) is.set(name, item);
  return Value::object({{"before", without_secrets_by_name(was)}, {"after", without_secrets_by_name(is)}});
}

Value described(const Request& request, const Value& token, const Value& body) {
  Value auth = Value::object({{"strategy", "jwt"}, {"client_id", token["azp"]}});
  if (token["gty"].is_null()) auth.set("user", Value::object({{"user_id", token["sub"]}}));
  Value out = Value::object({{"method", request.method},
                             {"path", request.path},
                             {"channel", "api"},
                             {"ip", request.peer},
                             {"auth", std::move(auth)}});
  if (!request.query.empty()) out.set("query", request.query.substr(0, longest_text));
  if (!body.is_null()) out.set("body", bounded(body, 0, is_of_secrets(request.path)));
  return out;
}

}  // namespace ostia::authority::management
