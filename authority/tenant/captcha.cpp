#include "tenant/captcha.hpp"

#include "tenant/reading.hpp"
#include "tenant/schema.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Captcha = AttackProtection::Captcha;

Captcha::When read_when(const Value& policy) {
  using enum Captcha::When;
  return policy.is("always") ? always : policy.is("when_risky") ? when_risky : never;
}

const char* secret_of(std::string_view provider) { return provider == "recaptcha_enterprise" ? "api_key" : "secret"; }

}  // namespace

Captcha read_captcha(const Value& v, const Value& policies) {
  Captcha out;
  out.provider = text_or(v["active_provider_id"], out.provider.c_str());
  const Value& of = v[out.provider];
  out.site_key = text_or(of["site_key"], "");
  out.secret = text_or(of[secret_of(out.provider)], "");
  out.project = text_or(of["project_id"], "");
  out.client_subdomain = text_or(of["client_subdomain"], "client-api");
  out.verify_subdomain = text_or(of["verify_subdomain"], "verify-api");
  out.verify_url = text_or(of["ostia"]["verify_url"], "");
  out.fails_open = of["fail_open"].as_bool();
  // Nobody means to leave a way open by saying nothing of it.
  const auto or_password = [&](const char* way) {
    return policies.find(way) ? read_when(policies[way]) : out.at_password;
  };
  out.at_password = read_when(policies["challenge_password_policy"]);
  out.at_passwordless = or_password("challenge_passwordless_policy");
  out.at_reset = or_password("challenge_password_reset_policy");
  out.only_watches = policies["monitoring_mode_enabled"].as_bool();
  out.allowlist = Networks::parse_good(texts(policies["allowlist"]));
  return out;
}

bool asks_anybody(const Captcha& c) {
  using enum Captcha::When;
  return c.at_password != never || c.at_passwordless != never || c.at_reset != never;
}

std::string missing_captcha_key(const Captcha& c) {
  if (c.provider == "simple_captcha") return {};
  const std::string of = c.provider + ".";
  if (c.site_key.empty()) return of + "site_key";
  if (c.secret.empty()) return of + secret_of(c.provider);
  return c.provider == "recaptcha_enterprise" && c.project.empty() ? of + "project_id" : "";
}

Status check_captcha_settings(const Value& attack_protection) {
  for (const auto& [part, schema] : {std::pair{"captcha", "captcha"}, {"botDetection", "bot_detection"}}) {
    if (!attack_protection.find(part)) continue;
    Value known = Value::object();
    for (const char* member : {"active_provider_id", "challenge_password_policy", "challenge_passwordless_policy",
                               "challenge_password_reset_policy", "monitoring_mode_enabled"})
      if (attack_protection[part].find(member) && schemas()[schema]["properties"].find(member))
        known.set(member, attack_protection[part][member]);
    if (auto good = validate(known, schema); !good) {
      Error e = std::move(good).error();
      e.description = std::string(part) + ": " + e.description;
      return e;
    }
  }
  return ok();
}

}  // namespace ostia::authority
