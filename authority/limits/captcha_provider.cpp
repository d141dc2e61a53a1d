#include "limits/captcha_provider.hpp"

#include <algorithm>

#include "ostia/url/percent.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Settings = AttackProtection::Captcha;
using Kind = CaptchaVerdict::Kind;

constexpr long patience = 5;  // seconds: somebody waits

HttpCall post(const Settings& s, const std::string& url, const char* type, std::string body) {
  HttpCall call;
  call.method = "POST";
  call.url = s.verify_url.empty() ? url : s.verify_url;
  call.headers = {{"Content-Type", type}, {"Accept", "application/json"}};
  call.body = std::move(body);
  call.limit = 64 * 1024;
  call.connect_timeout = call.timeout = patience;
  return call;
}

HttpCall post_json(const Settings& s, const std::string& url, const Value& body) {
  return post(s, url, "application/json", json::write(body));
}

// The form that Google began with. Nobody is told the person's address: their browser has told it already.
HttpCall siteverify(const Settings& s, const std::string& url, const std::string& answer) {
  return post(s, url, "application/x-www-form-urlencoded",
              "secret=" + url::percent_encode(s.secret) + "&response=" + url::percent_encode(answer) +
                  "&sitekey=" + url::percent_encode(s.site_key));
}

std::string listed(const Value& codes) {
  std::string out;
  for (const auto& code : codes.items()) out.append(out.empty() ? "" : " ").append(code.text());
  return out.substr(0, 200);
}

// A code that says something of the secret or the request says nothing of the person.
bool is_about_keys(const Value& codes) {
  return std::any_of(codes.items().begin(), codes.items().end(), [](const Value& code) {
    const std::string& c = code.text();
    return c.find("secret") != c.npos || c.find("sitekey") != c.npos || c == "bad-request" || c == "bad_request";
  });
}

std::optional<Value> body_of(const HttpAnswer& answer) {
  auto body = json::parse(answer.body, 16);
  if (answer.status >= 500 || !body || !body->is_object()) return {};
  return *std::move(body);
}

CaptchaVerdict judge_success(const HttpAnswer& answer, const char* codes) {
  const auto body = body_of(answer);
  if (!body || !(*body)["success"].is_bool())
    return {answer.status >= 400 && answer.status < 500 ? Kind::keys_wrong : Kind::no_verdict, {}, {}, {}};
  const bool is_right = (*body)["success"].as_bool();
  const Kind kind = is_right ? Kind::right : is_about_keys((*body)[codes]) ? Kind::keys_wrong : Kind::wrong;
  return {kind, (*body)["hostname"].text(), (*body)["action"].text(), listed((*body)[codes])};
}

CaptchaVerdict judge_siteverify(const HttpAnswer& answer) { return judge_success(answer, "error-codes"); }
CaptchaVerdict judge_friendly(const HttpAnswer& answer) { return judge_success(answer, "errors"); }

CaptchaVerdict judge_assessment(const HttpAnswer& answer) {
  const auto body = body_of(answer);
  if (!body) return {};
  const Value& token = (*body)["tokenProperties"];
  if (answer.status >= 400) return {Kind::keys_wrong, {}, {}, (*body)["error"]["status"].text()};
  if (!token["valid"].is_bool()) return {};
  return {token["valid"].as_bool() ? Kind::right : Kind::wrong, token["hostname"].text(), token["action"].text(),
          token["invalidReason"].text()};
}

CaptchaVerdict judge_arkose(const HttpAnswer& answer) {
  const auto body = body_of(answer);
  if (!body) return {};
  const Value& solved = (*body)["session_details"]["solved"];
  const std::string& error = (*body)["error"].text();
  if (solved.is_bool()) return {solved.as_bool() ? Kind::right : Kind::wrong, {}, {}, error};
  const bool is_of_token = error.find("session") != error.npos || error == "DENIED ACCESS";
  return {is_of_token ? Kind::wrong : Kind::keys_wrong, {}, {}, error};
}

HttpCall ask_recaptcha(const Settings& s, const std::string& answer) {
  return siteverify(s, "https://www.google.com/recaptcha/api/siteverify", answer);
}
HttpCall ask_hcaptcha(const Settings& s, const std::string& answer) {
  return siteverify(s, "https://api.hcaptcha.com/siteverify", answer);
}
HttpCall ask_turnstile(const Settings& s, const std::string& answer) {
  return siteverify(s, "https://challenges.cloudflare.com/turnstile/v0/siteverify", answer);
}
HttpCall ask_enterprise(const Settings& s, const std::string& answer) {
  return post_json(s,
                   "https://recaptchaenterprise.googleapis.com/v1/projects/" + url::percent_encode(s.project) +
                       "/assessments?key=" + url::percent_encode(s.secret),
                   Value::object({{"event", Value::object({{"token", answer}, {"siteKey", s.site_key}})}}));
}
HttpCall ask_friendly(const Settings& s, const std::string& answer) {
  return post_json(s, "https://api.friendlycaptcha.com/api/v1/siteverify",
                   Value::object({{"solution", answer}, {"secret", s.secret}, {"sitekey", s.site_key}}));
}
HttpCall ask_arkose(const Settings& s, const std::string& answer) {
  return post_json(s, "https://" + url::percent_encode(s.verify_subdomain) + ".arkoselabs.com/api/v4/verify/",
                   Value::object({{"private_key", s.secret}, {"session_token", answer}}));
}

const std::vector<CaptchaProvider>& providers() {
  constexpr const char *google = "https://www.recaptcha.net/recaptcha/ https://www.google.com/recaptcha/",
                       *static_google =
                           "https://www.recaptcha.net/recaptcha/ https://www.google.com/recaptcha/ "
                           "https://www.gstatic.com/recaptcha/ https://www.gstatic.cn/recaptcha/",
                       *turnstile = "https://challenges.cloudflare.com",
                       *turnstile_script = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit",
                       *hcaptcha = "https://hcaptcha.com https://*.hcaptcha.com",
                       *arkose = "https://{client}.arkoselabs.com";
  const std::vector<std::pair<std::string_view, std::string_view>> of_google = {
      {"script-src", static_google}, {"frame-src", google}, {"connect-src", google}};
  const std::vector<std::pair<std::string_view, std::string_view>> of_turnstile = {
      {"script-src", turnstile}, {"frame-src", turnstile}, {"connect-src", turnstile}};
  static const std::vector<CaptchaProvider> all = {
      {"recaptcha_v2", "recaptcha_v2", false, ask_recaptcha, judge_siteverify,
       "https://www.recaptcha.net/recaptcha/api.js?render=explicit", of_google},
      {"recaptcha_enterprise", "recaptcha_enterprise", false, ask_enterprise, judge_assessment,
       "https://www.recaptcha.net/recaptcha/enterprise.js?render=explicit", of_google},
      {"hcaptcha",
       "hcaptcha",
       false,
       ask_hcaptcha,
       judge_siteverify,
       "https://js.hcaptcha.com/1/api.js?render=explicit",
       {{"script-src", hcaptcha}, {"frame-src", hcaptcha}, {"style-src", hcaptcha}, {"connect-src", hcaptcha}}},
      {"auth_challenge", "auth0_v2", true, ask_turnstile, judge_siteverify, turnstile_script, of_turnstile},
      {"turnstile", "auth0_v2", true, ask_turnstile, judge_siteverify, turnstile_script, of_turnstile},
      {"friendly_captcha",
       "friendly_captcha",
       false,
       ask_friendly,
       judge_friendly,
       "https://cdn.jsdelivr.net/npm/friendly-challenge@0.9.12/widget.min.js",
       {{"script-src", "https://cdn.jsdelivr.net/npm/friendly-challenge@0.9.12/ 'wasm-unsafe-eval'"},
        {"worker-src", "blob:"},
        {"connect-src", "https://api.friendlycaptcha.com"}}},
      {"arkose",
       "arkose",
       true,
       ask_arkose,
       judge_arkose,
       "https://{client}.arkoselabs.com/v2/{key}/api.js",
       {{"script-src", arkose}, {"frame-src", arkose}, {"style-src", arkose}, {"connect-src", arkose}}},
  };
  return all;
}

}  // namespace

std::string CaptchaProvider::filled(std::string_view text, const Settings& s) {
  std::string out(text);
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string>{"{client}", url::percent_encode(s.client_subdomain)},
        {"{key}", url::percent_encode(s.site_key)}})
    if (const auto at = out.find(name); at != out.npos) out.replace(at, name.size(), value);
  return out;
}

const CaptchaProvider* find_captcha_provider(std::string_view name) {
  const auto it = std::find_if(providers().begin(), providers().end(), [&](const auto& p) { return p.name == name; });
  return it == providers().end() ? nullptr : &*it;
}

}  // namespace ostia::authority
