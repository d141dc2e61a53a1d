// `TokenVerifier` as a filter, for who compares verifiers: `sdk_judge JWKS-FILE ISSUER AUDIENCE NOW` reads a token a
// line, and says `good` or the reason of each.
#include <fstream>
#include <iostream>
#include <ostia/ostia.hpp>
#include <sstream>

namespace {

class FixedKeys final : public ostia::BlockingHttpTransport {
 public:
  std::string jwks;
  ostia::HttpResponse send(const ostia::HttpRequest&) override {
    ostia::HttpResponse response;
    response.status = 200;
    response.body = jwks;
    return response;
  }
};

class FixedClock final : public ostia::Clock {
 public:
  std::int64_t ms = 0;
  std::int64_t now() override { return ms; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto transport = std::make_shared<FixedKeys>();
  std::stringstream text;
  text << std::ifstream(argv[1]).rdbuf();
  transport->jwks = text.str();
  const auto clock = std::make_shared<FixedClock>();
  clock->ms = std::atoll(argv[4]) * 1000;
  ostia::TokenVerifier verifier({.domain = "issuer.example",
                                 .audience = argv[3],
                                 .issuer = argv[2],
                                 .algorithms = "ES256 ES384 ES512 EdDSA RS256 RS384 RS512 PS256 PS384 PS512",
                                 .environment = {.transport = transport, .clock = clock}});
  std::ios::sync_with_stdio(false);
  std::string token;
  while (std::getline(std::cin, token)) {
    const auto verified = verifier.verify(token);
    std::cout << (verified ? "good" : verified.error().reason) << '\n';
  }
}
