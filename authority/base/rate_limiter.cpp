#include "base/rate_limiter.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace ostia::authority {

// A set that nobody has asked for yet costs no memory: the system gives pages of zeros when they are touched.
RateLimiter::RateLimiter() : key_{}, sets_(new Set[sets]()) {
  static_assert(sizeof key_ == crypto_shorthash_KEYBYTES);
  randombytes_buf(key_.data(), key_.size());
}

// The bucket of that name, or the one that has been left alone for longest: it is likely full again.
RateLimiter::Bucket& RateLimiter::find(Set& set, std::uint64_t name, Rate rate, double now) {
  const auto known = std::find_if(set.begin(), set.end(), [&](const Bucket& b) { return b.name == name; });
  if (known != set.end()) return *known;
  Bucket& oldest =
      *std::min_element(set.begin(), set.end(), [](const Bucket& x, const Bucket& y) { return x.at < y.at; });
  oldest = {name, rate.burst, now};
  return oldest;
}

Allowance RateLimiter::take(std::string_view name, Rate rate, double now) {
  if (rate.burst < 1) return {};
  std::uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), reinterpret_cast<const unsigned char*>(name.data()),
                   name.size(), key_.data());
  const std::size_t at = hash % sets;
  const std::lock_guard lock(mutexes_[at % locks]);
  Bucket& bucket = find(sets_[at], hash, rate, now);
  bucket.left = std::min(rate.burst, bucket.left + std::max(0.0, now - bucket.at) * rate.per_second);
  bucket.at = now;
  const bool is_allowed = bucket.left >= 1;
  if (is_allowed) bucket.left -= 1;
  const double rest = std::max(rate.per_second, 1e-9);
  return {is_allowed, static_cast<std::int64_t>(rate.burst), static_cast<std::int64_t>(bucket.left),
          (rate.burst - bucket.left) / rest, std::max(0.0, 1 - bucket.left) / rest};
}

}  // namespace ostia::authority
