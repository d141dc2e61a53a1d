// The MFA API (AZ-1401 to AZ-1406), for applications with pages of their own: what factors a person has, a new one,
// and a challenge by one. Who has only a password, and so an `mfa_token`, may add the first factor and take none away.
#include "accounts/notices.hpp"
#include "accounts/passwordless.hpp"
#include "accounts/users.hpp"
#include "endpoints/endpoints.hpp"
#include "endpoints/mfa_grants.hpp"
#include "grants/client_authentication.hpp"
#include "grants/mfa_token.hpp"
#include "grants/proof.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "mfa/totp.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "protocol/enrolment.hpp"
#include "state/problem.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// The user that a call is for, and what they have proven.
struct Bearer {
  User user;
  std::string client_id;
  bool has_only_password = true;
  bool may_enrol = true;  // by what they have shown: an access token with the scope, a password; nothing that was kept
};

Error invalid_token() { return oauth(401, "invalid_token", "Invalid Token", "mfa_token_invalid"); }

// AZ-1406 · Auth0: mfa/authenticators
Async<Bearer> by_access_token(Authority& a, const Request& request, PresentedToken presented, std::string scope) {
  const auto claims = read_own_token(a, TokenUse::mfa, request.issuer, presented.token);
  if (!claims) co_return invalid_token();
  CO_TRY_VOID(check_possession(a, request, presented, *claims));
  if (!text::has_word((*claims)["scope"].text(), scope))
    co_return oauth(403, "insufficient_scope", "Insufficient scope, expected: " + scope, "scope_missing");
  CO_TRY(const auto user, find_holder(a, *claims));
  if (!user || user->blocked || user->epoch != origin_of(*claims).epoch) co_return invalid_token();
  co_return Bearer{*user, client_of(*claims), false};
}

// AZ-1405 · Auth0: mfa_token
Async<Bearer> who_asks(Authority& a, const Request& request, std::string otherwise, std::string scope) {
  PresentedToken presented = presented_token(request);
  if (presented.token.empty()) presented.token = std::move(otherwise);
  if (presented.token.empty()) co_return oauth(401, "unauthorized", "Missing mfa_token", "mfa_token_missing");
  if (presented.token.find('.') != std::string::npos)
    CO_RETURN(by_access_token(a, request, std::move(presented), std::move(scope)));
  CO_TRY(auto pending, open_mfa_token(a, request, {}, std::move(presented.token)));
  co_return Bearer{std::move(pending.user), pending.grant.client_id, true, pending.may_enrol};
}

// A client that names itself must be the one that the token was given to.
// AZ-1405 · RFC 6749 section 2.3
Async<Unit> check_client(Authority& a, const Request& request, const Value& body, const std::string& client_id) {
  if (!body.find("client_id") && !body.find("client_secret") && !body.find("client_assertion")) co_return Unit{};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [key, item] : body.members())
    if (item.is_string()) pairs.emplace_back(key, item.text());
  const auto tenant = a.tenant();
  const Parameters parameters(std::move(pairs));
  CO_TRY(const auto client, authenticate_client(a, *tenant, request, parameters));
  if (client->id != client_id) co_return invalid_token();
  co_return Unit{};
}

Value shown(const Authenticator& one) {
  Value out = Value::object({{"id", one.id},
                             {"authenticator_type", one.is_out_of_band() ? std::string("oob") : one.type},
                             {"active", one.confirmed}});
  if (one.is_out_of_band()) {
    out.set("oob_channel", one.type);
    out.set("name", masked(one.body["address"].text()));
  }
  if (one.body["name"].is_string()) out.set("name", one.body["name"]);
  return out;
}

Response answer(int status, const Value& body) { return json_response(status, body).with("Cache-Control", "no-store"); }

// What an association asks for: a type of ours, and the address of a code.
struct Wanted {
  std::string type, address;
};

Result<Wanted> read_wanted(const Tenant& tenant, const Value& body) {
  const auto types = texts(body["authenticator_types"]), channels = texts(body["oob_channels"]);
  if (types.size() != 1)
    return oauth(400, "invalid_request", "authenticator_types must be a list of one: \"otp\" or \"oob\"", "mfa_type");
  Wanted out{types[0], {}};
  if (out.type == "oob") {
    if (channels.size() != 1)
      return oauth(400, "invalid_request", "oob_channels must be a list of one: \"sms\" or \"email\"", "mfa_channel");
    out.type = channels[0];
  }
  const bool is_known = out.type == "otp" || out.type == "sms" || out.type == "email";
  if (!is_known || !contains(tenant.factors, out.type))
    return oauth(403, "unsupported_challenge_type", "The factor \"" + out.type + "\" is not turned on for this tenant",
                 "mfa_factor_missing");
  if (out.type == "otp") return out;
  Connection kind;
  kind.strategy = out.type;
  auto address = passwordless_address(kind, body[out.type == "sms" ? "phone_number" : "email"].text());
  if (!address) return oauth(400, "invalid_request", address.error().description, address.error().reason);
  out.address = *std::move(address);
  return out;
}

Async<Response> associate(Authority& a, const Request& request, const Value& body) {
  CO_TRY(const auto who, who_asks(a, request, {}, "enroll"));
  CO_TRY_VOID(check_client(a, request, body, who.client_id));
  const auto tenant = a.tenant();
  const auto wanted = read_wanted(*tenant, body);
  if (!wanted) co_return wanted.error();
  CO_TRY(const auto factors, factors_of(a, who.user));
  // AZ-1401 · Auth0: mfa/associate
  if (!who.may_enrol)
    co_return oauth(403, "access_denied", "A factor is added after a login with the password", "mfa_login_needed");
  const auto step =
      protocol::judge_enrolment({.logged_in_at = a.clock.now(),  // both kinds of token live for ten minutes
                                 .has_factor = !factors.usable.empty(),
                                 .has_shown_factor = !who.has_only_password},
                                a.clock.now());
  if (step != protocol::EnrolmentStep::enrol)
    co_return oauth(403, "access_denied", "User is already enrolled.", "mfa_enrolled");
  const bool is_otp = wanted->type == "otp";
  const std::string secret = is_otp ? make_totp_secret() : "";
  Value body_of_it = is_otp ? Value::object({{"secret", secret}}) : Value::object({{"address", wanted->address}});
  if (!who.has_only_password) body_of_it.set("with_another", true);
  const Authenticator made = make_authenticator(a, who.user.id, wanted->type, std::move(body_of_it));
  // Whoever begins again has not finished before.
  auto statements = together(forget_begun(who.user.id), insert_authenticator(a, made));
  Value out = Value::object({{"authenticator_type", is_otp ? "otp" : "oob"}});
  if (is_otp) {
    out.set("secret", secret);
    out.set("barcode_uri", totp_uri(tenant->name, a.issuer, who.user.login_name(), secret));
  } else {
    out.set("binding_method", "prompt");
    out.set("oob_channel", wanted->type);
    out.set("oob_code", seal_oob_code(a, who.user.id, made.id));
  }
  if (factors.usable.empty() && tenant->gives_recovery_codes) {
    NewRecoveryCode code = make_recovery_code(a, who.user.id, false);
    append(statements, std::move(code.keep));
    out.set("recovery_codes", Value::array({code.code}));
  }
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  if (!is_otp) CO_TRY_VOID(send_code(a, request, who.user, made, who.client_id));
  record(a, request,
         {.type = "gd_start_enroll",
          .description = "Second factor: " + wanted->type,
          .client_id = who.client_id,
          .user_id = who.user.id});
  co_return answer(200, out);
}

// Of those that the application can show and the person has, the one that was named, or used last.
// AZ-1402, AZ-1403 · Auth0: mfa/challenge
const Authenticator* choose(const Factors& factors, std::string_view types, std::string_view id) {
  for (const auto& one : factors.usable) {
    const bool fits = text::has_word(types, one.is_out_of_band() ? "oob" : one.type);
    if (fits && (id.empty() || one.id == id) && !one.is_webauthn()) return &one;
  }
  return nullptr;
}

Async<Response> challenge_by(Authority& a, const Request& request, const Value& body) {
  CO_TRY(const auto who, who_asks(a, request, body["mfa_token"].text(), "enroll"));
  CO_TRY_VOID(check_client(a, request, body, who.client_id));
  CO_TRY(const auto factors, factors_of(a, who.user));
  if (factors.usable.empty())
    co_return oauth(403, "association_required", "User does not have any authenticators: associate one first",
                    "mfa_association_required");
  const std::string types = body["challenge_type"].text().empty() ? "otp oob" : body["challenge_type"].text();
  const Authenticator* one = choose(factors, types, body["authenticator_id"].text());
  if (!one)
    co_return oauth(403, "unsupported_challenge_type", "User does not have a factor of: " + types,
                    "mfa_challenge_unsupported");
  if (!one->is_out_of_band()) co_return answer(200, Value::object({{"challenge_type", "otp"}}));
  CO_TRY_VOID(send_code(a, request, who.user, *one, who.client_id));
  co_return answer(200, Value::object({{"challenge_type", "oob"},
                                       {"oob_code", seal_oob_code(a, who.user.id, one->id)},
                                       {"binding_method", "prompt"}}));
}

Async<Response> list(Authority& a, const Request& request) {
  CO_TRY(const auto who, who_asks(a, request, {}, "read:authenticators"));
  CO_TRY(const auto all, list_authenticators(a, who.user.id));
  CO_TRY(const auto factors, factors_of(a, who.user));
  Value out = Value::array();
  for (const auto& one : all) out.push_back(shown(one));
  for (const auto& one : factors.usable)  // their own address, which is kept with the account
    if (one.id == "email|" + who.user.id) out.push_back(shown(one));
  co_return answer(200, out);
}

Async<Response> remove(Authority& a, const Request& request, std::string id) {
  CO_TRY(const auto who, who_asks(a, request, {}, "remove:authenticators"));
  // AZ-1406 · Auth0: mfa/authenticators
  if (who.has_only_password)
    co_return oauth(403, "insufficient_scope", "An access token with the scope remove:authenticators is needed",
                    "scope_missing");
  CO_TRY(const auto removed, remove_authenticator(a, request, who.user, id));
  if (!removed) co_return oauth(404, "not_found", "There is no such authenticator", "authenticator_unknown");
  record(a, request,
         {.type = "gd_unenroll",
          .description = "Second factor removed",
          .client_id = who.client_id,
          .user_id = who.user.id});
  co_return Response{204, {}, {}};
}

Answering reply(Authority& a, Async<Response> handling) {
  auto result = co_await std::move(handling);
  if (result) co_return *std::move(result);
  Response response = oauth_problem(a, result.error());
  const auto challenge = proof_challenge(result.error());
  co_return challenge ? response.with("WWW-Authenticate", *challenge) : response;
}

}  // namespace

Answering mfa_associate(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return oauth_problem(a, body.error());
  CO_RETURN(reply(a, associate(a, request, *body)));
}

Answering mfa_challenge(Authority& a, Request request) {
  Value body = Value::object();
  const auto parameters = read_parameters(request);
  if (!parameters) co_return oauth_problem(a, parameters.error());
  for (const auto& [name, value] : parameters->pairs()) body.set(name, value);
  CO_RETURN(reply(a, challenge_by(a, request, body)));
}

Answering mfa_authenticators(Authority& a, Request request) { CO_RETURN(reply(a, list(a, request))); }

Answering mfa_remove_authenticator(Authority& a, Request request) {
  constexpr std::string_view folder = "/mfa/authenticators/";
  CO_RETURN(reply(a, remove(a, request, url::percent_decode(request.path.substr(folder.size())).value_or(""))));
}

}  // namespace ostia::authority
