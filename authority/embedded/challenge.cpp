// `…/challenge`: whether an application's own form must ask who fills it in whether they are a robot, and how.
#include "embedded/endpoints.hpp"
#include "http/body.hpp"
#include "limits/captcha.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

Stage stage_of(std::string_view path) {
  if (path.starts_with("/dbconnections/signup")) return Stage::signup;
  if (path.starts_with("/dbconnections/change_password")) return Stage::reset;
  return path.starts_with("/passwordless") ? Stage::passwordless : Stage::login;
}

}  // namespace

Answering challenge(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return oauth_problem(a, body.error());
  if (!(*body)["state"].is_string() || (*body)["state"].text().empty())
    co_return oauth_problem(a, oauth(400, "invalid_request", "Missing required parameter: state", "state_missing"));
  // AZ-315 · Auth0: attack-protection
  CO_AWAIT(const auto asked, captcha_challenge(a, request, stage_of(request.path)));
  if (!asked) co_return oauth_problem(a, asked.error());
  // The vendor's library shows nothing for a provider that it does not know, and waits for ever; an error it shows.
  if ((*asked)["required"].as_bool() && cannot_show_captcha(a, request))
    co_return oauth_problem(
        a, oauth(400, "invalid_captcha",
                 "Forms of applications cannot ask the built-in question of this authority: log in on its own page, or "
                 "set up another provider in attackProtection.captcha",
                 "captcha_unsupported"));
  co_return json_response(200, *asked).with("Cache-Control", "no-store");
}

}  // namespace ostia::authority
