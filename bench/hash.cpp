// How many passwords one core can check in a second, at the cost that the authority stores them with: the limit of
// whoever checks passwords.
#include <sodium.h>

#include <chrono>
#include <cstdio>

#include "crypto/crypto.hpp"

int main() {
  using Clock = std::chrono::steady_clock;
  if (sodium_init() < 0) return 1;
  const std::string hash = ostia::authority::hash_password("Correct-Horse-9");
  int count = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < std::chrono::seconds(3))
    count += crypto_pwhash_str_verify(hash.c_str(), "Correct-Horse-9", 15) == 0;
  std::printf("%f\n", count / std::chrono::duration<double>(Clock::now() - start).count());
}
