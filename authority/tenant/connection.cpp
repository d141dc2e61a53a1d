#include "tenant/connection.hpp"

#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// The vendor's least lengths (checklist section 4).
std::int64_t least_length(const std::string& level) {
  if (level == "none") return 1;
  if (level == "low") return 6;
  return level == "excellent" ? 10 : 8;
}

PasswordPolicy read_policy(const Value& options) {
  PasswordPolicy p;
  p.level = text_or(options["passwordPolicy"], "good");
  p.min_length = at_least(options["password_complexity_options"]["min_length"], 1, least_length(p.level));
  if (options["password_history"]["enable"].as_bool()) p.history = at_least(options["password_history"]["size"], 1, 5);
  p.dictionary = options["password_dictionary"]["enable"].as_bool();
  p.words = texts(options["password_dictionary"]["dictionary"]);
  p.no_personal_info = options["password_no_personal_info"]["enable"].as_bool();
  return p;
}

SmsSettings read_sms(const Value& options, const Sealer& secrets) {
  const auto secret = [&](const std::string& name) {
    return secrets.open(options[name + "_sealed"].text()).value_or("");
  };
  SmsSettings s;
  if (options["provider"].is("sms_gateway")) {
    s.gateway = text_or(options["gateway_url"], "");
    s.gateway_token = secret("gateway_token");
  }
  s.twilio_url = text_or(options["ostia"]["twilio_url"], s.twilio_url.c_str());
  s.twilio_sid = text_or(options["twilio_sid"], "");
  s.twilio_token = secret("twilio_token");
  s.from = text_or(options["from"], "");
  s.messaging_service = text_or(options["messaging_service_sid"], "");
  return s;
}

}  // namespace

bool Connection::is_enabled_for(const Client& client) const {
  return everywhere || contains(enabled_clients, client.id) || contains(enabled_clients, client.name);
}

Connection read_connection(const Value& v, const Sealer& secrets) {
  const Value& options = v["options"];
  Connection c;
  c.name = v["name"].text();
  c.strategy = text_or(v["strategy"], "auth0");
  c.enabled_clients = texts(v["enabled_clients"]);
  c.everywhere = !v.find("enabled_clients");
  c.disable_signup = options["disable_signup"].as_bool();
  c.requires_username = options["requires_username"].as_bool();
  c.username_min = at_least(options["validation"]["username"]["min"], 1, c.username_min);
  c.username_max = at_least(options["validation"]["username"]["max"], 1, c.username_max);
  c.brute_force_protection = options["brute_force_protection"].as_bool(true);
  c.password_policy = read_policy(options);
  c.otp.length = std::clamp<std::int64_t>(at_least(options["totp"]["length"], 4, c.otp.length), 4, 12);
  c.otp.lifetime = at_least(options["totp"]["time_step"], 1, c.otp.lifetime);
  c.sms = read_sms(options, secrets);
  // An e-mail connection's wording is in `email`, a text message's in `template`.
  const Value& email = options["email"];
  c.wording = {text_or(email["from"], ""), text_or(email["subject"], ""), text_or(email["body"], ""), true};
  if (c.strategy == "sms") c.wording.body = text_or(options["template"], "");
  c.wording.liquid = !(email["syntax"].is("md_with_macros") || options["syntax"].is("md_with_macros"));
  return c;
}

}  // namespace ostia::authority
