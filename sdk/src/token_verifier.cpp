#include "ostia/token_verifier.hpp"

#include <algorithm>

#include "call.hpp"
#include "dates.hpp"
#include "ostia/jose/algorithms.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oidc/id_token.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia {

using namespace sdk;

namespace {

constexpr std::size_t token_limit = std::size_t{64} * 1024;
constexpr int unauthorized = 401, unavailable = 503;

enum class Kind { access_token, id_token };

Result<std::string> word_date(std::int64_t seconds) { return utc_date(seconds); }

Error with_status(Error e, int status) {
  e.status = status;
  return e;
}
Error refuse(std::string description, std::string reason) {
  return with_status(peer_error("invalid_token", std::move(description), std::move(reason)), unauthorized);
}

WebAuthOptions session_options(const TokenVerifierOptions& o) {
  WebAuthOptions out;
  out.domain = o.domain;
  out.client_id = o.audience.empty() ? "verifier" : o.audience;
  out.issuer = o.issuer;
  out.jwks_uri = o.jwks_uri;
  out.id_token_algorithms = o.algorithms;
  out.leeway = o.leeway;
  out.ca_file = o.ca_file;
  out.environment = o.environment;
  return out;
}

// A compact JWS as views of its parts.
struct Parts {
  std::string_view header, payload, signature, signed_part;
};

std::optional<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return {};
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

Result<std::string_view> bearer(std::string_view authorization) {
  const auto space = authorization.find(' ');
  if (space == authorization.npos || text::lower(authorization.substr(0, space)) != "bearer") {
    return with_status(
        caller_error("invalid_request", "The request has no \"Authorization: Bearer\" header", "bearer_missing"),
        unauthorized);
  }
  const auto first = authorization.find_first_not_of(' ', space);
  return first == authorization.npos ? std::string_view() : authorization.substr(first);
}

}  // namespace

struct TokenVerifier::State {
  std::shared_ptr<Session> session;
  Result<Value> ready;  // the base, or what is wrong with the options
  std::string issuer, audience, algorithms, jwks_uri;
  std::int64_t leeway = 60;

  explicit State(const TokenVerifierOptions& o)
      : session(std::make_shared<Session>(session_options(o))),
        ready(o.audience.empty()
                  ? Result<Value>(caller_error("invalid_option", "audience is required", "invalid_option"))
                  : session->base()),
        audience(o.audience),
        algorithms(o.algorithms.empty() ? "RS256" : o.algorithms),
        leeway(o.leeway) {
    if (!ready) return;
    issuer = (*ready)["token_issuer"].text();
    jwks_uri = o.jwks_uri.empty() ? issuer + (issuer.ends_with('/') ? "" : "/") + ".well-known/jwks.json" : o.jwks_uri;
  }

  [[nodiscard]] std::int64_t now_ms() const { return session->environment().clock->now(); }

  [[nodiscard]] oidc::IdTokenExpectations expectations(const IdTokenChecks& checks) const {
    return {.issuer = issuer,
            .audience = audience,
            .nonce = checks.nonce,
            .max_age = checks.max_age ? std::optional(std::clamp(*checks.max_age, std::int64_t{0}, oidc::longest_age))
                                      : std::nullopt,
            .organization = checks.organization,
            .leeway = leeway,
            .now = now_ms() / 1000};
  }

  // The header of a token: its algorithm must be allowed before any key is looked at.
  [[nodiscard]] Result<Value> read_header(std::string_view part) const {
    const auto bytes = text::base64url_decode(part);
    auto header = bytes ? json::parse(*bytes) : Result<Value>(Error{});
    if (!header || !header->is_object()) return refuse("The token's header is not base64url JSON", "token_malformed");
    if (header->find("crit")) return refuse("The token's header has critical extensions", "token_malformed");
    // RFC 7797 section 7
    if (const Value* b64 = header->find("b64"); b64 && !b64->as_bool())
      return refuse("The token's payload is said to be no base64url (b64)", "token_malformed");
    // RFC 7515 section 4.1.4
    if (header->find("kid") && !(*header)["kid"].is_string())
      return refuse("The name of the key (kid) in the token's header is not a text", "token_malformed");
    const Value& alg = (*header)["alg"];
    if (!alg.is_string() || !text::has_word(algorithms, alg.text()))
      return refuse("The token is signed with \"" + alg.text() + "\", expected one of \"" + algorithms + "\"",
                    "algorithm_not_supported");
    return header;
  }

  // The key of a header, of the keys that are kept; `answer` is what is known of them.
  Result<KeyCache::Judged> judge(const Value& header, const HttpResponse& answer) const {
    auto judged = session->keys().judge(jwks_uri, header, now_ms());
    if (judged.key) return judged;
    if (answer.status != 200 || !json::parse(answer.body)) {
      const std::string what = answer.status == 0     ? answer.failure
                               : answer.status != 200 ? "status " + text::decimal(answer.status)
                                                      : "not JSON, content type \"" + answer.content_type + "\"";
      return with_status(
          peer_error("keys_unavailable", "The authority's keys at " + jwks_uri + " cannot be had: " + what,
                     "jwks_unreachable"),
          unavailable);
    }
    if (!header.find("kid"))
      return refuse("The token names no key (kid), and the authority has not exactly one for " + header["alg"].text(),
                    "key_unknown");
    const std::string named = "key \"" + header["kid"].text() + "\"";
    if (!judged.is_named) return refuse("The authority has no " + named, "key_unknown");
    return refuse("The authority's " + named + " is not fit for " + header["alg"].text(), "key_unfit");
  }

  static Status check_type(const std::string& type, Kind kind) {
    // RFC 7515 section 4.1.9: without a slash, it is short for the same with "application/".
    const std::string_view name = std::string_view(type).substr(type.starts_with("application/") ? 12 : 0);
    const bool is_access_token = name == "at+jwt";
    const bool is_plain = type.empty() || name == "jwt";
    if (kind == Kind::access_token ? is_access_token || is_plain : is_plain) return ok();
    return refuse("The token is of type \"" + type + "\"", "token_type");
  }

  [[nodiscard]] Result<std::string> finish(const Parts& parts, const KeyCache::Judged& judged, Kind kind,
                                           const IdTokenChecks& checks, bool is_known = false) const {
    if (auto fits = check_type(judged.type, kind); !fits) return std::move(fits).error();
    const auto signature = text::base64url_decode(parts.signature);
    if (!signature || !judged.key->verify(parts.signed_part, *signature))
      return refuse("The token's signature is not good", "signature_invalid");
    if (!is_known) session->keys().remember(jwks_uri, parts.header, judged);  // what strangers make up is not
    auto payload = text::base64url_decode(parts.payload);
    if (!payload) return refuse("The token's payload is not base64url JSON", "token_malformed");
    Status good = ok();
    if (const auto claims = json::Members::read(*payload)) {
      good = judge_claims(*claims, parts, kind, checks);
    } else {
      const auto parsed = json::parse(*payload);
      if (!parsed || !parsed->is_object())
        return refuse("The token's payload is not base64url JSON", "token_malformed");
      good = judge_claims(*parsed, parts, kind, checks);
    }
    if (!good) return with_status(good.error(), good.error().fault == Fault::ours ? unavailable : unauthorized);
    return *std::move(payload);
  }

  // The claims, read in place or parsed.
  template <class Claims>
  [[nodiscard]] Status judge_claims(const Claims& claims, const Parts& parts, Kind kind,
                                    const IdTokenChecks& checks) const {
    const auto expected = expectations(checks);
    if (kind == Kind::access_token) {
      auto violation = oidc::validate_access_token_claims(claims, expected);
      return violation ? Status((*std::move(violation)).as_error(word_date)) : ok();
    }
    const auto digest = [&](const std::string& text) -> Result<std::string> {
      const auto header = read_header(parts.header);
      if (!header) return header.error();
      return session->environment().crypto->digest(jose::hash_bits((*header)["alg"].text()), text);
    };
    return oidc::judge_id_token(claims, expected, checks.access_token, word_date, digest);
  }

  // Keys that are kept may be old without showing it, when another key has the name.
  static bool is_worth_a_look(const Result<std::string>& outcome) {
    return !outcome && outcome.error().reason == "signature_invalid";
  }

  // What is known of the keys without asking or waiting: nothing where either could bring more.
  [[nodiscard]] std::optional<HttpResponse> known_keys(const Value& header, bool anew) const {
    return session->keys().known({.url = jwks_uri, .header = header, .now_ms = now_ms(), .anew = anew});
  }

  // With the keys at hand; nothing where others may have to be asked for.
  [[nodiscard]] std::optional<Result<std::string>> quick(std::string_view token, Kind kind,
                                                         const IdTokenChecks& checks) const {
    if (!ready) return ready.error();
    if (token.size() > token_limit) return refuse("The token is larger than 64 kB", "token_too_large");
    const auto parts = split(token);
    if (!parts) return refuse("A token has three parts separated by dots", "token_malformed");
    auto judged = session->keys().judged(jwks_uri, parts->header, now_ms());
    const bool is_known = judged.key != nullptr;
    if (!is_known) {
      const auto header = read_header(parts->header);
      if (!header) return header.error();
      const auto answer = known_keys(*header, false);
      if (!answer) return {};
      auto found = judge(*header, *answer);
      if (!found) return found.error();
      judged = *std::move(found);
    }
    auto outcome = finish(*parts, judged, kind, checks, is_known);
    if (!is_worth_a_look(outcome)) return outcome;
    return known_keys(*read_header(parts->header), true) ? std::optional(std::move(outcome)) : std::nullopt;
  }

  static Task<std::string> slow(const std::shared_ptr<State>& s, std::string token, Kind kind, IdTokenChecks checks,
                                CallOptions call) {
    return make_task<std::string>(
        s->session, std::move(call),
        [s, token = std::move(token), kind, checks = std::move(checks)](Call& host) -> Result<std::string> {
          // Not again in later runs, when more is known: it has asked by then.
          const auto quick = host.once<std::optional<Result<std::string>>>(
              [&]() -> Result<std::optional<Result<std::string>>> { return s->quick(token, kind, checks); });
          if (*quick) return **quick;
          const auto parts = split(token);
          const auto header = s->read_header(parts->header);
          const auto judged = s->look(host, *header, false);
          if (!judged) return judged.error();
          auto outcome = s->finish(*parts, *judged, kind, checks);
          if (!is_worth_a_look(outcome)) return outcome;
          const auto newer = s->look(host, *header, true);
          return newer && newer->key != judged->key ? s->finish(*parts, *newer, kind, checks) : std::move(outcome);
        });
  }

  // The key for a token's header, from the authority if it has to be.
  Result<KeyCache::Judged> look(Call& host, const Value& header, bool anew) const {
    const auto answer = host.keys(jwks_uri, header, anew);
    if (!answer) return answer.error();
    return judge(header, *answer);
  }

  static Result<std::string> check(const std::shared_ptr<State>& s, std::string_view token, Kind kind,
                                   const IdTokenChecks& checks, const CallOptions& call) {
    auto known = s->quick(token, kind, checks);
    return known ? *std::move(known) : slow(s, std::string(token), kind, checks, call).wait();
  }
};

TokenVerifier::TokenVerifier(TokenVerifierOptions options) : state_(std::make_shared<State>(options)) {}

Result<VerifiedToken> TokenVerifier::verify(std::string_view token, const CallOptions& call) {
  auto payload = State::check(state_, token, Kind::access_token, {}, call);
  if (!payload) return std::move(payload).error();
  return VerifiedToken(*std::move(payload));
}

Task<VerifiedToken> TokenVerifier::async_verify(std::string token, CallOptions call) const {
  return Task<VerifiedToken>([state = state_, token = std::move(token), call = std::move(call)](
                                 Loop* loop, const Task<VerifiedToken>::Completion& done) {
    State::slow(state, token, Kind::access_token, {}, call)
        .start(loop ? *loop : state->session->loop(), [done](Result<std::string> payload) {
          done(payload ? Result<VerifiedToken>(VerifiedToken(*std::move(payload))) : std::move(payload).error());
        });
  });
}

Result<VerifiedToken> TokenVerifier::verify_header(std::string_view authorization, const CallOptions& call) {
  const auto token = bearer(authorization);
  if (!token) return token.error();
  return verify(*token, call);
}

Result<VerifiedToken> TokenVerifier::verify_id_token(std::string_view token, const IdTokenChecks& checks,
                                                     const CallOptions& call) {
  auto payload = State::check(state_, token, Kind::id_token, checks, call);
  if (!payload) return std::move(payload).error();
  return VerifiedToken(*std::move(payload));
}

Result<std::vector<TokenVerifier::Check>> TokenVerifier::explain(std::string_view token, const CallOptions& call) {
  if (!state_->ready) return state_->ready.error();
  std::vector<Check> out;
  const auto note = [&](const char* name, const Status& outcome, const std::string& fine) {
    out.push_back({name, outcome.has_value(), outcome ? fine : outcome.error().description});
    return outcome.has_value();
  };
  const auto jws = token.size() > token_limit ? Result<jose::UnverifiedJws>(refuse("larger than 64 kB", ""))
                                              : jose::decode_jws(token);
  if (!note("format", jws ? ok() : Status(jws.error()), "three parts of base64url JSON")) return out;
  const auto parts = split(token);
  const auto header = state_->read_header(parts->header);
  note("algorithm", header ? ok() : Status(header.error()), jws->header["alg"].text());
  if (header) {
    const auto find_key = [&](Call& host) -> Result<KeyCache::Judged> {
      const auto judged = state_->look(host, *header, false);
      if (!judged || judged->key->verify(parts->signed_part, jws->signature)) return judged;
      const auto newer = state_->look(host, *header, true);
      return newer ? newer : judged;
    };
    const auto judged = make_task<KeyCache::Judged>(state_->session, call, find_key).wait();
    if (note("key", judged ? ok() : Status(judged.error()),
             "\"" + (*header)["kid"].text() + "\" of " + state_->jwks_uri))
      note("signature",
           judged->key->verify(parts->signed_part, jws->signature)
               ? ok()
               : Status(refuse("not made by that key over these bytes", "signature_invalid")),
           "good");
  }
  const bool is_access_token = text::lower(jws->header["typ"].text()).ends_with("at+jwt") || jws->payload.find("scope");
  const auto expected = state_->expectations({});
  for (auto& [rule, violation] : is_access_token ? oidc::explain_access_token_claims(jws->payload, expected)
                                                 : oidc::explain_id_token_claims(jws->payload, expected))
    note(rule, violation ? Status((*std::move(violation)).as_error(word_date)) : ok(), "as it should be");
  return out;
}

Value VerifiedToken::claims() const {
  auto parsed = json::parse(payload_);
  return parsed ? *std::move(parsed) : Value();
}

Value VerifiedToken::claim(std::string_view name) const { return claims()[name]; }

std::string VerifiedToken::subject() const { return claim("sub").text(); }

bool VerifiedToken::has_scope(std::string_view name) const {
  const Value all = claims();
  if (text::has_word(all["scope"].text(), name)) return true;
  const auto& permissions = all["permissions"].items();
  return std::any_of(permissions.begin(), permissions.end(), [&](const Value& one) { return one == Value(name); });
}

}  // namespace ostia
