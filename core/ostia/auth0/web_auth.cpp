#include "ostia/auth0/web_auth.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::auth0 {
namespace {

constexpr const char* default_scope = "openid profile email";

Task<Result<Value>> send_to(Result<BuiltUrl> built) {
  if (!built) co_return std::move(built).error();
  if (!built->warning.empty()) {
    Warn warn{built->warning};
    co_await std::move(warn);
  }
  Navigate navigate{built->url};
  co_await std::move(navigate);
  co_return Value();
}

// A refusal before anything is sent; `{error, error_description}` is what the package passes to the callback.
Error refused(std::string code, std::string description, std::string reason) {
  return caller_error(std::move(code), std::move(description), std::move(reason));
}

constexpr const char* localhost_consent =
    "Consent Required. Consent can't be skipped on localhost. Read more here: "
    "https://auth0.com/docs/api-auth/user-consent#skipping-consent-for-first-party-clients";

Task<Error> failed_session(Value base, Value page, Value response, std::string state) {
  if (response["error"] == Value("consent_required") && page["hostname"] == Value("localhost") &&
      !is_truthy(base["disableWarnings"])) {
    Warn warn{localhost_consent};
    co_await std::move(warn);
  }
  StoreRemove forget{transaction_key(base, state)};
  co_await std::move(forget);
  co_return peer_error(display(response["error"]), text_of(response["error_description"]), "error_response");
}

}  // namespace

Task<Result<Value>> authorize(Value base, Value options) {
  if (!options.is_object() && !options.is_null()) co_return refuse("options parameter is not valid");
  Value p = merge(base,
                  {"clientID", "responseType", "responseMode", "redirectUri", "scope", "audience", "_csrf", "state",
                   "_intstate", "nonce", "organization", "invitation"},
                  options);
  if (!is_text(p["responseType"])) co_return refuse("responseType option is required");
  auto started_task = start_transaction(base, std::move(p));
  auto started = co_await std::move(started_task);
  if (!started) co_return std::move(started).error();
  if (!is_truthy((*started)["scope"])) started->set("scope", default_scope);
  auto sent_task = send_to(build_authorize_url(base, *started));
  auto sent = co_await std::move(sent_task);
  co_return sent;
}

Task<Result<Value>> logout(Value base, Value options) {
  auto url = build_logout_url(base, options);
  if (!url) co_return std::move(url).error();
  Navigate navigate{*url};
  co_await std::move(navigate);
  co_return Value();
}

Task<Result<Value>> check_session(Value base, Value options) {
  Value p = merge(
      base, {"clientID", "responseType", "redirectUri", "scope", "audience", "_csrf", "state", "_intstate", "nonce"},
      options);
  if (p["responseType"] == Value("code"))
    co_return refused("error", "responseType can't be `code`", "response_type_code");
  auto started_task = start_transaction(base, std::move(p));
  auto started = co_await std::move(started_task);
  if (!started) co_return std::move(started).error();
  p = *std::move(started);
  if (!is_truthy(p["redirectUri"])) co_return refused("error", "redirectUri can't be empty", "redirect_uri_missing");

  const Value page = co_await Location{};
  const std::string origin = url::origin_of(text_of(p["redirectUri"]));
  if (!origin.empty() && origin != page["origin"].text())
    co_return refused(
        "origin_mismatch",
        "The redirectUri's origin (" + origin + ") should match the window's origin (" + page["origin"].text() + ").",
        "redirect_origin_mismatch");
  const Value timeout = p["timeout"];
  for (const char* local : {"usePostMessage", "tenant", "postMessageDataType", "postMessageOrigin"}) p.erase(local);
  p.set("responseMode", "web_message");
  p.set("prompt", "none");
  auto built = build_authorize_url(base, p);
  if (!built) co_return std::move(built).error();
  if (!built->warning.empty()) {
    Warn warn{built->warning};
    co_await std::move(warn);
  }
  const std::string state = display(p["state"]);
  const double wait = timeout.as_double().value_or(0);
  Frame frame{built->url, url::origin_of(endpoint(base, "/")), state, wait > 0 ? wait : 60'000};
  Value response = co_await std::move(frame);
  if (response.is_null())
    response = Value::object(
        {{"error", "timeout"}, {"error_description", "Timeout during executing web_message communication"}});
  if (is_truthy(response["error"])) {
    auto error_task = failed_session(base, page, response, state);
    Error error = co_await std::move(error_task);
    co_return error;
  }
  // A caller's nonce and state were kept with the transaction; what it passed again must not replace `appState`'s rule.
  Value checks = Value::object({{"state", p["state"]}, {"nonce", p["nonce"]}});
  auto result_task = validate_response(base, std::move(checks), std::move(response));
  auto result = co_await std::move(result_task);
  co_return result;
}

Result<Value> read_answer(const HttpResponse& answer) {
  const bool is_json = answer.content_type.find("json") != std::string::npos;
  auto body = is_json ? json::parse(answer.body) : Result<Value>(Value());
  const bool good = answer.status >= 200 && answer.status <= 299;
  if (good && body) return is_json ? *std::move(body) : Value(answer.body);

  const Value source = body ? *std::move(body) : Value();
  const auto first = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (is_truthy(source[name])) return display(source[name]);
    return std::string();
  };
  Error error = peer_error(first({"code", "error", "error_code", "status"}),
                           first({"errorDescription", "error_description", "description", "error", "details", "err"}));
  error.status = answer.status;
  error.reason = answer.status == 0 ? "network_failed" : good ? "answer_malformed" : "error_answer";
  if (error.code.empty()) error.code = answer.status == 0 ? "request_error" : text::decimal(answer.status);
  if (error.description.empty())
    error.description =
        answer.status == 0 ? answer.failure : "The authority answered with HTTP status " + text::decimal(answer.status);
  return error;
}

Task<HttpResponse> user_info(Value base, std::string access_token) {
  Http get{"GET", endpoint(base, "/userinfo"), {{"Content-Type", "application/json"}}, {}};
  const Value& extra = base["headers"];
  for (std::size_t i = 0; i < extra.keys().size(); ++i)
    get.headers.emplace_back(extra.keys()[i], display(extra.items()[i]));
  if (std::string info = telemetry(base); !info.empty()) get.headers.emplace_back("Auth0-Client", std::move(info));
  get.headers.emplace_back("Authorization", "Bearer " + access_token);
  HttpResponse answer = co_await std::move(get);
  co_return answer;
}

}  // namespace ostia::auth0
