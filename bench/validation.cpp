// ID tokens validated on one core: `validation JWKS-FILE TOKEN NONCE` prints validations a second and heap allocations
// for each, ours and OpenSSL's.
#include <openssl/crypto.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <new>
#include <ostia/ostia.hpp>
#include <sstream>

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
}  // namespace

void* operator new(std::size_t size) { return ++allocations, std::malloc(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

int main(int argc, char** argv) {
  CRYPTO_set_mem_functions(counted, recounted, freed);
  if (argc != 5) return 2;
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
  for (int i = 0; i < 1000; ++i) once();
  const long before = allocations, openssl_before = openssl_allocations;
  once();
  const long each = allocations - before, openssl_each = openssl_allocations - openssl_before;
  long count = 0;
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> spent{};
  while ((spent = std::chrono::steady_clock::now() - start).count() < 2)
    for (int i = 0; i < 500; ++i, ++count) once();
  std::printf("%.0f %ld %ld\n", static_cast<double>(count) / spent.count(), each, openssl_each);
}
