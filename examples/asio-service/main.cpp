// A service on Asio: `./asio-service DOMAIN CLIENT-ID CLIENT-SECRET AUDIENCE`. It gets tokens for itself, several at
// once, on one io_context, in coroutines.
#include <boost/asio.hpp>
#include <cstdio>
#include <ostia/asio.hpp>
#include <ostia/ostia.hpp>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> work(ostia::WebAuth& auth, std::string audience, int number, int& failures) {
  ostia::OauthTokenOptions options{.grant_type = "client_credentials"};
  options.audience = std::move(audience);
  auto task = auth.client().async_oauth_token(options);
  const auto tokens = co_await ostia::asio::run(std::move(task), asio::use_awaitable);
  if (*tokens) {
    std::printf("worker %d has a token for %lld seconds\n", number, static_cast<long long>((*tokens)->expires_in));
  } else {
    std::fprintf(stderr, "worker %d: %s\n", number, tokens->error().description.c_str());
    ++failures;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: asio-service DOMAIN CLIENT-ID CLIENT-SECRET AUDIENCE\n"), 2;
  asio::io_context io;
  ostia::Loop loop;
  auto driver = std::make_unique<ostia::asio::Driver>(io, loop);
  ostia::WebAuth auth(
      {.domain = argv[1], .client_id = argv[2], .client_secret = argv[3], .environment = {.loop = &loop}});
  int left = 3, failures = 0;
  for (int i = 1; i <= 3; ++i)
    asio::co_spawn(io, work(auth, argv[4], i, failures), [&](const std::exception_ptr&) {
      if (--left == 0) driver.reset();  // nothing else keeps the io_context running
    });
  io.run();
  return failures;
}
