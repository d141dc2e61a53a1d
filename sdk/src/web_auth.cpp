#include "ostia/web_auth.hpp"

#include "call.hpp"
#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/native_login.hpp"
#include "ostia/auth0/response.hpp"

namespace ostia {

using namespace sdk;

namespace {

constexpr std::chrono::minutes longest_browse{60};

// The program's own way to show an address.
class CallerBrowser final : public Browser {
 public:
  explicit CallerBrowser(std::function<bool(const std::string&)> open_url) : open_url_(std::move(open_url)) {}
  Status open(const BrowserRequest& request) override {
    if (open_url_(request.url)) return ok();
    return Error{"no_browser", "open_url says that it could not show the address", "no_browser", 0, Fault::caller};
  }

 private:
  std::function<bool(const std::string&)> open_url_;
};

std::shared_ptr<Browser> browser_for(const Environment& environment, const AuthorizeOptions& options) {
  if (options.open_url) return std::make_shared<CallerBrowser>(options.open_url);
  return environment.browser ? environment.browser : system_browser();
}

// A login takes as long as its own options say: the person is slower than a network.
CallOptions for_person(CallOptions call, std::int64_t timeout_s) {
  const std::int64_t within = std::clamp<std::int64_t>(timeout_s, 0, std::chrono::seconds(longest_browse).count());
  if (call.timeout.count() == 0) call.timeout = std::chrono::seconds(within) + std::chrono::minutes(1);
  return call;
}

Status check(const AuthorizeOptions& o) {
  if (o.timeout_s < 1 || o.timeout_s > std::chrono::seconds(longest_browse).count())
    return auth0::refuse("timeout_s is not between 1 and 3600 seconds");
  if (o.max_age && *o.max_age < 0) return auth0::refuse("max_age is negative");
  return ok();
}

std::string redirect_uri_of(const Value& options, const Value& base) {
  const std::string given = auth0::text_of(options["redirectUri"]), usual = auth0::text_of(base["redirectUri"]);
  return !given.empty() ? given : !usual.empty() ? usual : "http://127.0.0.1/callback";
}

Task<AuthResult> browse_task(const std::shared_ptr<Session>& session, AuthorizeOptions o, CallOptions call,
                             bool own_window) {
  call = for_person(std::move(call), o.timeout_s);
  return with_base<AuthResult>(
      session, std::move(call),
      [session, o = std::move(o), own_window](Call& host, const Value& base) -> Result<AuthResult> {
        if (auto checked = check(o); !checked) return std::move(checked).error();
        if (own_window && !session->environment().browser)
          return auth0::refuse("environment.browser is required for a window of the program's own");
        Value options = to_value(o);
        auto redirect_uri = host.prepare_browse(
            {browser_for(session->environment(), o), redirect_uri_of(options, base), {}, own_window, o.timeout_s});
        if (!redirect_uri) return std::move(redirect_uri).error();
        options.set("redirectUri", *std::move(redirect_uri));
        return tokens(auth0::native_login(host, base, options));
      });
}

// Logins without a person in front of a page; the answer's redirect is read, not followed.
Task<AuthResult> quiet_task(const std::shared_ptr<Session>& session, CallOptions call, Value options,
                            Result<Value> (*login)(Host&, const Value&, const Value&)) {
  return with_base<AuthResult>(session, std::move(call),
                               [login, options = std::move(options)](Call& host, const Value& given) {
                                 Value base = given;
                                 base.set("redirectUri", redirect_uri_of(options, given));
                                 return tokens(login(host, base, options));
                               });
}

Value otp_options(const PasswordlessLoginOptions& o) {
  Value v = to_value(o);
  auth0::erase(v, "verificationCode phoneNumber email connection");
  set_text(v, "username", o.phone_number.empty() ? o.email : o.phone_number);
  set_text(v, "otp", o.verification_code);
  set_text(v, "realm", o.connection);
  v.set("credentialType", "http://auth0.com/oauth/grant-type/passwordless/otp");
  return v;
}

Status check(const PasswordlessLoginOptions& o) {
  return auth0::check_texts(to_value(o), "connection verificationCode phoneNumber|email email|phoneNumber", {});
}

}  // namespace

WebAuth::WebAuth(WebAuthOptions options) : session_(std::make_shared<Session>(options)), client_(session_) {}

Task<AuthResult> WebAuth::async_authorize(AuthorizeOptions options, CallOptions call) const {
  return browse_task(session_, std::move(options), std::move(call), false);
}

bool WebAuth::handle_redirect(const std::string& url) { return session_ && session_->hand_in(url); }

Task<LoginAttempt> WebAuth::async_begin_authorize(AuthorizeOptions o, CallOptions call) const {
  return with_base<LoginAttempt>(session_, std::move(call),
                                 [o = std::move(o)](Call& host, const Value& base) -> Result<LoginAttempt> {
                                   if (auto checked = check(o); !checked) return std::move(checked).error();
                                   auto begun = auth0::begin_login(host, base, to_value(o));
                                   if (!begun) return std::move(begun).error();
                                   return LoginAttempt{(*begun)["url"].text(), json::write((*begun)["attempt"])};
                                 });
}

Task<AuthResult> WebAuth::async_finish_authorize(std::string attempt, std::string redirect, CallOptions call) const {
  return with_base<AuthResult>(
      session_, std::move(call),
      [attempt = std::move(attempt), redirect = std::move(redirect)](Call& host,
                                                                     const Value& base) -> Result<AuthResult> {
        const auto kept = json::parse(attempt);
        if (!kept || !kept->is_object() || !(*kept)["state"].is_string())
          return auth0::refuse("attempt is not what begin_authorize gave");
        const auto mark = redirect.find('?');
        const std::string query = mark == std::string::npos ? redirect : redirect.substr(mark + 1);
        return tokens(auth0::finish_login(host, base, *kept, auth0::parse_query(query.substr(0, query.find('#')))));
      });
}

Task<std::optional<AuthResult>> WebAuth::async_parse_hash(ParseHashOptions o, CallOptions call) const {
  return with_base<std::optional<AuthResult>>(
      session_, std::move(call),
      [o = std::move(o)](Call& host, const Value& base) -> Result<std::optional<AuthResult>> {
        Value v = Value::object();
        set_text(v, "state", o.state);
        set_text(v, "nonce", o.nonce);
        auto result = auth0::parse_hash(host, base, v, auth0::parse_fragment(o.hash));
        if (!result) return std::move(result).error();
        if (result->is_null()) return std::optional<AuthResult>();
        return std::optional(to_auth_result(*result));
      });
}

Task<AuthResult> WebAuth::async_login(LoginOptions options, CallOptions call) const {
  return quiet_task(session_, std::move(call), to_value(options), auth0::embedded_login);
}

Task<Value> WebAuth::async_passwordless_start(PasswordlessStartOptions options, CallOptions call) const {
  return client_.async_passwordless_start(std::move(options), std::move(call));
}

Task<AuthResult> WebAuth::async_passwordless_login(PasswordlessLoginOptions o, CallOptions call) const {
  if (auto checked = check(o); !checked)
    return make_task<AuthResult>(session_, std::move(call),
                                 [error = in_our_names(checked.error())](Call&) { return Result<AuthResult>(error); });
  return quiet_task(session_, std::move(call), otp_options(o), auth0::embedded_login);
}

Task<SignupResult> WebAuth::async_signup(SignupOptions options, CallOptions call) const {
  return client_.async_signup(std::move(options), std::move(call));
}

Task<AuthResult> WebAuth::async_signup_and_login(SignupOptions o, CallOptions call) const {
  Task<SignupResult> signing_up = client_.async_signup(o, call);
  const LoginOptions login{.username = o.email, .password = o.password, .realm = o.connection};
  return Task<AuthResult>(
      [self = *this, login, call, signing_up = std::make_shared<Task<SignupResult>>(std::move(signing_up))](
          Loop* loop, const Task<AuthResult>::Completion& done) {
        if (!self.session_) return done(moved_from());
        Loop& on = loop ? *loop : self.session_->loop();
        std::move(*signing_up).start(on, [=, &on](const Result<SignupResult>& made) {
          if (!made) return done(made.error());
          self.async_login(login, call).start(on, done);
        });
      });
}

Task<std::string> WebAuth::async_change_password(ChangePasswordOptions options, CallOptions call) const {
  return client_.async_change_password(std::move(options), std::move(call));
}

Task<AuthResult> WebAuth::async_check_session(CheckSessionOptions options, CallOptions call) const {
  return quiet_task(session_, std::move(call), to_value(options), auth0::silent_login);
}

Task<Unit> WebAuth::async_logout(LogoutOptions o, CallOptions call) const {
  return with_base<Unit>(session_, std::move(call), [o = std::move(o)](Call& host, const Value& base) -> Status {
    Session& session = host.session();
    const auto url = auth0::build_logout_url(base, to_value(o));
    if (!url) return url.error();
    const auto& cookies = session.cookies();
    const auto has_session = host.once<bool>([&]() -> Result<bool> { return cookies && !cookies->empty(); });
    if (*has_session) {
      const auto ended = host.http({"GET", *url, {}, {}, true});
      if (!ended) return ended.error();
    }
    return host.once<Unit>([&] {
      if (cookies) cookies->clear();
      const auto& browser = session.environment().browser;
      return (browser ? browser : system_browser())->open({*url, {}, [](const Result<std::string>&) {}});
    });
  });
}

Task<Value> WebAuth::async_validate_token(std::string id_token, std::string nonce, CallOptions call) const {
  return with_base<Value>(session_, std::move(call),
                          [id_token = std::move(id_token), nonce = std::move(nonce)](Call& host, const Value& base) {
                            return auth0::validate_id_token(host, base, id_token, {nonce, {}, {}, {}});
                          });
}

Task<AuthResult> Popup::async_authorize(AuthorizeOptions options, CallOptions call) const {
  return browse_task(session_, std::move(options), std::move(call), true);
}
Task<AuthResult> Popup::async_login_with_credentials(LoginOptions options, CallOptions call) const {
  return WebAuth(session_).async_login(std::move(options), std::move(call));
}
Task<AuthResult> Popup::async_passwordless_verify(PasswordlessLoginOptions options, CallOptions call) const {
  return WebAuth(session_).async_passwordless_login(std::move(options), std::move(call));
}
Task<AuthResult> Popup::async_signup_and_login(SignupOptions options, CallOptions call) const {
  return WebAuth(session_).async_signup_and_login(std::move(options), std::move(call));
}

// The blocking forms.

Result<AuthResult> WebAuth::authorize(const AuthorizeOptions& options, const CallOptions& call) {
  return async_authorize(options, call).wait();
}
Result<LoginAttempt> WebAuth::begin_authorize(const AuthorizeOptions& options, const CallOptions& call) {
  return async_begin_authorize(options, call).wait();
}
Result<AuthResult> WebAuth::finish_authorize(const std::string& attempt, const std::string& redirect,
                                             const CallOptions& call) {
  return async_finish_authorize(attempt, redirect, call).wait();
}
Result<std::optional<AuthResult>> WebAuth::parse_hash(const ParseHashOptions& options, const CallOptions& call) {
  return async_parse_hash(options, call).wait();
}
Result<AuthResult> WebAuth::login(const LoginOptions& options, const CallOptions& call) {
  return async_login(options, call).wait();
}
Result<Value> WebAuth::passwordless_start(const PasswordlessStartOptions& options, const CallOptions& call) {
  return async_passwordless_start(options, call).wait();
}
Result<AuthResult> WebAuth::passwordless_login(const PasswordlessLoginOptions& options, const CallOptions& call) {
  return async_passwordless_login(options, call).wait();
}
Result<SignupResult> WebAuth::signup(const SignupOptions& options, const CallOptions& call) {
  return async_signup(options, call).wait();
}
Result<AuthResult> WebAuth::signup_and_login(const SignupOptions& options, const CallOptions& call) {
  return async_signup_and_login(options, call).wait();
}
Result<std::string> WebAuth::change_password(const ChangePasswordOptions& options, const CallOptions& call) {
  return async_change_password(options, call).wait();
}
Result<AuthResult> WebAuth::check_session(const CheckSessionOptions& options, const CallOptions& call) {
  return async_check_session(options, call).wait();
}
Status WebAuth::logout(const LogoutOptions& options, const CallOptions& call) {
  return async_logout(options, call).wait();
}
Result<Value> WebAuth::validate_token(const std::string& id_token, const std::string& nonce, const CallOptions& call) {
  return async_validate_token(id_token, nonce, call).wait();
}
Result<AuthResult> Popup::authorize(const AuthorizeOptions& options, const CallOptions& call) {
  return async_authorize(options, call).wait();
}
Result<AuthResult> Popup::login_with_credentials(const LoginOptions& options, const CallOptions& call) {
  return async_login_with_credentials(options, call).wait();
}
Result<AuthResult> Popup::passwordless_verify(const PasswordlessLoginOptions& options, const CallOptions& call) {
  return async_passwordless_verify(options, call).wait();
}
Result<AuthResult> Popup::signup_and_login(const SignupOptions& options, const CallOptions& call) {
  return async_signup_and_login(options, call).wait();
}

}  // namespace ostia
