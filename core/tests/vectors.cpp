#include "vectors.hpp"

#ifndef __wasm__
#include "ostia/auth0/native_login.hpp"
#endif

#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/requests.hpp"
#include "ostia/auth0/response.hpp"
#include "ostia/auth0/transaction.hpp"
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
class ScriptedHost final : public Host {
 public:
  explicit ScriptedHost(Value script) : script_(std::move(script)) {}
  Value log = Value::array();

  Result<std::int64_t> now() override { return script_["now"].as_int().value_or(0) * 1000; }
  Result<std::string> date(std::int64_t seconds) override { return "<" + text::decimal(seconds) + ">"; }
  Result<std::string> random(int count) override {
    return script_["random"] == Value(false) ? std::string() : std::string(static_cast<std::size_t>(count), '\x07');
  }
  Result<std::string> sha256(const std::string& text) override {
    return text::base64url_decode(script_["sha256"][text].text()).value_or("");
  }
  Result<bool> verify(const char* algorithm, const Value& key, const std::string&, const std::string&) override {
    note(std::string("verify ") + algorithm + " " + key["kid"].text());
    return script_["signature"].as_bool(true);
  }
  Status put(const std::string& key, const Value& value, double minutes) override {
    note("put " + key + " " + json::write(value) + " " + text::decimal(static_cast<std::int64_t>(minutes)));
    Value store = script_["store"];
    store.set(key, value);
    script_.set("store", store);
    return ok();
  }
  Result<Value> get(const std::string& key) override { return script_["store"][key]; }
  Status remove(const std::string& key) override {
    note("remove " + key);
    Value store = script_["store"];
    store.erase(key);
    script_.set("store", store);
    return ok();
  }
  Result<HttpResponse> http(const HttpRequest& request) override {
    note(request.method + " " + request.url + (request.body.empty() ? "" : " " + request.body));
    const Value& answer = script_["http"][request.url];
    if (answer.is_null()) return HttpResponse{};
    const Value& body = answer["body"];
    return HttpResponse{static_cast<int>(answer["status"].as_int().value_or(200)),
                        answer["statusText"].text(),
                        answer["type"].is_string() ? answer["type"].text() : "application/json",
                        body.is_string() ? body.text() : json::write(body),
                        {}};
  }
#ifndef __wasm__
  Result<HttpResponse> keys(const std::string& url, const Value& header, bool anew) override {
    return anew ? HttpResponse{} : Host::keys(url, header, anew);  // it keeps none, so none of them is old
  }
#endif
  Result<std::string> browse(const std::string& url, const std::string&) override {
    note("browse " + url);
    return script_["redirect"].text();
  }

 private:
  void note(std::string line) { log.push_back(std::move(line)); }
  Value script_;
};

Value operate(const Value& v) {
  ScriptedHost host(v["host"]);
  const std::string& name = v["operation"].text();
  const Value &base = v["base"], &options = v["options"];
  Result<Value> result = Value();
  if (name == "start_transaction") result = auth0::start_transaction(host, base, options);
  if (name == "parse_hash")
    result = auth0::parse_hash(host, base, options, auth0::parse_fragment(options["hash"].text()));
#ifndef __wasm__
  if (name == "native_login") result = auth0::native_login(host, base, options);
#endif
  if (name == "validate_id_token")
    result = auth0::validate_id_token(host, base, v["token"].text(),
                                      {options["nonce"], options["maxAge"], options["organization"].text(), {}});
  return Value::object({{"result", result ? *result : error(result.error())}, {"log", host.log}});
}

Value id_token(const Value& claims, const Value& e) {
  const auto seconds = [](const Value& given) -> std::optional<oidc::Seconds> {
    const auto number = given.as_int();
    return number ? std::optional(static_cast<oidc::Seconds>(*number)) : std::nullopt;
  };
  oidc::IdTokenExpectations expected{.issuer = e["issuer"].text(),
                                     .audience = e["audience"].text(),
                                     .nonce = e["nonce"].text(),
                                     .max_age = seconds(e["max_age"]),
                                     .organization = e["organization"].text(),
                                     .leeway = seconds(e["leeway"]).value_or(60),
                                     .now = e["now"].as_int().value_or(0)};
  auto violation = oidc::validate_id_token_claims(claims, expected);
  if (!violation) return {};
  const auto placeholder = [](std::int64_t) -> Result<std::string> { return std::string("{}"); };
  return std::move(*violation).as_error(placeholder).description;
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
  const auto arg = [&](std::size_t i) { return v["args"].at(i); };
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
  if (name == "snake_case") return auth0::snake_case(arg(0), "auth0Client");
  if (name == "stringify") return auth0::stringify(arg(0));
  if (name == "parse_query") return auth0::parse_query(text(0));
  if (name == "merge") return auth0::merge(arg(0), "a b", arg(1));
  if (name == "derive_base") return auth0::derive_base(arg(0));
  if (name == "build_logout_url") return value_or_error(auth0::build_logout_url(arg(0), arg(1)));
  if (name == "build_authorize_url") {
    auto built = auth0::build_authorize_url(arg(0), arg(1));
    return built ? Value::object({{"url", built->url}, {"warning", built->warning}}) : error(built.error());
  }
  if (name == "build_verify_url") return value_or_error(auth0::build_verify_url(arg(0), arg(1)));
  if (name == "build_request") return value_or_error(auth0::build_request(text(0), arg(1), arg(2)));
  if (name == "check_request") {
    const auto checked = auth0::check_request(text(0), arg(1));
    return checked ? Value() : error(checked.error());
  }
  return Value::object({{"error", "no such call: " + name}});
}

}  // namespace ostia::vectors
