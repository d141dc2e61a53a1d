// An upstream that anybody can sign in at as anybody (`ostia.stand_in` of a connection): it speaks as X does, so that a
// developer sees the whole way of such a login with no account there.
#include "dev/endpoints.hpp"
#include "flow/step.hpp"
#include "http/body.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t code_lifetime = 60, token_lifetime = 7200;  // seconds
constexpr const char* carried[] = {"redirect_uri", "state", "code_challenge"};

Response sign_in_page(const Authority& a, const Request& request, const Parameters& p, std::string alert) {
  const auto look = look_for(*a.tenant(), request, {});
  pages::FormPage page{.status = alert.empty() ? 200 : 400,
                       .heading = look.texts.get("stand_in.title"),
                       .text = look.texts.get("stand_in.text"),
                       .alert = std::move(alert),
                       .action = "/_dev/upstream/authorize"};
  for (const char* name : carried) page.hidden.emplace_back(name, p.get(name));
  page.fields = {{"username", look.texts.get("username"), std::string(p.get("username")), "text", "off"}};
  page.buttons = {{"accept", look.texts.get("continue")}, {"deny", look.texts.get("consent.deny"), true}};
  return pages::form(look, page);
}

// Ids there are numbers; the same name has the same one each time.
std::string id_of_name(const std::string& name) {
  std::uint64_t number = 0;
  for (const char c : sha256(name).substr(0, 7)) number = number * 256 + static_cast<unsigned char>(c);
  return std::to_string(number);
}

bool is_handle(std::string_view s) {
  return !s.empty() && s.size() <= 15 &&
         std::all_of(s.begin(), s.end(), [](char c) { return text::is_alnum(c) || c == '_'; });
}

}  // namespace

Answering show_stand_in(Authority& a, Request request) {
  const Parameters p(url::parse_form(request.query));
  if (p.get("redirect_uri") != request.issuer + "login/callback")
    co_return oauth_error(400, "invalid_request", "The stand-in sends people back to this authority only.");
  co_return sign_in_page(a, request, p, {});
}

Answering submit_stand_in(Authority& a, Request request) {
  const Parameters p = read_form(request);
  std::string to(p.get("redirect_uri"));
  if (to != request.issuer + "login/callback")
    co_return oauth_error(400, "invalid_request", "The stand-in sends people back to this authority only.");
  url::append_query(to, "state", p.get("state"));
  if (p.get("action") == "deny") {
    url::append_query(to, "error", "access_denied");
    url::append_query(to, "error_description", "The person declined");
    co_return redirect(to);
  }
  const std::string name(p.get("username"));
  if (!is_handle(name)) {
    const auto look = look_for(*a.tenant(), request, {});
    co_return sign_in_page(a, request, p, look.texts.get("stand_in.handle"));
  }
  url::append_query(
      to, "code",
      seal_ticket(a, "stand_in_code", Value::object({{"username", name}, {"code_challenge", p.get("code_challenge")}}),
                  code_lifetime));
  co_return redirect(to);
}

Answering stand_in_token(Authority& a, Request request) {
  const Parameters p = read_form(request);
  const std::string code(p.get("code"));
  const auto v = open_ticket(a, "stand_in_code", code);
  const bool is_proven = v && (*v)["code_challenge"] == Value(text::base64url_encode(sha256(p.get("code_verifier"))));
  if (!is_proven) co_return oauth_error(400, "invalid_grant", "The code is not good.");
  CO_AWAIT(const auto first, use_once(a, code, (*v)["until"].as_int().value_or(0)));
  if (!first || !*first) co_return oauth_error(400, "invalid_grant", "The code has been used.");
  co_return json_response(
      200,
      Value::object({{"access_token", seal_ticket(a, "stand_in_token", Value::object({{"username", (*v)["username"]}}),
                                                  token_lifetime)},
                     {"token_type", "bearer"},
                     {"expires_in", token_lifetime}}));
}

Answering stand_in_userinfo(Authority& a, Request request) {
  std::string_view token = request.header("authorization");
  token.remove_prefix(token.starts_with("Bearer ") ? 7 : 0);
  const auto v = open_ticket(a, "stand_in_token", token);
  if (!v) co_return oauth_error(401, "invalid_token", "The token is not good.");
  const std::string& name = (*v)["username"].text();
  co_return json_response(
      200, Value::object({{"data", Value::object({{"id", id_of_name(name)}, {"name", name}, {"username", name}})}}));
}

}  // namespace ostia::authority
