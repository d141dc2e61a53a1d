#include "ostia/auth0/requests.hpp"

namespace ostia::auth0 {
namespace {

struct Method {
  std::string_view name;
  const char* path;
  const char* required;  // strings that options must have
  const char* optional;  // strings that they may have
  const char* base;      // what the constructor's options add
  const char* picked;    // the only options that are sent, truthy ones; empty: every option
};

// The order of names is that of the bodies.
constexpr Method methods[] = {
    {"oauthToken", "/oauth/token", "clientID grantType", "scope audience", "clientID scope audience", ""},
    {"login", "", "username password realm", "scope audience", "", ""},
    {"loginWithDefaultDirectory", "", "username password", "scope audience", "", ""},
    {"customTokenExchange", "", "subjectToken subjectTokenType", "audience scope organization", "", ""},
    {"loginWithResourceOwner", "/oauth/ro", "username password connection", "scope", "clientID scope",
     "username password scope connection device"},
    {"delegation", "/delegation", "grant_type", "", "clientID", ""},
    {"signup", "/dbconnections/signup", "connection email password", "", "clientID state", ""},
    {"changePassword", "/dbconnections/change_password", "connection email", "", "clientID state",
     "email connection captcha"},
    {"passwordlessStart", "/passwordless/start", "connection send", "", "clientID responseType redirectUri scope", ""},
    {"passwordlessVerify", "/passwordless/verify", "connection verificationCode phoneNumber|email email|phoneNumber",
     "", "", "connection verificationCode phoneNumber email auth0Client clientID"},
    {"coAuthenticate", "/co/authenticate", "", "", "", ""},
    {"usernamepasswordLogin", "/usernamepassword/login", "", "", "", ""},
};

constexpr const char* token_parameters =
    "realm audience otp organization client_id client_secret redirect_uri scope code grant_type username password "
    "refresh_token assertion client_assertion client_assertion_type code_verifier subject_token subject_token_type";

const Method* find_method(std::string_view name) {
  for (const Method& method : methods)
    if (method.name == name) return &method;
  return nullptr;
}

// WA-125, WA-126 · Auth0: passwordless/start
Status check_start(const Value& o) {
  const Value& send = o["send"];
  if (!send.is("link") && !send.is("code")) return refuse("send is not valid ([link, code])");
  const bool by_phone = send.is("code") || !is_truthy(o["email"]);
  const bool by_email = send.is("link") || !is_truthy(o["phoneNumber"]);
  if (by_phone)
    if (auto checked = check_texts(o, {}, "phoneNumber"); !checked) return checked;
  if (by_email)
    if (auto checked = check_texts(o, {}, "email"); !checked) return checked;
  const Value& parameters = o["authParams"];
  if (is_truthy(parameters) && !parameters.is_object() && !parameters.is_array())
    return refuse("authParams option is required");
  return ok();
}

// What the link or code is for travels in `authParams`.
// WA-122, WA-123 · Auth0: passwordless/start
Value start_body(Value body) {
  struct {
    const char *option, *sent;
  } constexpr moved[] = {{"scope", "scope"}, {"redirectUri", "redirect_uri"}, {"responseType", "response_type"}};
  for (const auto& [option, sent] : moved) {
    if (is_truthy(body[option])) {
      Value parameters = body["authParams"].is_object() ? body["authParams"] : Value::object();
      parameters.set(sent, is_truthy(parameters[option]) ? Value(parameters[option]) : Value(body[option]));
      body.set("authParams", std::move(parameters));
    }
    body.erase(std::string_view(option));
  }
  return snake_case(body, "auth0Client authParams");
}

// WA-134, WA-135, WA-136 · Auth0: dbconnections/signup
Value signup_body(Value body) {
  const Value metadata = is_truthy(body["user_metadata"]) ? body["user_metadata"] : body["userMetadata"];
  erase(body, "scope userMetadata user_metadata");
  body = snake_case(body, "auth0Client");
  if (is_truthy(metadata)) body.set("user_metadata", metadata);
  return body;
}

// WA-192, WA-193 · RFC 6749 section 4.1.3
Value token_body(const Value& given) {
  Value body = snake_case(given, "auth0Client");
  const bool exchange = body["grant_type"].is("urn:ietf:params:oauth:grant-type:token-exchange");
  return exchange ? body : pick(body, token_parameters);
}

// Embedded login's credentials. A realm makes them a database's; without one the directory is the default.
// WA-107, WA-108, WA-109 · Auth0: co/authenticate
Value credentials_body(const Value& base, const Value& o) {
  const auto either = [&](const char* name) { return is_truthy(o[name]) ? o[name] : base[name]; };
  Value body = Value::object({{"client_id", either("clientID")}});
  if (const Value* name = o.find("username")) body.set("username", *name);
  for (const char* secret : {"password", "otp"})
    if (is_truthy(o[secret])) body.set(secret, o[secret]);
  const Value realm = either("realm"), type = either("credentialType");
  if (is_truthy(realm)) body.set("realm", realm);
  body.set("credential_type", !is_truthy(realm) ? Value("password")
                              : is_truthy(type) ? type
                                                : Value("http://auth0.com/oauth/grant-type/password-realm"));
  return body;
}

}  // namespace

Status check_request(std::string_view name, const Value& options) {
  const Method* method = find_method(name);
  if (!method) return refuse("there is no method " + std::string(name));
  if (auto checked = check_texts(options, method->required, method->optional); !checked) return checked;
  return name == "passwordlessStart" ? check_start(options) : ok();
}

Result<Value> build_request(std::string_view name, const Value& base, const Value& options) {
  const Method* method = find_method(name);
  const bool checks_merged = name == "oauthToken";
  if (auto checked = checks_merged ? check_texts(options, {}, {}) : check_request(name, options); !checked)
    return std::move(checked).error();
  Value body = merge(base, method->base, *method->picked ? pick(options, method->picked) : options);
  if (checks_merged) {
    if (auto checked = check_request(name, body); !checked) return std::move(checked).error();
    body = token_body(body);
  } else if (name == "signup") {
    body = signup_body(std::move(body));
  } else if (name == "passwordlessStart") {
    body = start_body(std::move(body));
  } else if (name == "coAuthenticate") {
    body = credentials_body(base, options);
  } else {
    body = snake_case(body, "auth0Client");
    if (name == "loginWithResourceOwner" && !is_truthy(body["grant_type"])) body.set("grant_type", "password");
  }
  return Value::object({{"path", method->path}, {"body", std::move(body)}});
}

}  // namespace ostia::auth0
