#include "vectors.hpp"

#include "ostia/auth0/legacy.hpp"
#include "ostia/auth0/web_auth.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oauth/pkce.hpp"
#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/oidc/id_token.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"

namespace ostia::vectors {
namespace {

using json::Value;

Value optional_text(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }

Value error(const Error& e) {
  return Value::object({{"error", e.code}, {"description", e.description}, {"reason", e.reason}});
}

std::vector<std::string> texts(const Value& array) {
  std::vector<std::string> out;
  for (const auto& item : array.items()) out.push_back(item.text());
  return out;
}

// A host that answers from the vector and writes down what it was asked.
struct ScriptedHost {
  Value script;
  Value log = Value::array();

  std::int64_t perform(const Now&) { return script["now"].as_int().value_or(0) * 1000; }
  std::string perform(const Random& e) {
    return script["random"] == Value(false) ? "" : std::string(static_cast<std::size_t>(e.count), '\x07');
  }
  std::string perform(const Sha256& e) { return text::base64url_decode(script["sha256"][e.bytes].text()).value_or(""); }
  bool perform(const VerifySignature& e) {
    note("verify " + e.algorithm + " " + e.key["kid"].text());
    return script["signature"].as_bool(true);
  }
  Unit perform(const StorePut& e) {
    note("put " + e.key + " " + json::write(e.value) + " " + text::decimal(static_cast<std::int64_t>(e.minutes)));
    Value store = script["store"];
    store.set(e.key, e.value);
    script.set("store", store);
    return {};
  }
  Value perform(const StoreGet& e) { return script["store"][e.key]; }
  Unit perform(const StoreRemove& e) {
    note("remove " + e.key);
    Value store = script["store"];
    store.erase(e.key);
    script.set("store", store);
    return {};
  }
  HttpResponse perform(const Http& e) {
    note(e.method + " " + e.url + (e.body.empty() ? "" : " " + e.body));
    const Value& answer = script["http"][e.url];
    if (answer.is_null()) return {};
    const Value& body = answer["body"];
    return {static_cast<int>(answer["status"].as_int().value_or(200)),
            answer["statusText"].text(),
            answer["type"].is_string() ? answer["type"].text() : "application/json",
            body.is_string() ? body.text() : json::write(body),
            {}};
  }
  Unit perform(const Navigate& e) { return note("navigate " + e.url); }
  Result<std::string> perform(const Browse& e) {
    note("browse " + e.url);
    return script["redirect"].text();
  }
  Value perform(const Frame& e) {
    note("frame " + e.origin + " " + e.state + " " + e.url);
    return script["message"];
  }
  Unit perform(const Warn& e) { return note("warn " + e.text); }
  std::string perform(const FormatTime& e) { return "<" + text::decimal(e.seconds) + ">"; }
  Value perform(const Location&) { return script["location"]; }

  Unit note(std::string line) {
    log.push_back(std::move(line));
    return {};
  }
};

Value operate(const Value& v) {
  ScriptedHost host{v["host"]};
  const std::string& name = v["operation"].text();
  const Value &base = v["base"], &options = v["options"];
  Result<Value> result = Value();
  if (name == "authorize") result = run(auth0::authorize(base, options), host);
  if (name == "logout") result = run(auth0::logout(base, options), host);
  if (name == "parse_hash") result = run(auth0::parse_hash(base, options), host);
  if (name == "check_session") result = run(auth0::check_session(base, options), host);
  if (name == "native_login") result = run(auth0::native_login(base, options), host);
  if (name == "validate_id_token")
    result =
        run(auth0::validate_id_token(base, v["token"].text(),
                                     {options["nonce"], options["maxAge"].as_int(), options["organization"].text()}),
            host);
  return Value::object({{"result", result ? *result : error(result.error())}, {"log", host.log}});
}

Value id_token(const Value& claims, const Value& e) {
  oidc::IdTokenExpectations expected{.issuer = e["issuer"].text(),
                                     .audience = e["audience"].text(),
                                     .nonce = {},
                                     .max_age = e["max_age"].as_int(),
                                     .organization = e["organization"].text(),
                                     .leeway = e["leeway"].as_int().value_or(60),
                                     .now = e["now"].as_int().value_or(0)};
  if (e["nonce"].is_string()) expected.nonce = e["nonce"].text();
  const auto violation = oidc::validate_id_token_claims(claims, expected);
  return violation ? Value(violation->text) : Value();
}

Value jws(const std::string& token) {
  const auto decoded = jose::decode_jws(token);
  if (!decoded) return error(decoded.error());
  return Value::object({{"header", decoded->header},
                        {"payload", decoded->payload},
                        {"input", decoded->signing_input},
                        {"signature", text::base64url_encode(decoded->signature)}});
}

template <class T>
Value value_or_error(Result<T> result) {
  return result ? Value(*std::move(result)) : error(result.error());
}

}  // namespace

Value call(const Value& v) {
  const std::string& name = v["call"].text();
  const auto arg = [&](std::size_t i) { return i < v["args"].size() ? v["args"].items()[i] : Value(); };
  const auto text = [&](std::size_t i) { return arg(i).text(); };
  if (name == "operate") return operate(v);
  if (name == "base64url_encode") return text::base64url_encode(text(0));
  if (name == "base64_encode") return text::base64_encode(text(0));
  if (name == "base64url_decode") return optional_text(text::base64url_decode(text(0)));
  if (name == "base64_decode") return optional_text(text::base64_decode(text(0)));
  if (name == "percent_encode") return url::percent_encode(text(0));
  if (name == "percent_decode") return optional_text(url::percent_decode(text(0)));
  if (name == "form_decode") return url::form_decode(text(0));
  if (name == "json") {
    auto parsed = json::parse(text(0));
    return parsed ? Value(json::write(*parsed)) : error(parsed.error());
  }
  if (name == "as_double") {
    const auto number = arg(0).as_double();
    return number ? Value(static_cast<std::int64_t>(*number * 1000)) : Value();
  }
  if (name == "is_code_verifier") return oauth::is_code_verifier(text(0));
  if (name == "code_challenge") return oauth::code_challenge(text::base64url_decode(text(0)).value_or(""));
  if (name == "is_s256_challenge") return oauth::is_s256_challenge(text(0));
  if (name == "redirect_uri")
    return oauth::is_registered_redirect_uri(text(0), texts(arg(1)), {.any_loopback_port = arg(2).as_bool()});
  if (name == "allowed_origin") return oauth::is_allowed_origin(text(0), texts(arg(1)), texts(arg(2)));
  if (name == "origin_of") return url::origin_of(text(0));
  if (name == "decode_jws") return jws(text(0));
  if (name == "id_token") return id_token(arg(0), arg(1));
  if (name == "left_half_hash") return oidc::left_half_hash(text::base64url_decode(text(0)).value_or(""));
  if (name == "snake_case") return auth0::snake_case(arg(0), {"auth0Client"});
  if (name == "stringify") return auth0::stringify(arg(0));
  if (name == "parse_query") return auth0::parse_query(text(0));
  if (name == "merge") return auth0::merge(arg(0), {"a", "b"}, arg(1));
  if (name == "derive_base") return value_or_error(auth0::derive_base(arg(0)));
  if (name == "telemetry") return auth0::telemetry(arg(0));
  if (name == "build_logout_url") return value_or_error(auth0::build_logout_url(arg(0), arg(1)));
  if (name == "build_authorize_url") {
    auto built = auth0::build_authorize_url(arg(0), arg(1));
    return built ? Value::object({{"url", built->url}, {"warning", built->warning}}) : error(built.error());
  }
  if (name == "legacy_answer")
    return auth0::legacy_answer({static_cast<int>(arg(0).as_int().value_or(0)), text(1), text(2), text(3), {}});
  return Value::object({{"error", "no such call: " + name}});
}

}  // namespace ostia::vectors
