// ID tokens validated on one core: `validation JWKS-FILE TOKEN NONCE NOW [FORGED]` prints validations a second and heap
// allocations for each, ours and OpenSSL's; after FORGED tokens of as many headers, whose signatures are not good.
#include <openssl/crypto.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <new>
#include <ostia/ostia.hpp>
#include <sstream>

#include "ostia/text/base64url.hpp"

namespace {
long allocations = 0, openssl_allocations = 0;

void* counted(std::size_t size, const char*, int) { return ++openssl_allocations, std::malloc(size); }
void* recounted(void* p, std::size_t size, const char*, int) { return ++openssl_allocations, std::realloc(p, size); }
void freed(void* p, const char*, int) { std::free(p); }

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

class TokensTime final : public ostia::Clock {
 public:
  std::int64_t ms = 0;
  std::int64_t now() override { return ms; }
};

// The token with another header, of the same key: its own signature does not fit it.
std::string forged(const std::string& token, int i) {
  const auto dot = token.find('.');
  auto header = *ostia::json::parse(*ostia::text::base64url_decode(token.substr(0, dot)));
  header.set("x", i);
  return ostia::text::base64url_encode(ostia::json::write(header)) + token.substr(dot);
}
}  // namespace

void* operator new(std::size_t size) { return ++allocations, std::malloc(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

int main(int argc, char** argv) {
  CRYPTO_set_mem_functions(counted, recounted, freed);
  if (argc != 5 && argc != 6) return 2;
  auto transport = std::make_shared<FixedKeys>();
  std::stringstream text;
  text << std::ifstream(argv[1]).rdbuf();
  transport->jwks = text.str();
  auto clock = std::make_shared<TokensTime>();
  clock->ms = std::atoll(argv[4]) * 1000;
  ostia::TokenVerifier verifier(
      {.domain = "tenant.example", .audience = "client", .environment = {.transport = transport, .clock = clock}});
  const std::string token = argv[2];
  const ostia::IdTokenChecks checks{.nonce = argv[3]};
  const auto once = [&] {
    const auto verified = verifier.verify_id_token(token, checks);
    if (verified) return;
    std::fprintf(stderr, "%s\n", verified.error().description.c_str());
    std::exit(1);
  };
  for (int i = 0; argc == 6 && i < std::atoi(argv[5]); ++i) (void)verifier.verify_id_token(forged(token, i), checks);
  for (int i = 0; i < 1000; ++i) once();
  const long before = allocations, openssl_before = openssl_allocations;
  once();
  const long each = allocations - before, openssl_each = openssl_allocations - openssl_before;
  long count = 0;
  // The time of the processor, which is what `openssl speed` counts.
  const auto seconds = [start = std::clock()] { return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC; };
  while (seconds() < 2)
    for (int i = 0; i < 500; ++i, ++count) once();
  std::printf("%.0f %ld %ld\n", static_cast<double>(count) / seconds(), each, openssl_each);
}
