// `/authorize` (checklist section 2): judge the request, look at the session, then either answer or show the login
// page. Nothing is written until a person signs in: the request travels sealed in the login page's address, bound to
// the browser by its device cookie, so a flood of requests fills no table.
#include <boost/asio/awaitable.hpp>

#include "ostia/jose/jws.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "protocol/authorization_response.hpp"
#include "protocol/code.hpp"
#include "protocol/cookies.hpp"
#include "protocol/grant.hpp"
#include "protocol/login_state.hpp"

namespace ostia::authority {
namespace {

using json::Value;

struct SignedIn {
  Session session;
  User user;
};

// The session that this request may be answered from, if any.
Async<std::optional<SignedIn>> current_session(Authority& a, const Request& request) {
  const std::string cookie = read_cookie(request, CookieKind::session);
  auto session_task = find_session(a.store, cookie, a.clock.now(), a.session_limits());
  auto session = co_await std::move(session_task);
  if (!session) co_return std::move(session).error();
  if (!session->has_value()) co_return std::optional<SignedIn>();
  auto user_task = find_user(a.store, (*session)->user_id);
  auto user = co_await std::move(user_task);
  if (!user) co_return std::move(user).error();
  if (!user->has_value() || (*user)->blocked) co_return std::optional<SignedIn>();
  co_return std::optional(SignedIn{**session, **user});
}

// Core section 3.1.2.1: the person that the hint names must be the one who is signed in.
bool agrees_with_hint(const Authority& a, const AuthorizationRequest& r, const SignedIn& who) {
  if (r.id_token_hint.empty()) return true;
  const auto jws = jose::decode_jws(r.id_token_hint);
  if (!jws) return false;
  const SigningKey* key = a.find_key(jws->header["kid"].text());
  return key && key->verify(jws->signing_input, jws->signature) && jws->payload["sub"] == Value(who.user.id);
}

bool is_recent_enough(const AuthorizationRequest& r, const SignedIn& who, std::int64_t now) {
  if (r.authenticated == who.session.id) return true;  // signed in for this very request
  if (r.prompts("login") || r.prompts("select_account")) return false;
  return !r.max_age || (*r.max_age > 0 && now - who.session.auth_time <= *r.max_age);
}

// The tokens and codes that the response type names (Core sections 3.1 to 3.3).
Response answer(Authority& a, const AuthorizationRequest& r, const SignedIn& who) {
  const auto tenant = a.tenant();
  const Client& client = *tenant->find_client(r.client_id);
  auto access = resolve_access(a, r.issuer, r.audience, r.scope);
  if (!access) return deliver_error(r, access.error().code, access.error().description);
  const Grant grant{r.issuer,      r.client_id, who.user.id,           who.session.id,       access->audience,
                    access->scope, r.nonce,     who.session.auth_time, r.max_age.has_value()};
  Fields fields;
  std::string code, access_token;
  if (r.wants("code")) {
    code = issue_code(a, grant, r.redirect_uri, r.code_challenge);
    fields.emplace_back("code", code);
  }
  if (r.wants("token")) {
    AccessToken token = issue_access_token(a, grant, true);
    access_token = token.value;
    fields.insert(
        fields.end(),
        {{"access_token", token.value}, {"expires_in", std::to_string(token.expires_in)}, {"token_type", "Bearer"}});
    if (grant.scope != r.scope) fields.emplace_back("scope", grant.scope);
  }
  if (r.wants("id_token") && text::has_word(grant.scope, "openid"))
    fields.emplace_back("id_token", issue_id_token(a, grant, who.user, client, access_token, code));
  if (fields.empty()) return deliver_error(r, "invalid_request", "response_type=id_token needs the scope openid");
  return deliver(r, std::move(fields));
}

Response show_login_page(Authority& a, const Request& request, const AuthorizationRequest& r) {
  std::string device = read_cookie(request, CookieKind::device);
  const bool is_new = device.size() != 43;
  if (is_new) device = random_id();
  Response response = redirect("/u/login?state=" + seal_login_state(a, r, device));
  if (is_new) set_cookie(response, request, CookieKind::device, device, 365 * 24 * 3600);
  return response;
}

boost::asio::awaitable<Response> decide(Authority& a, const Request& request, const AuthorizationRequest& r) {
  auto who_task = current_session(a, request);
  const auto who = co_await std::move(who_task);
  if (!who) co_return deliver_error(r, "server_error", "The session could not be read; try again");
  const bool usable = who->has_value() && agrees_with_hint(a, r, **who) && is_recent_enough(r, **who, a.clock.now());
  if (usable && !a.tenant()->find_client(r.client_id)->is_first_party)
    co_return deliver_error(r, "consent_required", "Consent required");
  if (usable) co_return answer(a, r, **who);
  if (r.prompts("none")) co_return deliver_error(r, "login_required", "Login required");
  co_return show_login_page(a, request, r);
}

}  // namespace

Answering authorize(Authority& a, Request request) {
  const Parameters parameters(url::parse_form(request.method == "POST" ? request.body : request.query));
  const auto tenant = a.tenant();
  auto judged = judge_authorization_request(*tenant, parameters, request.issuer);
  if (auto* page = std::get_if<pages::ErrorPage>(&judged)) {
    if (!a.dev) page->hint.clear();
    co_return pages::error(*page);
  }
  if (auto* error = std::get_if<ClientError>(&judged))
    co_return deliver_error(error->request, error->error, error->description);
  const auto& r = std::get<AuthorizationRequest>(judged);
  // Before anybody is asked for a password: an audience that does not exist is the client's mistake.
  if (auto access = resolve_access(a, r.issuer, r.audience, r.scope); !access)
    co_return deliver_error(r, access.error().code, access.error().description);
  auto deciding = decide(a, request, r);
  co_return co_await std::move(deciding);
}

Answering resume(Authority& a, Request request) {
  const Parameters parameters(url::parse_form(request.query));
  const auto r = open_login_state(a, parameters.get("state"), read_cookie(request, CookieKind::device), request.issuer);
  if (!r) co_return stale_login_page(a);
  auto deciding = decide(a, request, *r);
  co_return co_await std::move(deciding);
}

}  // namespace ostia::authority
