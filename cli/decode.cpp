#include <iostream>
#include <memory>

#include "account.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oidc/audience.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

using json::Value;

struct DecodeOptions {
  AccountOptions account;
  std::string token = "-";
  TokenVerifierOptions verifier;
};

std::string read_token(const std::string& argument) {
  std::string token = argument;
  if (token == "-") std::getline(std::cin, token);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) token.pop_back();
  return token;
}

// The token's own, so that its other claims can be checked: the first of several.
std::string own_audience(const Value& payload) {
  const auto audiences = oidc::audiences_of(payload);
  return audiences.empty() ? std::string() : std::string(audiences.front());
}

void print_object(const char* title, const Value& object) {
  say(title);
  for (const auto& [key, item] : object.members()) say("  " + padded(key, 12) + " " + json::write(item));
}

void print_checks(const std::vector<TokenVerifier::Check>& checks, const std::string& hint) {
  say("checks");
  for (const auto& check : checks)
    say_marked(check.passed ? Colour::green : Colour::red, check.passed ? "  ok  " : "  FAIL",
               " " + padded(check.name, 20) + " " + check.detail);
  if (!hint.empty()) say("  " + hint);
}

Value to_json(const jose::UnverifiedJws& jws, const std::vector<TokenVerifier::Check>& checks, bool is_good) {
  Value list = Value::array();
  for (const auto& check : checks)
    list.push_back(Value::object({{"check", check.name}, {"passed", check.passed}, {"detail", check.detail}}));
  return Value::object(
      {{"header", jws.header}, {"payload", jws.payload}, {"checks", std::move(list)}, {"valid", is_good}});
}

int decode(DecodeOptions o) {
  const std::string token = read_token(o.token);
  const auto jws = jose::decode_jws(token);
  if (!jws)
    return report(peer_error("invalid_token", "This is no signed token: " + jws.error().description, "token_malformed"),
                  o.account.json);
  const bool knows_authority = complete(o.account).has_value();
  std::vector<TokenVerifier::Check> checks;
  std::string hint;
  if (o.account.auth.domain.empty()) {
    hint = "Nothing is checked: say whose token it must be with --domain";
  } else {
    o.verifier.domain = o.account.auth.domain;
    o.verifier.issuer = o.account.auth.issuer;
    o.verifier.ca_file = o.account.auth.ca_file;
    const bool is_id_token = !jws->payload.find("scope");
    if (o.verifier.audience.empty() && is_id_token && knows_authority) o.verifier.audience = o.account.auth.client_id;
    const bool is_told = !o.verifier.audience.empty();
    if (!is_told) o.verifier.audience = own_audience(jws->payload);
    if (o.verifier.audience.empty()) o.verifier.audience = "(none)";
    auto explained = TokenVerifier(o.verifier).explain(token);
    if (!explained) return report(explained.error(), o.account.json);
    checks = *std::move(explained);
    for (auto& check : checks)
      if (check.name == "audience" && !is_told) check.detail = "not checked: say which it must be with --audience";
  }
  bool is_good = !checks.empty();
  for (const auto& check : checks) is_good = is_good && check.passed;
  if (o.account.json) {
    say_json(to_json(*jws, checks, is_good));
  } else {
    print_object("header", jws->header);
    print_object("payload", jws->payload);
    print_checks(checks, hint);
  }
  return is_good || checks.empty() ? Exit::done : Exit::failed;
}

}  // namespace

Run add_decode(CLI::App& app) {
  auto o = std::make_shared<DecodeOptions>();
  CLI::App* verb = app.add_subcommand("decode", "Takes a token apart, and checks it against the authority's keys.");
  add_account_options(*verb, o->account);
  verb->add_option("token", o->token, "The token; - reads it from standard input, where other users do not see it")
      ->type_name("TOKEN")
      ->capture_default_str();
  verb->add_option("--audience", o->verifier.audience, "The audience that it must have")->type_name("URI");
  verb->add_option("--algorithms", o->verifier.algorithms, "What it may be signed with (RS256)")->type_name("ALGS");
  verb->add_option("--leeway", o->verifier.leeway, "Seconds that clocks may differ")
      ->type_name("S")
      ->capture_default_str();
  return [o] { return decode(*o); };
}

}  // namespace ostia::cli
