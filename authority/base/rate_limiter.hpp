// Token buckets by name, in a table of fixed size: however many names there are, it takes no more memory, and nobody
// can choose names that meet in one place.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace ostia::authority {

/// So many at once, and so many more a second. No limit without a burst.
struct Rate {
  double per_second = 0, burst = 0;
};

struct Allowance {
  bool is_allowed = true;
  std::int64_t limit = 0;      ///< what a full bucket holds; 0: there is no limit
  std::int64_t remaining = 0;  ///< what it holds now
  double full_in = 0;          ///< seconds
  double next_in = 0;          ///< seconds until one more is allowed
};

class RateLimiter {
 public:
  RateLimiter();

  /// Takes one from the bucket of that name, at `now` (seconds). Thread-safe.
  Allowance take(std::string_view name, Rate rate, double now);

 private:
  struct Bucket {
    std::uint64_t name = 0;
    double left = 0, at = 0;
  };
  static constexpr std::size_t places = 8, sets = 8192, locks = 64;
  using Set = std::array<Bucket, places>;

  static Bucket& find(Set& set, std::uint64_t name, Rate rate, double now);

  std::array<unsigned char, 16> key_;
  std::unique_ptr<Set[]> sets_;
  std::array<std::mutex, locks> mutexes_;
};

}  // namespace ostia::authority
