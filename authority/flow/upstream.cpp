#include "flow/upstream.hpp"
#include "accounts/users.hpp"

#include "accounts/document.hpp"
#include "flow/authorization_response.hpp"
#include "flow/endpoints.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/oauth/issuer.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/ticket.hpp"
#include "upstream/accounts.hpp"

namespace ostia::authority {
namespace upstream {
namespace {

using json::Value;
using Answer = boost::asio::awaitable<Response>;

constexpr std::int64_t logout_lifetime = 3600;  // seconds

// A failure, as the application is told of it; what exactly was wrong is in the log, and with `--dev` in the answer.
Response fail(Authority& a, const Request& request, const AuthorizationRequest& r, const Error& e) {
  const bool is_ours = e.fault == Fault::ours;
  record(a, request,
         {.type = "f",
          .description = "Login at " + r.connection + ": " + e.description,
          .client_id = r.client_id,
          .connection = r.connection,
          .reason = e.reason});
  if (!r.user_code.empty())
    return pages::error(look_for(*a.tenant(), request, r.ui_locales),
                        {is_ours ? 503 : 403, "upstream_failed", "access_denied", a.dev ? e.description : ""});
  if (is_ours)
    return deliver_error(a, request, r, e.code, e.status == 0 ? "Something went wrong; try again" : e.description);
  if (e.fault == Fault::caller) return deliver_error(a, request, r, e.code, e.description);
  return deliver_error(a, request, r, "access_denied", "Authentication error" + (a.dev ? ": " + e.description : ""));
}

// Parameters of the request that a connection hands on by `upstream_params`, and those that it always sends.
// AZ-1601 · Auth0: upstream_params
void add_upstream_params(std::string& url, const Upstream& u, const AuthorizationRequest& r) {
  const std::pair<std::string_view, std::string> known[] = {
      {"acr_values", r.acr_values}, {"audience", r.audience},
      {"client_id", r.client_id},   {"id_token_hint", {}},
      {"login_hint", r.login_hint}, {"max_age", r.max_age ? std::to_string(*r.max_age) : ""},
      {"prompt", r.prompt},         {"ui_locales", r.ui_locales}};
  for (const auto& [name, rule] : u.upstream_params.members()) {
    std::string value = rule["value"].text();
    for (const auto& [alias, given] : known)
      if (rule["alias"].is(std::string(alias).c_str())) value = given;
    if (!value.empty()) url::append_query(url, name, value);
  }
}

// X takes states of up to 500 characters.
std::size_t longest_state(const Connection& c) {
  constexpr std::size_t of_x = 500;
  return c.strategy == "twitter" && !c.upstream.is_stand_in ? of_x : longest_in_address;
}

std::string authorization_url(const Authority& a, const Attempt& attempt, const Endpoints& e,
                              const AuthorizationRequest& r) {
  const Upstream& u = attempt.connection->upstream;
  std::string url = e.authorization;
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) url::append_query(url, name, value);
  };
  add("client_id", u.client_id);
  add("response_type", u.is_front_channel ? "id_token" : "code");
  add("redirect_uri", attempt.redirect_uri());
  add("scope", u.scope + (r.connection_scope.empty() ? "" : " " + r.connection_scope));
  add("state", attempt.state);
  // Apple answers with a form when it is to say a name.
  if (u.is_front_channel || attempt.connection->strategy == "apple") add("response_mode", "form_post");
  if (u.is_oidc) {
    add("nonce", attempt.nonce(a));
    add("login_hint", r.login_hint);
    if (r.prompts("login")) add("prompt", "login");
    if (r.max_age) add("max_age", std::to_string(*r.max_age));
  }
  if (u.uses_pkce && !u.is_front_channel) {
    add("code_challenge", text::base64url_encode(sha256(attempt.code_verifier(a))));
    add("code_challenge_method", "S256");
  }
  add_upstream_params(url, u, r);
  return url;
}

// Codes of RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6 that mean the same to the application.
// AZ-1606 · OpenID Connect Core section 3.1.2.6
Error from_answer(const Parameters& answer) {
  std::string code = "access_denied", description;
  for (const char* known : {"login_required", "interaction_required", "consent_required", "temporarily_unavailable"})
    if (answer.get("error") == known) code = known;
  for (const char c : answer.get("error_description").substr(0, 200))
    if (c >= 0x20 && c < 0x7F) description += c;
  if (description.empty()) description = "The upstream refused the login";
  return {code, description, "upstream_denied", 403, Fault::caller};
}

// Against answers of another upstream than the one that was asked.
// AZ-1607 · RFC 9207 section 2.4
Status check_answer(const Endpoints& e, const Parameters& answer, bool is_front_channel) {
  const auto iss = answer.has("iss") ? std::optional(answer.get("iss")) : std::nullopt;
  if (!oauth::is_response_of(iss, e.issuer, e.names_issuer))
    return refused("the answer is of the issuer \"" + std::string(answer.get("iss").substr(0, 200)) +
                       "\", asked was \"" + e.issuer + "\"",
                   "upstream_issuer_mismatch");
  if (answer.has("error")) return from_answer(answer);
  if (answer.get(is_front_channel ? "id_token" : "code").empty())
    return refused("its answer has no code", "upstream_malformed");
  return ok();
}

// A browser goes on by itself, but not as part of the upstream's form: a policy there on where its forms may lead
// (form-action) holds for each redirect that follows, and knows nothing of the application.
Response go_on(const Authority& a, const Request& request, const AuthorizationRequest& r, Response response) {
  if (request.header("sec-fetch-dest") != "document") return response;
  const auto location = std::find_if(response.headers.begin(), response.headers.end(),
                                     [](const auto& header) { return header.first == "Location"; });
  if (location == response.headers.end()) return response;
  const auto look = look_for(*a.tenant(), request, r.ui_locales);
  Response page = pages::message(look, look.texts.get("upstream.back.title"), "",
                                 {{"", look.texts.get("continue"), location->second}});
  page.with("Refresh", "0;url=" + location->second);
  for (const auto& [name, value] : response.headers)
    if (name == "Set-Cookie") page.with(name, value);
  return page;
}

// Of no one session: which it will be is not known yet when it is sealed.
constexpr Kept of_a_session{"sessions", "", "upstream"};

// What the logout needs later; only where there is a place to log out at.
Value session_body(const Authority& a, const Endpoints& e, const Connection& c, const Identity& identity) {
  if (e.end_session.empty()) return Value::object();
  return Value::object(
      {{"upstream",
        a.secrets.seal(json::write(Value::object({{"connection", c.name}, {"id_token", identity.id_token}})),
                       of_a_session)}});
}

// One answer makes one session: the back button onto it goes on with that.
std::string mark_of(const Authority& a, const Parameters& answer) {
  const std::string_view code = answer.get("code"), id_token = answer.get("id_token");
  if (code.empty() && id_token.empty()) return {};
  return a.secrets.mark("upstream answer\n" + std::string(answer.get("state")) + "\n" +
                        std::string(code.empty() ? id_token : code));
}

Async<std::string> session_of_answer(Authority& a, const Request& request, std::string mark) {
  CO_TRY(const auto who, current_session(a, request));
  const bool is_its = who && !mark.empty() && who->session.body["answer"].text() == mark;
  co_return is_its ? who->session.id : std::string();
}

}  // namespace

Answer arrive(Authority& a, const Request& request, Parameters answer) {
  CO_AWAIT(const auto step, open_step(a, request, std::string(answer.get("state"))));
  // AZ-1608 · RFC 9700 section 4.7.1
  if (!step) CO_RETURN(begin_anew(a, request));
  const AuthorizationRequest& r = step->request;
  const auto c = step->doors().find(r.connection);
  if (!c || !c->is_upstream()) CO_RETURN(begin_anew(a, request));
  const std::string mark = mark_of(a, answer);
  CO_AWAIT(const auto made, session_of_answer(a, request, mark));
  if (made && !made->empty()) {
    AuthorizationRequest again = r;
    again.authenticated = *made;
    CO_RETURN(show_step(a, request, std::move(again), "/authorize/resume"));
  }
  const Deadline until = soon();
  CO_AWAIT(const auto endpoints, endpoints_of(a, request, *c, until));
  if (!endpoints) co_return fail(a, request, r, endpoints.error());
  if (auto checked = check_answer(*endpoints, answer, c->upstream.is_front_channel); !checked)
    co_return fail(a, request, r, checked.error());
  const Attempt attempt{c, request.issuer, step->state, until};
  CO_AWAIT(const auto identity, identify(a, attempt, *endpoints, answer));
  if (!identity) co_return fail(a, request, r, identity.error());
  CO_AWAIT(const auto user, sign_in(a, request, *c, *identity, r.client_id));
  if (!user) co_return fail(a, request, r, user.error());
  Value body = session_body(a, *endpoints, *c, *identity);
  body.set("answer", mark);
  CO_AWAIT(auto response, finish_login(a, request, r, *user, std::move(body)));
  co_return go_on(a, request, r, std::move(response));
}

std::string display_name(const Connection& c) {
  if (!c.display_name.empty()) return c.display_name;
  for (const auto& [strategy, name] : {std::pair{"google-oauth2", "Google"},
                                       {"github", "GitHub"},
                                       {"facebook", "Facebook"},
                                       {"twitter", "X"},
                                       {"apple", "Apple"},
                                       {"windowslive", "Microsoft"},
                                       {"linkedin", "LinkedIn"}})
    if (c.strategy == strategy) return name;
  return c.name;
}

// AZ-1602 · Auth0: showAsButton
std::vector<pages::Link> ways(const Step& step) {
  std::vector<pages::Link> out;
  for (const auto& c : step.tenant->connections)
    if (c.is_upstream() && c.shows_button && is_known_strategy(c.strategy) && step.doors().admit(c)) {
      std::string to = step.to("/u/upstream");
      url::append_query(to, "connection", c.name);
      out.push_back({"", step.text("login.continue_with", {{"name", display_name(c)}}), std::move(to)});
    }
  return out;
}

Answer depart(Authority& a, const Request& request, AuthorizationRequest r, std::string name) {
  const auto tenant = a.tenant();
  const auto c = tenant->find_connection(name);
  CO_AWAIT(const auto endpoints, endpoints_of(a, request, *c, soon()));
  r.connection = std::move(name);
  if (!endpoints) co_return fail(a, request, r, endpoints.error());
  CO_RETURN(leave_with_state(
      a, request, r, "/login/callback",
      [&](const std::string& state) { return authorization_url(a, {c, request.issuer, state, {}}, *endpoints, r); },
      longest_state(*c)));
}

Async<std::optional<std::string>> logout_url(Authority& a, const Request& request, Session session, std::string to) {
  const auto text = a.secrets.open(session.body["upstream"].text(), of_a_session);
  const auto kept = text ? json::parse(*text) : Result<Value>(Value());
  const auto tenant = a.tenant();
  const auto c = kept ? tenant->find_connection((*kept)["connection"].text()) : nullptr;
  if (!c) co_return std::optional<std::string>();
  CO_AWAIT(const auto endpoints, endpoints_of(a, request, *c, soon()));
  if (!endpoints || endpoints->end_session.empty()) co_return std::optional<std::string>();
  std::string url = endpoints->end_session;
  if (const std::string& hint = (*kept)["id_token"].text(); !hint.empty())
    url::append_query(url, "id_token_hint", hint);
  url::append_query(url, "client_id", c->upstream.client_id);
  url::append_query(url, "post_logout_redirect_uri", request.issuer + "v2/logout/callback");
  std::vector<Statement> keep;
  url::append_query(
      url, "state",
      seal_for_address(a, "upstream_logout", Value::object({{"to", std::move(to)}}), logout_lifetime, keep));
  if (!keep.empty()) CO_TRY_VOID(a.store.commit(std::move(keep)));
  co_return std::optional(std::move(url));
}

}  // namespace upstream

Answering show_upstream(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const Parameters query(url::parse_form(request.query));
  const auto c = step->doors().find(query.get("connection"));
  if (!c || !c->is_upstream()) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  CO_RETURN(upstream::depart(a, request, step->request, c->name));
}

Answering upstream_callback(Authority& a, Request request) {
  CO_RETURN(upstream::arrive(a, request, Parameters(url::parse_form(request.query))));
}

}  // namespace ostia::authority
