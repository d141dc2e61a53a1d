#include "limits/captcha.hpp"

#include <algorithm>

#include "limits/captcha_provider.hpp"
#include "limits/proof_of_work.hpp"
#include "limits/risk.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/problem.hpp"
#include "tenant/captcha.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Settings = AttackProtection::Captcha;

constexpr std::string_view bypass = "BYPASS_CAPTCHA";
constexpr std::size_t longest = 16 * 1024;  // bytes of an answer

Settings::When policy_of(const Settings& s, Stage stage) {
  switch (stage) {
    case Stage::login:
    case Stage::signup: return s.at_password;
    case Stage::passwordless: return s.at_passwordless;
    case Stage::reset: return s.at_reset;
  }
  return Settings::When::always;
}

// What the tenant's policy says, whether or not it only watches.
Async<bool> is_due(Authority& a, const Request& request, Stage stage) {
  const auto tenant = a.tenant();
  const Settings& s = tenant->attack_protection.captcha;
  const auto when = policy_of(s, stage);
  if (when == Settings::When::never || s.allowlist.contains(request.peer)) co_return false;
  if (when == Settings::When::always) co_return true;
  CO_RETURN(is_risky(a, request));
}

Error wrong() { return {"invalid_captcha", "Invalid captcha value", "captcha_wrong", 400, Fault::caller}; }

Error unreachable() {
  return {"temporarily_unavailable", "The CAPTCHA's provider cannot be asked. Try again in a moment.",
          "captcha_unreachable", 503, Fault::caller};
}

Error incomplete() {
  return {"temporarily_unavailable", "The CAPTCHA is not set up completely. Please contact the administrator.",
          "captcha_incomplete", 503, Fault::caller};
}

// What the providers' test keys answer: good for development.
constexpr std::string_view test_hosts[] = {"testkey.google.com", "dummy-key-pass", "example.com"};

std::string host_of(std::string_view url) {
  const auto parsed = url::parse(url);
  return parsed ? text::lower(parsed->host) : "";
}

// A registered URL may stand for the hosts below a name (`https://*.example.com`).
bool has_host(std::string_view registered, std::string_view host) {
  const std::string own = host_of(registered);
  return own == host || (own.starts_with("*.") && host.ends_with(std::string_view(own).substr(1)));
}

// Whether a widget there is one of ours or of an application's: an answer that somebody was tricked into giving on
// another site is none.
bool is_own_host(const Authority& a, const Tenant& tenant, const Request& request, const std::string& host) {
  if (host.empty() || host == host_of(request.issuer)) return true;
  if (a.dev && std::find(std::begin(test_hosts), std::end(test_hosts), host) != std::end(test_hosts)) return true;
  for (const auto& domain : tenant.custom_domains)
    if (text::lower(domain) == host) return true;
  return std::any_of(tenant.clients.begin(), tenant.clients.end(), [&](const auto& one) {
    const Client& c = one.second;
    for (const auto* list : {&c.web_origins, &c.allowed_origins, &c.callbacks})
      for (const auto& url : *list)
        if (has_host(url, host)) return true;
    return false;
  });
}

// What the action of an answer is where the page named one.
bool is_of_stage(std::string_view action, Stage stage) { return action.empty() || action == name_of(stage); }

Async<Unit> ask_provider(Authority& a, const Request& request, const CaptchaProvider& provider, Stage stage,
                         std::string answer) {
  const auto tenant = a.tenant();
  const Settings& s = tenant->attack_protection.captcha;
  const auto tell = [&](const char* event, std::string what) {
    log_event("error", event, {{"provider", std::string(provider.name)}, {"what", std::move(what)}});
  };
  if (const auto missing = missing_captcha_key(s); !missing.empty()) {
    tell("captcha_incomplete", "attackProtection.captcha." + missing + " is missing");
    co_return incomplete();
  }
  if (answer == bypass && provider.is_bypassed && s.fails_open) co_return Unit{};
  if (answer.empty() || answer == bypass || answer.size() > longest) co_return wrong();
  CO_AWAIT(const auto told, a.http.send(provider.ask(s, answer)));
  if (!told) {
    tell("captcha_unreachable", told.error().description);
    if (s.fails_open && is_silence(told.error())) co_return Unit{};
    co_return unreachable();
  }
  const CaptchaVerdict verdict = provider.judge(*told);
  switch (verdict.kind) {
    case CaptchaVerdict::Kind::no_verdict:
      tell("captcha_unreachable", "it answered " + std::to_string(told->status) + ", which is no verdict");
      if (s.fails_open) co_return Unit{};
      co_return unreachable();
    case CaptchaVerdict::Kind::keys_wrong:
      tell("captcha_incomplete", "it does not take the keys: " + verdict.codes);
      co_return incomplete();
    case CaptchaVerdict::Kind::wrong: co_return wrong();
    case CaptchaVerdict::Kind::right: break;
  }
  if (!is_own_host(a, *tenant, request, text::lower(verdict.hostname)) || !is_of_stage(verdict.action, stage)) {
    log_event("warning", "captcha_of_another_place",
              {{"provider", std::string(provider.name)}, {"hostname", verdict.hostname}, {"action", verdict.action}});
    co_return wrong();
  }
  co_return Unit{};
}

Async<Unit> check_answer(Authority& a, const Request& request, Stage stage, std::string answer) {
  const auto tenant = a.tenant();
  const CaptchaProvider* provider = find_captcha_provider(tenant->attack_protection.captcha.provider);
  if (provider) CO_RETURN(ask_provider(a, request, *provider, stage, std::move(answer)));
  CO_TRY(const bool is_solved, take_proof(a, stage, std::move(answer)));
  if (!is_solved) co_return wrong();
  co_return Unit{};
}

void note(Authority& a, const Request& request, Stage stage, std::string what, std::string reason) {
  record(a, request,
         {.type = "pla",  // the vendor's pre-login assessment
          .description = std::move(what),
          .reason = std::move(reason),
          .details = Value::object({{"stage", std::string(name_of(stage))}})});
}

// Whoever says what it is, says so in `Auth0-Client`.
std::string library_of(const Request& request) {
  std::string text(request.header("auth0-client"));
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  const auto plain = text::base64url_decode(text);
  const auto info = json::parse(plain.value_or(""), 8);
  return info && info->is_object() ? (*info)["name"].text() : "";
}

pages::Captcha question_of(const Authority& a, Stage stage) {
  const auto tenant = a.tenant();
  const Settings& s = tenant->attack_protection.captcha;
  const CaptchaProvider* provider = find_captcha_provider(s.provider);
  if (!provider) return {Value::object({{"provider", "altcha"}, {"challenge", make_proof_challenge(a, stage)}}), {}};
  pages::Captcha out{Value::object({{"provider", std::string(provider->wire)},
                                    {"script", CaptchaProvider::filled(provider->script, s)},
                                    {"siteKey", s.site_key},
                                    {"action", std::string(name_of(stage))}}),
                     {}};
  for (const auto& [directive, sources] : provider->sources)
    out.sources.emplace_back(directive, CaptchaProvider::filled(sources, s));
  return out;
}

}  // namespace

Async<bool> is_captcha_asked(Authority& a, const Request& request, Stage stage) {
  const auto tenant = a.tenant();
  if (tenant->attack_protection.captcha.only_watches) co_return false;
  CO_RETURN(is_due(a, request, stage));
}

// AZ-317 · Auth0: attack-protection
Async<Human> check_captcha(Authority& a, const Request& request, Stage stage, std::string answer) {
  CO_TRY(const bool due, is_due(a, request, stage));
  if (!due) co_return Human();
  const auto tenant = a.tenant();
  if (tenant->attack_protection.captcha.only_watches) {
    note(a, request, stage, "A CAPTCHA would have been asked", {});
    co_return Human();
  }
  CO_AWAIT(const auto good, check_answer(a, request, stage, std::move(answer)));
  if (good) co_return Human();
  note(a, request, stage, good.error().description, good.error().reason);
  co_return good.error();
}

Error as_program_error(Error e, std::string_view answer, int status) {
  if (e.reason != "captcha_wrong" || !answer.empty()) return e;
  return oauth(status, "requires_verification", "Suspicious request requires verification", "captcha_missing");
}

Async<Value> captcha_challenge(Authority& a, const Request& request, Stage stage) {
  CO_TRY(const bool asked, is_captcha_asked(a, request, stage));
  if (!asked) co_return Value::object({{"required", false}});
  const auto tenant = a.tenant();
  const Settings& s = tenant->attack_protection.captcha;
  const CaptchaProvider* provider = find_captcha_provider(s.provider);
  if (!provider)
    co_return Value::object(
        {{"required", true}, {"provider", "altcha"}, {"challenge", make_proof_challenge(a, stage)}});
  Value out = Value::object({{"required", true}, {"provider", std::string(provider->wire)}, {"siteKey", s.site_key}});
  if (provider->name == "arkose") out.set("clientSubdomain", s.client_subdomain);
  co_return out;
}

bool cannot_show_captcha(const Authority& a, const Request& request) {
  const auto tenant = a.tenant();
  if (find_captcha_provider(tenant->attack_protection.captcha.provider)) return false;
  return library_of(request).starts_with("auth0.js") &&
         request.header("accept").find("altcha") == std::string_view::npos;
}

boost::asio::awaitable<Response> form_with_captcha(Authority& a, const Request& request, Stage stage, pages::Look look,
                                                   pages::FormPage page) {
  CO_AWAIT(const auto asked, is_captcha_asked(a, request, stage));
  if (!asked) co_return pages::trouble(look, asked.error());
  if (*asked && !page.buttons.empty()) page.captcha = question_of(a, stage);
  co_return pages::form(look, page);
}

}  // namespace ostia::authority
