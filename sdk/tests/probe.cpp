// Makes the calls that standard input asks for, one JSON object a line: `{"call", "with", "options", "form"}`; answers
// each with `{"value"}` or `{"error"}`. `form` is `blocking`, `completion`, `coroutine` or `thread`. `{"new": options}`
// makes the WebAuth that the calls after it use.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <map>
#include <ostia/ostia.hpp>
#include <thread>

namespace {

using namespace ostia;
using json::Value;

std::unique_ptr<WebAuth> auth;
std::unique_ptr<Credentials> credentials;
std::unique_ptr<TokenVerifier> verifier;
Loop loop;
std::vector<std::string> log_lines;
std::string form;

Value show(const Error& e) {
  Value v = Value::object({{"code", e.code},
                           {"description", e.description},
                           {"reason", e.reason},
                           {"status", e.status},
                           {"fault", e.fault == Fault::ours     ? "ours"
                                     : e.fault == Fault::caller ? "caller"
                                                                : "peer"}});
  if (!e.mfa_token.empty()) v.set("mfa_token", e.mfa_token);
  return v;
}

Value show(const AuthResult& r) {
  return Value::object({{"access_token", r.access_token},
                        {"expires_in", r.expires_in},
                        {"id_token", r.id_token},
                        {"id_token_payload", r.id_token_payload},
                        {"refresh_token", r.refresh_token},
                        {"token_type", r.token_type},
                        {"app_state", r.app_state},
                        {"scope", r.scope}});
}
Value show(const std::optional<AuthResult>& r) { return r ? show(*r) : Value(); }
Value show(const MfaResult& r) {
  Value v = show(static_cast<const AuthResult&>(r));
  v.set("recovery_code", r.recovery_code);
  return v;
}
Value show(const Value& v) { return v; }
Value show(const std::string& text) { return text; }
Value show(const Unit&) { return Value::object(); }
Value show(const UserProfile& p) { return p.claims; }
Value show(const SignupResult& r) { return Value::object({{"id", r.id}, {"email", r.email}, {"members", r.members}}); }
Value show(const LoginAttempt& a) { return Value::object({{"url", a.url}, {"attempt", a.attempt}}); }
Value show(const DeviceCode& c) {
  return Value::object({{"device_code", c.device_code},
                        {"user_code", c.user_code},
                        {"verification_uri", c.verification_uri},
                        {"verification_uri_complete", c.verification_uri_complete},
                        {"interval", c.interval}});
}
Value show(const MfaAssociation& a) {
  Value codes = Value::array();
  for (const auto& code : a.recovery_codes) codes.push_back(code);
  return Value::object({{"secret", a.secret}, {"barcode_uri", a.barcode_uri}, {"recovery_codes", std::move(codes)}});
}
Value show(const MfaChallenge& c) {
  return Value::object(
      {{"challenge_type", c.challenge_type}, {"oob_code", c.oob_code}, {"binding_method", c.binding_method}});
}
Value show(const std::vector<MfaAuthenticator>& list) {
  Value v = Value::array();
  for (const auto& one : list)
    v.push_back(Value::object({{"id", one.id}, {"type", one.authenticator_type}, {"active", one.active}}));
  return v;
}
Value show(const VerifiedToken& t) { return t.claims(); }
Value show(const Headers& headers) {
  Value v = Value::object();
  for (const auto& [name, value] : headers) v.set(name, value);
  return v;
}

template <class T>
Value outcome(const Result<T>& r) {
  return r ? Value::object({{"value", show(*r)}}) : Value::object({{"error", show(r.error())}});
}

template <class T>
Task<T> in_a_coroutine(Task<T> task) {
  auto result = co_await std::move(task);
  co_return result;
}

// One task in the form that was asked for.
template <class T>
Value finish(Task<T> task) {
  if (form == "completion" || form == "coroutine") {
    std::optional<Result<T>> result;
    Task<T> started = form == "coroutine" ? in_a_coroutine(std::move(task)) : std::move(task);
    std::move(started).start(loop, [&](Result<T> r) { result.emplace(std::move(r)); });
    loop.run();
    return outcome(*result);
  }
  if (form == "thread") {
    LoopThread thread;
    std::optional<Result<T>> result;
    Loop done;
    bool is_done = false;
    std::move(task).start(thread.loop(), [&](Result<T> r) {
      result.emplace(std::move(r));
      done.post([&] { is_done = true; });
    });
    while (!is_done) done.wait(std::chrono::hours(1));  // NOLINT(bugprone-infinite-loop): what is posted sets it
    return outcome(*result);
  }
  return outcome(std::move(task).wait());
}

// A program that quits while it renews: what became of the renewal.
Value quit_while_renewing(std::chrono::milliseconds after) {
  Value said;
  {
    LoopThread thread;
    credentials->async_refresh().start(thread.loop(), [&](const Result<AuthResult>& r) { said = outcome(r); });
    std::this_thread::sleep_for(after);
  }
  return said;
}

Parameters parameters(const Value& v) {
  Parameters out;
  for (const auto& [key, item] : v.members()) out.emplace_back(key, item.text());
  return out;
}

template <class O>
using Texts = std::map<std::string, std::string O::*>;
template <class O>
O read(const Value& v, const Texts<O>& texts) {
  O out;
  for (const auto& [key, item] : v.members())
    if (const auto at = texts.find(key); at != texts.end()) out.*(at->second) = item.text();
  return out;
}

WebAuthOptions web_auth_options(const Value& v) {
  using O = WebAuthOptions;
  O o = read<O>(v, {{"domain", &O::domain},
                    {"client_id", &O::client_id},
                    {"redirect_uri", &O::redirect_uri},
                    {"scope", &O::scope},
                    {"audience", &O::audience},
                    {"response_type", &O::response_type},
                    {"ca_file", &O::ca_file},
                    {"issuer", &O::issuer},
                    {"jwks_uri", &O::jwks_uri},
                    {"organization", &O::organization},
                    {"client_secret", &O::client_secret},
                    {"client_key", &O::client_key},
                    {"client_key_algorithm", &O::client_key_algorithm},
                    {"id_token_algorithms", &O::id_token_algorithms},
                    {"dpop_key", &O::dpop_key}});
  if (v.find("leeway")) o.leeway = *v["leeway"].as_int();
  o.pushed_requests = v["pushed_requests"].as_bool();
  o.environment.loop = &loop;
  o.environment.retry.attempts = static_cast<int>(v["retries"].as_int().value_or(0));
  o.environment.retry.first_delay = std::chrono::milliseconds(1);
  o.environment.log = [](const LogRecord& r) { log_lines.push_back(r.event + " " + r.message); };
  return o;
}

AuthorizeOptions authorize_options(const Value& v) {
  using O = AuthorizeOptions;
  O o = read<O>(v, {{"audience", &O::audience},
                    {"connection", &O::connection},
                    {"scope", &O::scope},
                    {"response_type", &O::response_type},
                    {"client_id", &O::client_id},
                    {"redirect_uri", &O::redirect_uri},
                    {"state", &O::state},
                    {"prompt", &O::prompt},
                    {"nonce", &O::nonce},
                    {"login_hint", &O::login_hint},
                    {"code_challenge", &O::code_challenge},
                    {"organization", &O::organization},
                    {"app_state", &O::app_state}});
  if (v.find("max_age")) o.max_age = v["max_age"].as_int();
  if (v.find("timeout_s")) o.timeout_s = *v["timeout_s"].as_int();
  o.parameters = parameters(v["parameters"]);
  return o;
}

LoginOptions login_options(const Value& v) {
  using O = LoginOptions;
  return read<O>(v, {{"username", &O::username},
                     {"email", &O::email},
                     {"password", &O::password},
                     {"realm", &O::realm},
                     {"audience", &O::audience},
                     {"scope", &O::scope},
                     {"redirect_uri", &O::redirect_uri}});
}

SignupOptions signup_options(const Value& v) {
  using O = SignupOptions;
  O o = read<O>(
      v,
      {{"email", &O::email}, {"password", &O::password}, {"username", &O::username}, {"connection", &O::connection}});
  o.user_metadata = v["user_metadata"];
  return o;
}

PasswordlessLoginOptions otp_options(const Value& v) {
  using O = PasswordlessLoginOptions;
  return read<O>(v, {{"connection", &O::connection},
                     {"verification_code", &O::verification_code},
                     {"phone_number", &O::phone_number},
                     {"email", &O::email},
                     {"scope", &O::scope},
                     {"audience", &O::audience}});
}

MfaVerifyOptions verify_options(const Value& v) {
  using O = MfaVerifyOptions;
  return read<O>(v, {{"mfa_token", &O::mfa_token},
                     {"otp", &O::otp},
                     {"recovery_code", &O::recovery_code},
                     {"oob_code", &O::oob_code},
                     {"binding_code", &O::binding_code}});
}

OauthTokenOptions token_options(const Value& v) {
  using O = OauthTokenOptions;
  return read<O>(v, {{"grant_type", &O::grant_type},
                     {"client_id", &O::client_id},
                     {"client_secret", &O::client_secret},
                     {"code", &O::code},
                     {"redirect_uri", &O::redirect_uri},
                     {"code_verifier", &O::code_verifier},
                     {"refresh_token", &O::refresh_token},
                     {"username", &O::username},
                     {"password", &O::password},
                     {"realm", &O::realm},
                     {"otp", &O::otp},
                     {"audience", &O::audience},
                     {"scope", &O::scope}});
}

DeviceCode device_code(const Value& v) {
  DeviceCode code;
  code.device_code = v["device_code"].text();
  code.interval = v["interval"].as_int().value_or(1);
  code.expires_in = 600;
  return code;
}

Value call(const std::string& name, const Value& o, const CallOptions& c) {
  Authentication& client = auth->client();
  if (name == "authorize") return finish(auth->async_authorize(authorize_options(o), c));
  if (name == "begin_authorize") return finish(auth->async_begin_authorize(authorize_options(o), c));
  if (name == "finish_authorize")
    return finish(auth->async_finish_authorize(o["attempt"].text(), o["redirect"].text(), c));
  if (name == "login") return finish(auth->async_login(login_options(o), c));
  if (name == "popup_login") return finish(auth->popup().async_login_with_credentials(login_options(o), c));
  if (name == "popup_authorize") return finish(auth->popup().async_authorize(authorize_options(o), c));
  if (name == "signup") return finish(auth->async_signup(signup_options(o), c));
  if (name == "signup_and_login") return finish(auth->async_signup_and_login(signup_options(o), c));
  if (name == "change_password")
    return finish(auth->async_change_password({.connection = o["connection"].text(), .email = o["email"].text()}, c));
  if (name == "passwordless_start")
    return finish(auth->async_passwordless_start({.connection = o["connection"].text(),
                                                  .send = o["send"].text(),
                                                  .phone_number = o["phone_number"].text(),
                                                  .email = o["email"].text()},
                                                 c));
  if (name == "passwordless_login") return finish(auth->async_passwordless_login(otp_options(o), c));
  if (name == "passwordless_verify") return finish(client.async_passwordless_verify(otp_options(o), c));
  if (name == "check_session") return finish(auth->async_check_session(authorize_options(o), c));
  if (name == "parse_hash")
    return finish(
        auth->async_parse_hash({.state = o["state"].text(), .nonce = o["nonce"].text(), .hash = o["hash"].text()}, c));
  if (name == "logout") return finish(auth->async_logout({.return_to = o["return_to"].text()}, c));
  if (name == "validate_token") return finish(auth->async_validate_token(o["id_token"].text(), o["nonce"].text(), c));
  if (name == "build_authorize_url") return outcome(client.build_authorize_url(authorize_options(o)));
  if (name == "build_logout_url") return outcome(client.build_logout_url({.return_to = o["return_to"].text()}));
  if (name == "user_info") return finish(client.async_user_info(o["access_token"].text(), c));
  if (name == "oauth_token") return finish(client.async_oauth_token(token_options(o), c));
  if (name == "client_login") return finish(client.async_login(login_options(o), c));
  if (name == "login_with_default_directory")
    return finish(client.async_login_with_default_directory(login_options(o), c));
  if (name == "refresh_token")
    return finish(client.async_refresh_token({.refresh_token = o["refresh_token"].text()}, c));
  if (name == "revoke") return finish(client.async_revoke(o["refresh_token"].text(), c));
  if (name == "custom_token_exchange")
    return finish(client.async_custom_token_exchange({.subject_token = o["subject_token"].text(),
                                                      .subject_token_type = o["subject_token_type"].text(),
                                                      .audience = o["audience"].text()},
                                                     c));
  if (name == "get_user_country") return finish(client.async_get_user_country(c));
  if (name == "authorization_headers")
    return outcome(client.authorization_headers(o["method"].text(), o["url"].text(), o["access_token"].text()));
  if (name == "device_start") return finish(auth->device().async_start({}, c));
  if (name == "device_poll") return finish(auth->device().async_poll(device_code(o), c));
  if (name == "device_poll_once") return finish(auth->device().async_poll_once(device_code(o), c));
  if (name == "mfa_authenticators") return finish(auth->mfa().async_authenticators(o["mfa_token"].text(), c));
  if (name == "mfa_associate")
    return finish(auth->mfa().async_associate({.mfa_token = o["mfa_token"].text(), .authenticator_types = {"otp"}}, c));
  if (name == "mfa_challenge")
    return finish(auth->mfa().async_challenge(
        {.mfa_token = o["mfa_token"].text(), .challenge_type = o["challenge_type"].text()}, c));
  if (name == "mfa_verify") return finish(auth->mfa().async_verify(verify_options(o), c));
  if (name == "mfa_remove") return finish(auth->mfa().async_remove(o["mfa_token"].text(), o["id"].text(), c));
  if (name == "credentials_store") {
    AuthResult r;
    r.access_token = o["access_token"].text();
    r.refresh_token = o["refresh_token"].text();
    r.scope = o["scope"].text();
    r.expires_in = o["expires_in"].as_int().value_or(0);
    r.id_token_payload = o["id_token_payload"];
    return finish(credentials->async_store(r, c));
  }
  if (name == "credentials_get")
    return finish(credentials->async_get({.min_ttl_s = o["min_ttl_s"].as_int().value_or(60),
                                          .force_refresh = o["force"].as_bool(),
                                          .scope = o["scope"].text()},
                                         c));
  if (name == "credentials_clear") return finish(credentials->async_clear(c));
  if (name == "credentials_user") return outcome(credentials->user());
  if (name == "credentials_kept") return outcome(Result<Unit>(credentials->kept()));
  if (name == "credentials_quit") return quit_while_renewing(std::chrono::milliseconds(*o["after_ms"].as_int()));
  if (name == "verify") return finish(verifier->async_verify(o["token"].text(), c));
  if (name == "verify_blocking") return outcome(verifier->verify(o["token"].text(), c));
  if (name == "verify_id_token")
    return outcome(verifier->verify_id_token(o["token"].text(), {.nonce = o["nonce"].text()}, c));
  if (name == "verify_header") return outcome(verifier->verify_header(o["header"].text(), c));
  if (name.starts_with("management_")) {
    Management m({.domain = o["domain"].text(), .token = o["token"].text(), .environment = {.loop = &loop}});
    if (name == "management_get_user") return finish(m.async_get_user(o["id"].text(), c));
    if (name == "management_patch_user_metadata")
      return finish(m.async_patch_user_metadata(o["id"].text(), o["metadata"], c));
    if (name == "management_patch_user_attributes")
      return finish(m.async_patch_user_attributes(o["id"].text(), o["metadata"], c));
    if (name == "management_link_user") return finish(m.async_link_user(o["id"].text(), o["with"].text(), c));
  }
  return Value::object({{"unknown", name}});
}

// Whose answers came: each call says who it is by its token, and a server that echoes that is asked.
struct Tally {
  std::int64_t done = 0, foreign = 0, failed = 0;
  std::map<std::string, std::int64_t> reasons = {};
  std::string description = {};
  void count(const std::string& token, const Result<UserProfile>& user) {
    if (!user) {
      ++failed;
      ++reasons[user.error().reason];
      description = user.error().description;
    } else if (user->sub == "Bearer " + token) {
      ++done;
    } else {
      ++foreign;
    }
  }
};

Value show(const Tally& tally) {
  Value reasons = Value::object();
  for (const auto& [reason, times] : tally.reasons) reasons.set(reason, times);
  return Value::object({{"done", tally.done},
                        {"foreign", tally.foreign},
                        {"failed", tally.failed},
                        {"reasons", std::move(reasons)},
                        {"description", tally.description}});
}

// So many calls begun at once, on this thread's loop.
Value call_many(std::int64_t times) {
  Tally tally;
  for (std::int64_t i = 0; i < times; ++i) {
    const std::string token = "call-" + std::to_string(i);
    auth->client().async_user_info(token).start(
        [&tally, token](const Result<UserProfile>& user) { tally.count(token, user); });
  }
  loop.run();
  return show(tally);
}

Tally call_in_turn(const std::string& who, std::int64_t times) {
  Tally tally;
  for (std::int64_t i = 0; i < times; ++i) {
    const std::string token = who + "-" + std::to_string(i);
    if (form == "completion") {
      auth->client().async_user_info(token).start([&](const Result<UserProfile>& user) { tally.count(token, user); });
      loop.run();
    } else {
      tally.count(token, auth->client().user_info(token));
    }
  }
  return tally;
}

// A server that forks its workers after it has called: all of them, and the parent, call at the same time.
Value call_in_children(std::int64_t children, std::int64_t times) {
  Tally all = call_in_turn("warm", 1);
  std::vector<std::array<int, 2>> pipes(static_cast<std::size_t>(children));
  for (auto& pipe : pipes) {
    if (::pipe(pipe.data()) != 0 || fork() != 0) continue;
    const Tally mine = call_in_turn("child-" + std::to_string(getpid()), times);
    const std::array<std::int64_t, 3> sums{mine.done, mine.foreign, mine.failed};
    _exit(::write(pipe[1], sums.data(), sizeof sums) == sizeof sums ? 0 : 1);
  }
  const auto add = [&](std::int64_t done, std::int64_t foreign, std::int64_t failed) {
    all.done += done;
    all.foreign += foreign;
    all.failed += failed;
  };
  const Tally mine = call_in_turn("parent", times);
  add(mine.done, mine.foreign, mine.failed);
  for (const auto& pipe : pipes) {
    std::array<std::int64_t, 3> sums{};
    close(pipe[1]);
    if (::read(pipe[0], sums.data(), sizeof sums) == sizeof sums) add(sums[0], sums[1], sums[2]);
    close(pipe[0]);
  }
  while (wait(nullptr) > 0) {
  }
  return show(all);
}

Value answer(const Value& line) {
  if (const Value* options = line.find("new")) {
    auth = std::make_unique<WebAuth>(web_auth_options(*options));
    return Value::object();
  }
  if (const Value* o = line.find("credentials")) {
    auto storage = (*o)["directory"].is_null()
                       ? memory_storage()
                       : file_storage({.directory = (*o)["directory"].text(), .passphrase = (*o)["passphrase"].text()});
    if ((*o)["desktop"].as_bool()) storage = secret_service_storage();
    if (!storage) return "no storage";
    CredentialsOptions options{.storage = std::move(storage), .lock_directory = (*o)["lock_directory"].text()};
    if ((*o)["locked"].as_bool()) options.unlock = [] { return false; };
    credentials = std::make_unique<Credentials>(*auth, std::move(options));
    return Value::object();
  }
  if (const Value* o = line.find("verifier")) {
    TokenVerifierOptions options;
    options.domain = (*o)["domain"].text();
    options.audience = (*o)["audience"].text();
    options.issuer = (*o)["issuer"].text();
    options.jwks_uri = (*o)["jwks_uri"].text();
    options.algorithms = (*o)["algorithms"].text();
    verifier = std::make_unique<TokenVerifier>(options);
    return Value::object();
  }
  if (line.find("log")) {
    Value lines = Value::array();
    for (const auto& one : log_lines) lines.push_back(one);
    return lines;
  }
  if (line.find("generate_dpop_key")) return outcome(generate_dpop_key());
  form = line["form"].text();
  if (const Value* times = line.find("many")) return call_many(*times->as_int());
  if (const Value* children = line.find("children"))
    return call_in_children(*children->as_int(), line["times"].as_int().value_or(1));
  std::stop_source stop;
  CallOptions options{.timeout = std::chrono::milliseconds(line["timeout_ms"].as_int().value_or(0)),
                      .stop = stop.get_token()};
  Loop::Timer timer = 0;
  if (line.find("cancel_after_ms"))
    timer = loop.at(Loop::Clock::now() + std::chrono::milliseconds(*line["cancel_after_ms"].as_int()),
                    [&] { stop.request_stop(); });
  Value out = call(line["call"].text(), line["options"], options);
  loop.cancel(timer);
  return out;
}

}  // namespace

int main() {
  std::string text;
  while (std::getline(std::cin, text)) {
    const auto line = json::parse(text);
    std::cout << json::write(line ? answer(*line) : Value("not JSON")) << std::endl;
  }
}
