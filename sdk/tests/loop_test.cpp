// The loop and what runs on it, without a network: transports, browsers and clocks of the test's own.
#include <gtest/gtest.h>

#include <poll.h>
#include <atomic>
#include <mutex>
#include <ostia/ostia.hpp>
#include <thread>

namespace ostia {
namespace {

class FixedTransport final : public BlockingHttpTransport {
 public:
  std::function<HttpResponse(const HttpRequest&)> respond;
  HttpResponse send(const HttpRequest& request) override { return respond(request); }
};

HttpResponse json_response(int status, const std::string& body) {
  HttpResponse r;
  r.status = status;
  r.content_type = "application/json";
  r.body = body;
  return r;
}

// Sees the redirect itself, as a window of the program's own does.
class OwnWindow final : public Browser {
 public:
  bool closed = false;
  std::function<Result<std::string>(const BrowserRequest&)> person;
  Status open(const BrowserRequest& request) override {
    request.finished(person(request));
    return ok();
  }
  void close() override { closed = true; }
};

std::string parameter(const std::string& url, const std::string& name) {
  const auto at = url.find(name + "=") + name.size() + 1;
  return url.substr(at, url.find('&', at) - at);
}

TEST(Loop, ItsDescriptorSaysWhenThereIsWork) {
  Loop loop;
  pollfd p{loop.descriptor(), POLLIN, 0};
  EXPECT_EQ(::poll(&p, 1, 0), 0);
  bool ran = false;
  std::thread([&] { loop.post([&] { ran = true; }); }).join();
  EXPECT_EQ(::poll(&p, 1, 1000), 1);
  loop.poll();
  EXPECT_TRUE(ran);
  EXPECT_EQ(::poll(&p, 1, 0), 0);
}

TEST(Loop, TimersRunInOrderAndCanBeCancelled) {
  Loop loop;
  std::string order;
  const auto now = Loop::Clock::now();
  loop.at(now + std::chrono::milliseconds(2), [&] { order += 'b'; });
  loop.at(now + std::chrono::milliseconds(1), [&] { order += 'a'; });
  loop.cancel(loop.at(now, [&] { order += 'x'; }));
  while (order.size() < 2) loop.wait(std::chrono::seconds(1));
  EXPECT_EQ(order, "ab");
}

TEST(Popup, TakesTheRedirectOfTheProgramsOwnWindow) {
  auto window = std::make_shared<OwnWindow>();
  auto transport = std::make_shared<FixedTransport>();
  window->person = [](const BrowserRequest& r) -> Result<std::string> {
    return r.redirect_uri + "?code=c&state=" + parameter(r.url, "state");
  };
  transport->respond = [](const HttpRequest& r) {
    EXPECT_EQ(r.url, "https://tenant.example/oauth/token");
    EXPECT_NE(r.body.find("code_verifier="), std::string::npos);
    return json_response(200, R"({"access_token":"AT","token_type":"Bearer","expires_in":60})");
  };
  WebAuth auth({.domain = "tenant.example",
                .client_id = "c",
                .redirect_uri = "com.example.app:/callback",
                .scope = "read",
                .environment = {.transport = transport, .browser = window}});
  const auto result = auth.popup().authorize();
  ASSERT_TRUE(result) << result.error().description;
  EXPECT_EQ(result->access_token, "AT");
  EXPECT_TRUE(window->closed);

  window->person = [](const BrowserRequest&) -> Result<std::string> {
    return Error{"access_denied", "The person closed the window", "window_closed", 0, Fault::peer};
  };
  EXPECT_EQ(auth.popup().authorize().error().reason, "window_closed");
  window->person = [](const BrowserRequest&) -> Result<std::string> {
    return std::string("https://evil.example/?code=1");
  };
  EXPECT_EQ(auth.popup().authorize().error().reason, "redirect_elsewhere");
  EXPECT_EQ(WebAuth({.domain = "tenant.example", .client_id = "c"}).popup().authorize().error().fault, Fault::caller);
}

TEST(CustomScheme, TheProgramHandsTheRedirectIn) {
  auto transport = std::make_shared<FixedTransport>();
  transport->respond = [](const HttpRequest&) {
    return json_response(200, R"({"access_token":"AT","token_type":"Bearer","expires_in":60})");
  };
  WebAuth auth({.domain = "tenant.example",
                .client_id = "c",
                .redirect_uri = "com.example.app:/callback",
                .scope = "read",
                .environment = {.transport = transport}});
  std::string url;
  std::thread other;
  AuthorizeOptions options;
  options.open_url = [&](const std::string& opened) {
    url = opened;
    other = std::thread([&auth, state = parameter(opened, "state")] {
      EXPECT_FALSE(auth.handle_redirect("com.example.app:/callback?code=x&state=foreign"));
      EXPECT_FALSE(auth.handle_redirect("com.example.app:/callback"));
      EXPECT_TRUE(auth.handle_redirect("com.example.app:/callback?code=x&state=" + state));
    });
    return true;
  };
  const auto result = auth.authorize(options);
  other.join();
  ASSERT_TRUE(result) << result.error().description;
  EXPECT_FALSE(auth.handle_redirect("com.example.app:/callback?code=x&state=" + parameter(url, "state")));
  options.open_url = [](const std::string&) { return false; };
  EXPECT_EQ(auth.authorize(options).error().code, "no_browser");
}

TEST(Calls, AreCalledOffAndTimeOut) {
  WebAuth auth({.domain = "tenant.example", .client_id = "c", .redirect_uri = "com.example.app:/callback"});
  AuthorizeOptions nobody;
  nobody.open_url = [](const std::string&) { return true; };
  std::stop_source stop;
  std::thread canceller([&] { stop.request_stop(); });
  EXPECT_EQ(auth.authorize(nobody, {.stop = stop.get_token()}).error().code, "cancelled");
  canceller.join();
  EXPECT_EQ(auth.authorize(nobody, {.timeout = std::chrono::milliseconds(5)}).error().code, "timeout");
  std::string code;
  {
    LoopThread thread;
    WebAuth on_thread({.domain = "tenant.example",
                       .client_id = "c",
                       .redirect_uri = "com.example.app:/callback",
                       .environment = {.loop = &thread.loop()}});
    on_thread.async_authorize(nobody).start([&](const Result<AuthResult>& r) { code = r.error().code; });
  }  // the thread ends its calls before it goes
  EXPECT_EQ(code, "cancelled");
}

// Answers when it is told to.
class HeldTransport final : public HttpTransport {
 public:
  std::mutex mutex;
  Loop* loop = nullptr;
  std::function<void(HttpResponse)> held;
  std::atomic<int> abandoned = 0;
  std::function<void()> start(Loop& on, const HttpRequest&, std::function<void(HttpResponse)> done) override {
    const std::lock_guard lock(mutex);
    loop = &on;
    held = std::move(done);
    return [this] { ++abandoned; };
  }
  void answer(HttpResponse response) {
    for (;; std::this_thread::yield()) {
      const std::lock_guard lock(mutex);
      if (!held) continue;
      return loop->post([done = std::exchange(held, nullptr), response = std::move(response)] { done(response); });
    }
  }
  void await_request() {
    for (;; std::this_thread::yield())
      if (const std::lock_guard lock(mutex); held) return;
  }
};

// A renewal spends a token: whoever ends it half-way has logged the person out.
TEST(Calls, WhatMustNotBeLostIsWaitedFor) {
  const auto response = json_response(200, R"({"access_token":"new","refresh_token":"r2","expires_in":60})");
  for (const char* ended_by : {"the thread's end", "cancel_calls", "stop", "timeout"}) {
    auto transport = std::make_shared<HeldTransport>();
    std::optional<Result<AuthResult>> got;
    std::stop_source stop;
    std::thread authority;
    {
      LoopThread thread;
      WebAuth auth({.domain = "tenant.example",
                    .client_id = "c",
                    .environment = {.transport = transport, .loop = &thread.loop()}});
      Credentials credentials(auth, {.storage = memory_storage()});
      ASSERT_TRUE(credentials.store({.access_token = "old", .expires_in = 1, .refresh_token = "r1"}));
      const bool is_short = std::string_view(ended_by) == "timeout";
      credentials.async_refresh({.timeout = std::chrono::milliseconds(is_short ? 1 : 60'000), .stop = stop.get_token()})
          .start([&](Result<AuthResult> r) { got.emplace(std::move(r)); });
      transport->await_request();
      if (std::string_view(ended_by) == "stop") stop.request_stop();
      if (std::string_view(ended_by) == "cancel_calls") thread.loop().post([&] { thread.loop().cancel_calls(); });
      authority = std::thread([&] { transport->answer(response); });
    }
    authority.join();
    ASSERT_TRUE(got) << ended_by;
    ASSERT_TRUE(*got) << ended_by << ": " << got->error().description;
    EXPECT_EQ((*got)->access_token, "new") << ended_by;
    EXPECT_EQ(transport->abandoned, 0) << ended_by;
  }
}

TEST(Threads, ShareOneObject) {
  auto transport = std::make_shared<FixedTransport>();
  transport->respond = [](const HttpRequest& r) {
    return r.url.ends_with("/userinfo") ? json_response(200, "{\"sub\":\"" + r.headers.back().second + "\"}")
                                        : json_response(200, R"({"access_token":"AT","expires_in":60})");
  };
  WebAuth auth({.domain = "tenant.example", .client_id = "c", .environment = {.transport = transport}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&auth, i] {
      for (int n = 0; n < 50; ++n) {
        const std::string token = std::to_string(i) + "-" + std::to_string(n);
        const auto user = auth.client().user_info(token);
        EXPECT_TRUE(user && user->sub == "Bearer " + token);  // nobody gets another's answer
        EXPECT_TRUE(auth.client().oauth_token({.grant_type = "client_credentials"}));
        EXPECT_TRUE(auth.client().build_logout_url());
        EXPECT_TRUE(auth.begin_authorize({.redirect_uri = "https://a.example/cb"}));
      }
    });
  for (auto& thread : threads) thread.join();
}

TEST(Calls, AWindowThatAnswersTooLateReachesNobody) {
  std::function<void(Result<std::string>)> late;
  class Keeper final : public Browser {
   public:
    explicit Keeper(std::function<void(Result<std::string>)>& to) : to_(to) {}
    Status open(const BrowserRequest& request) override {
      to_ = request.finished;
      return ok();
    }

   private:
    std::function<void(Result<std::string>)>& to_;
  };
  {
    Loop loop;
    WebAuth auth({.domain = "tenant.example",
                  .client_id = "c",
                  .redirect_uri = "com.example.app:/callback",
                  .environment = {.browser = std::make_shared<Keeper>(late), .loop = &loop}});
    auth.popup().async_authorize().start([](const Result<AuthResult>&) {});
    while (!late) loop.wait(std::chrono::seconds(1));
    loop.cancel_calls();
  }
  late(std::string("com.example.app:/callback?code=x&state=y"));
}

TEST(Options, EachMistakeIsNamed) {
  const auto mistake = [](WebAuthOptions o) { return WebAuth(std::move(o)).check_session().error(); };
  for (const char* domain :
       {"", "a b", "https://a/b", "https://u@a", "a?b", "ftp://a", "http://login.example.com", "https://"}) {
    const Error e = mistake({.domain = domain, .client_id = "c"});
    EXPECT_EQ(e.fault, Fault::caller) << domain;
    EXPECT_EQ(e.description.find("domain"), 0U) << e.description;
  }
  EXPECT_EQ(mistake({.domain = "a.example"}).description, "client_id is required");
  EXPECT_NE(mistake({.domain = "a.example", .client_id = "c", .redirect_uri = "/x"}).description.find("redirect_uri"),
            std::string::npos);
  EXPECT_NE(
      mistake({.domain = "a.example", .client_id = "c", .response_type = "cod"}).description.find("response_type"),
      std::string::npos);
  EXPECT_NE(mistake({.domain = "a.example", .client_id = "c", .leeway = 301}).description.find("leeway 301"),
            std::string::npos);
  EXPECT_NE(
      mistake({.domain = "a.example", .client_id = "c", .id_token_algorithms = "HS256"}).description.find("HS256"),
      std::string::npos);
  EXPECT_NE(mistake({.domain = "a.example", .client_id = "c", .client_key = "s3cret"}).description.find("client_key"),
            std::string::npos);
  EXPECT_EQ(mistake({.domain = "a.example", .client_id = "c", .client_key = "s3cret"}).description.find("s3cret"),
            std::string::npos);
  EXPECT_NE(mistake({.domain = "a.example", .client_id = "c", .client_secret = "a", .client_key = "{}"})
                .description.find("both"),
            std::string::npos);
  EXPECT_NE(mistake({.domain = "a.example", .client_id = "c", .dpop_key = "x"}).description.find("dpop_key"),
            std::string::npos);
  WebAuth auth({.domain = "a.example", .client_id = "c"});
  EXPECT_EQ(auth.login({}).error().description, "username option is required");
  EXPECT_EQ(auth.login({.username = "a", .realm = "r"}).error().description, "password option is required");
  EXPECT_EQ(auth.client().oauth_token({}).error().description, "grant_type option is required");
  EXPECT_EQ(auth.passwordless_login({.connection = "email"}).error().description,
            "verification_code option is required");
  EXPECT_EQ(auth.signup({}).error().description, "connection option is required");
  EXPECT_EQ(auth.client().refresh_token({}).error().description, "refresh_token is required");
  EXPECT_EQ(auth.mfa().verify({.mfa_token = "m"}).error().fault, Fault::caller);
  EXPECT_EQ(auth.device().poll({}).error().fault, Fault::caller);
  EXPECT_EQ(Management({.domain = "a.example"}).get_user("x").error().description, "token is required");
  EXPECT_EQ(auth.authorize({.timeout_s = 0}).error().fault, Fault::caller);
}

TEST(Retries, OnlyWhatCannotHaveChangedAnything) {
  auto transport = std::make_shared<FixedTransport>();
  int sent = 0;
  HttpResponse response;
  transport->respond = [&](const HttpRequest&) { return ++sent, response; };
  WebAuth auth(
      {.domain = "tenant.example",
       .client_id = "c",
       .environment = {.transport = transport, .retry = {.attempts = 2, .first_delay = std::chrono::milliseconds(1)}}});
  const auto times = [&](auto&& call, int status, bool was_sent) {
    sent = 0;
    response = json_response(status, "{}");
    response.was_sent = was_sent;
    EXPECT_FALSE(call());
    return sent;
  };
  const auto get = [&] { return auth.client().user_info("t"); };
  const auto post = [&] { return auth.client().oauth_token({.grant_type = "client_credentials"}); };
  EXPECT_EQ(times(get, 503, true), 3);
  EXPECT_EQ(times(get, 500, true), 1);
  EXPECT_EQ(times(get, 0, true), 3);
  EXPECT_EQ(times(post, 503, true), 1);
  EXPECT_EQ(times(post, 0, true), 1);
  EXPECT_EQ(times(post, 0, false), 3);
}

}  // namespace
}  // namespace ostia
