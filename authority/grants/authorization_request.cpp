#include "grants/authorization_request.hpp"

#include <algorithm>

#include "grants/audience.hpp"
#include "grants/organization.hpp"
#include "grants/request_object.hpp"
#include "ostia/oauth/pkce.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Refusal = std::optional<std::pair<std::string, std::string>>;  // error, description

struct Field {
  const char* name;
  std::string AuthorizationRequest::* member;
};

// What is taken from the request as it came, and what a login page carries along.
constexpr Field fields[] = {{"client_id", &AuthorizationRequest::client_id},
                            {"redirect_uri", &AuthorizationRequest::redirect_uri},
                            {"response_type", &AuthorizationRequest::response_type},
                            {"response_mode", &AuthorizationRequest::response_mode},
                            {"scope", &AuthorizationRequest::scope},
                            {"audience", &AuthorizationRequest::audience},
                            {"state", &AuthorizationRequest::state},
                            {"nonce", &AuthorizationRequest::nonce},
                            {"prompt", &AuthorizationRequest::prompt},
                            {"login_hint", &AuthorizationRequest::login_hint},
                            {"id_token_hint", &AuthorizationRequest::id_token_hint},
                            {"code_challenge", &AuthorizationRequest::code_challenge},
                            {"dpop_jkt", &AuthorizationRequest::dpop_jkt},
                            {"connection", &AuthorizationRequest::connection},
                            {"connection_scope", &AuthorizationRequest::connection_scope},
                            {"screen_hint", &AuthorizationRequest::screen_hint},
                            {"ui_locales", &AuthorizationRequest::ui_locales},
                            {"acr_values", &AuthorizationRequest::acr_values},
                            {"organization", &AuthorizationRequest::organization},
                            {"invitation", &AuthorizationRequest::invitation}};
constexpr Field carried[] = {{"issuer", &AuthorizationRequest::issuer},
                             {"authenticated", &AuthorizationRequest::authenticated},
                             {"selected", &AuthorizationRequest::selected},
                             {"consented", &AuthorizationRequest::consented},
                             {"extended", &AuthorizationRequest::extended},
                             {"extended_for", &AuthorizationRequest::extended_for},
                             {"continues", &AuthorizationRequest::continues},
                             {"user_code", &AuthorizationRequest::user_code},
                             {"passkey_offered", &AuthorizationRequest::passkey_offered}};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// What a request brings is kept for it, so it has a bound: many times what applications send.
Refusal check_size(const AuthorizationRequest& r) {
  constexpr std::size_t most = 16 * 1024;  // bytes, of all parameters together
  std::size_t size = 0;
  for (const auto& [name, member] : fields) size += (r.*member).size();
  if (size > most) return {{"invalid_request", "The parameters are longer than 16 kB together"}};
  return {};
}

Refusal check_encoding(const AuthorizationRequest& r) {
  for (const auto& [name, member] : fields)
    if (!text::is_utf8(r.*member))
      return {{"invalid_request", std::string("Parameter ") + name + " is not valid UTF-8"}};
  return {};
}

// AZ-212 · RFC 6749 section 3.1.1; OpenID Connect Core section 3
Refusal check_response_type(const Client& client, const AuthorizationRequest& r) {
  const auto words = text::split(r.response_type, ' ');
  if (words.empty()) return {{"invalid_request", "Missing required parameter: response_type"}};
  for (const auto word : words)
    if (!is_one_of(word, {"code", "token", "id_token"}))
      return {{"unsupported_response_type", "Unsupported response type: " + r.response_type}};
  if (r.wants("code") && !client.has_grant("authorization_code"))
    return {{"unauthorized_client", "Grant type 'authorization_code' not allowed for the client."}};
  if ((r.wants("token") || r.wants("id_token")) && !client.has_grant("implicit"))
    return {{"unauthorized_client", "Grant type 'implicit' not allowed for the client."}};
  // AZ-212 · OpenID Connect Core section 3.2.2.1
  if (r.wants("id_token") && r.nonce.empty() && (!r.wants("code") || client.strict_openid))
    return {{"invalid_request", "Missing required parameter: nonce"}};
  return {};
}

// AZ-214 · OAuth 2.0 Multiple Response Type Encoding Practices section 2.1
Refusal check_response_mode(const AuthorizationRequest& r) {
  if (!is_one_of(r.response_mode, {"", "query", "fragment", "form_post", "web_message"}))
    return {{"invalid_request", "Unsupported response mode: " + r.response_mode}};
  if (r.response_mode == "query" && (r.wants("token") || r.wants("id_token")))
    return {{"invalid_request", "response_mode=query is for response_type=code only: tokens do not belong in a query"}};
  return {};
}

// S256 only, and required of public clients.
// AZ-603 · RFC 7636 section 4.4.1; RFC 9700 section 2.1.1
Refusal check_pkce(const Client& client, const AuthorizationRequest& r, std::string_view method) {
  if (r.code_challenge.empty()) {
    if (!method.empty()) return {{"invalid_request", "code_challenge_method was sent without a code_challenge"}};
    if (r.wants("code") && client.is_public() && !client.auth0_js_compatible)
      return {{"invalid_request", "Missing required parameter: code_challenge (public clients must use PKCE)"}};
    return {};
  }
  if (method != "S256") return {{"invalid_request", "code_challenge_method must be S256"}};
  if (!oauth::is_s256_challenge(r.code_challenge))
    return {{"invalid_request", "code_challenge must be the base64url of a SHA-256 digest: 43 characters"}};
  return {};
}

// The key that the code is bound to.
// AZ-642 · RFC 9449 section 10
Refusal check_key(const AuthorizationRequest& r) {
  if (r.dpop_jkt.empty() || oauth::is_s256_challenge(r.dpop_jkt)) return {};
  return {{"invalid_request", "dpop_jkt must be the thumbprint of a key (RFC 7638): 43 characters of base64url"}};
}

// AZ-202, AZ-206 · OpenID Connect Core section 3.1.2.1
Refusal check_prompt(const AuthorizationRequest& r, const Parameters& parameters,
                     std::optional<std::int64_t>& max_age) {
  for (const auto word : text::split(r.prompt, ' '))
    if (!is_one_of(word, {"none", "login", "consent", "select_account"}))
      return {{"invalid_request", "Unsupported prompt: " + std::string(word)}};
  if (r.prompts("none") && text::split(r.prompt, ' ').size() > 1)
    return {{"invalid_request", "prompt=none cannot be combined with another prompt"}};
  if (const auto text = parameters.get("max_age"); !text.empty()) {
    max_age = text::parse_int(text);
    if (!max_age || *max_age < 0) return {{"invalid_request", "max_age must be a number of seconds"}};
  }
  return {};
}

// An application says whether it is for organizations (`organization_usage`).
// AZ-1702 · Auth0: organization_usage
Refusal check_organization(const Tenant& tenant, const Client& client, AuthorizationRequest& r) {
  if (r.organization.empty()) {
    if (client.requires_organization && !client.asks_for_organization)
      return {{"invalid_request", "parameter organization is required for this client"}};
    if (!r.invitation.empty()) return {{"invalid_request", "parameter organization is required with an invitation"}};
    return {};
  }
  if (!client.uses_organizations) return {{"invalid_request", "parameter organization is not allowed for this client"}};
  const auto o = tenant.find_organization(r.organization);
  if (!o) return {{"invalid_request", "parameter organization is invalid: there is no such organization"}};
  r.organization = o->id;
  const auto named = tenant.find_connection(r.connection, client);
  // AZ-1704 · Auth0: enabled_connections
  if (named && !Doors(tenant, client, o->id).admit(*named))
    return {{"invalid_request", "the specified connection is not enabled for this organization"}};
  return {};
}

// RFC 8707 section 2
Refusal check_resource(const Tenant& tenant, const Parameters& parameters, AuthorizationRequest& r) {
  auto audience = asked_audience(tenant, parameters);
  if (!audience) return {{audience.error().code, audience.error().description}};
  r.audience = *std::move(audience);
  return {};
}

Refusal check_unsupported(const Parameters& parameters) {
  // AZ-211 · RFC 6749 section 3.1
  // What has no value is not there.
  const auto has_value = [&](std::string_view name) {
    return std::any_of(parameters.pairs().begin(), parameters.pairs().end(),
                       [&](const auto& p) { return p.first == name && !p.second.empty(); });
  };
  if (has_value("request_uri")) return {{"request_uri_not_supported", "Only a request_uri of /oauth/par is supported"}};
  return {};
}

// What counts of a request: what its request object says, if it has one, else its parameters. What is wrong with the
// object is told where its parameters, which nobody has signed, say that answers go.
struct Unpacked {
  Parameters parameters;
  Refusal refusal;
  bool is_signed = false;
};

// AZ-647 · RFC 9101 section 6.3
Unpacked unpack(const Tenant& tenant, const Parameters& outer, const std::string& issuer, bool pushed,
                std::int64_t now) {
  const auto object = outer.get("request");
  const auto client = object.empty() ? Found<Client>() : tenant.find_client(outer.get("client_id"));
  if (!client) return {outer, {}};
  if (const auto twice = outer.repeated(); !twice.empty())
    return {outer, {{"invalid_request", "Repeated parameter: " + std::string(twice)}}};
  auto read = read_request_object(*client, issuer, object, now);
  if (!read) return {outer, {{read.error().code, read.error().description}}};
  // The key that was proven when the request was pushed.
  // AZ-642 · RFC 9449 section 10.1
  const auto proven = pushed ? outer.get("dpop_jkt") : std::string_view();
  if (!proven.empty() && read->has("dpop_jkt") && read->get("dpop_jkt") != proven)
    return {*std::move(read),
            {{"invalid_dpop_proof", "dpop_jkt of the request object is another key than that of the DPoP proof"}},
            true};
  if (!pushed || !outer.has("dpop_jkt") || read->has("dpop_jkt")) return {*std::move(read), {}, true};
  auto pairs = read->pairs();
  pairs.emplace_back("dpop_jkt", outer.get("dpop_jkt"));
  return {Parameters(std::move(pairs)), {}, true};
}

// AZ-647 · RFC 9101 section 10.5
Refusal check_signed(const Client& client, const Unpacked& unpacked) {
  if (unpacked.refusal || unpacked.is_signed || !client.requires_request_object) return unpacked.refusal;
  return {{"invalid_request",
           "The application must sign its requests: send a request object (signed_request_object.required)"}};
}

// Everything up to here is answered on our own page.
std::optional<pages::ErrorPage> check_destination(const Tenant& tenant, const Parameters& parameters,
                                                  const AuthorizationRequest& r, bool pushed) {
  // AZ-211 · RFC 6749 section 3.1
  const auto repeated = parameters.repeated();
  if (is_one_of(repeated, {"client_id", "redirect_uri", "response_mode", "response_type", "state"}))
    return pages::ErrorPage{.status = 400,
                            .key = "parameter_repeated",
                            .code = "invalid_request: repeated parameter " + std::string(repeated)};
  if (r.client_id.empty())
    return pages::ErrorPage{
        .status = 400, .key = "client_missing", .code = "invalid_request: missing required parameter: client_id"};
  const auto client = tenant.find_client(r.client_id);
  // AZ-211 · RFC 6749 section 4.1.2.1
  if (!client)
    return pages::ErrorPage{.status = 400,
                            .key = "client_unknown",
                            .code = "invalid_request: unknown client",
                            .hint = "no application has the client_id \"" + r.client_id + "\"."};
  // AZ-215 · RFC 9126 section 6
  if (client->requires_par && !pushed)
    return pages::ErrorPage{
        .status = 400,
        .key = "par_invalid",
        .code = "invalid_request: the application must use pushed authorization requests",
        .hint = "\"" + client->name +
                "\" has require_pushed_authorization_requests: send the request to /oauth/par first."};
  if (r.redirect_uri.empty())
    return pages::ErrorPage{.status = 400,
                            .key = "redirect_uri_missing",
                            .code = "invalid_request: missing required parameter: redirect_uri"};
  // AZ-211 · RFC 6749 section 3.1.2.4; RFC 9700 section 2.1
  if (!client->may_redirect_to(r.redirect_uri, r.issuer))
    return pages::ErrorPage{.status = 403,
                            .key = "redirect_uri_mismatch",
                            .code = "unauthorized_client: callback URL mismatch",
                            .hint = "add \"" + r.redirect_uri + "\" to the Allowed Callback URLs (callbacks) of \"" +
                                    client->name + "\". The comparison is exact."};
  return {};
}

}  // namespace

bool AuthorizationRequest::wants(std::string_view type) const { return text::has_word(response_type, type); }
bool AuthorizationRequest::prompts(std::string_view what) const { return text::has_word(prompt, what); }

Value AuthorizationRequest::to_json() const {
  Value out = Value::object();
  const auto add = [&](const Field& f) {
    if (!(this->*f.member).empty()) out.set(f.name, this->*f.member);
  };
  std::for_each(std::begin(fields), std::end(fields), add);
  std::for_each(std::begin(carried), std::end(carried), add);
  if (max_age) out.set("max_age", *max_age);
  return out;
}

AuthorizationRequest AuthorizationRequest::from_json(const Value& v) {
  AuthorizationRequest r;
  const auto take = [&](const Field& f) { r.*f.member = v[f.name].text(); };
  std::for_each(std::begin(fields), std::end(fields), take);
  std::for_each(std::begin(carried), std::end(carried), take);
  r.max_age = v["max_age"].as_int();
  return r;
}

Judged judge_authorization_request(const Tenant& tenant, const Parameters& outer, std::string issuer, bool pushed,
                                   std::int64_t now) {
  const Unpacked unpacked = unpack(tenant, outer, issuer, pushed, now);
  const Parameters& parameters = unpacked.parameters;
  AuthorizationRequest r;
  r.issuer = std::move(issuer);
  for (const auto& [name, member] : fields) r.*member = std::string(parameters.get(name));
  if (unpacked.refusal && r.redirect_uri.empty())
    return pages::ErrorPage{
        .status = 400, .key = "par_invalid", .code = unpacked.refusal->first + ": " + unpacked.refusal->second};
  if (auto page = check_destination(tenant, parameters, r, pushed)) return *std::move(page);
  const auto found_client = tenant.find_client(r.client_id);
  const Client& client = *found_client;

  Refusal refusal;
  if (const auto twice = parameters.repeated(); !twice.empty())
    refusal = {{"invalid_request", "Repeated parameter: " + std::string(twice)}};
  if (!refusal) refusal = check_encoding(r);
  if (!refusal) refusal = check_size(r);
  const bool readable = !refusal;
  if (!refusal) refusal = check_response_mode(r);
  if (!refusal) refusal = check_response_type(client, r);
  const bool unusable_mode = refusal && !is_one_of(r.response_mode, {"fragment", "form_post", "web_message"});
  if (r.response_mode.empty() || unusable_mode)
    r.response_mode = r.wants("token") || r.wants("id_token") ? "fragment" : "query";
  // What a request object would have said is missing in its request: that it is not read comes first.
  if (readable)
    if (auto unsupported = check_unsupported(parameters)) refusal = unsupported;
  if (readable)
    if (auto unsigned_ = check_signed(client, unpacked)) refusal = unsigned_;
  if (!refusal) refusal = check_pkce(client, r, parameters.get("code_challenge_method"));
  if (!refusal) refusal = check_key(r);
  if (!refusal) refusal = check_prompt(r, parameters, r.max_age);
  if (!refusal) refusal = check_organization(tenant, client, r);
  if (!refusal) refusal = check_resource(tenant, parameters, r);
  if (!refusal) return r;
  if (!text::is_utf8(r.state)) r.state.clear();
  return ClientError{std::move(r), std::move(refusal->first), std::move(refusal->second)};
}

}  // namespace ostia::authority
