#include "token_life.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "ostia/text/ascii.hpp"

namespace ostia::sdk {
namespace {

constexpr std::int64_t longest_life_s = std::int64_t{1} << 40;  // what is longer is taken for this

// The name of the machine's run; where the kernel does not tell it, one of this process.
std::string name_of_run() {
  std::array<char, 64> text{};
  const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  const ssize_t size = fd < 0 ? -1 : read(fd, text.data(), text.size());
  if (fd >= 0) close(fd);
  if (size > 0) return std::string(text.data(), static_cast<std::size_t>(size)).substr(0, 36);
  return "process " + text::decimal(getpid());
}

std::int64_t number(const json::Value& kept, const char* name) { return kept[name].as_int().value_or(0); }

}  // namespace

Moment moment_of(Clock& clock) {
  static const std::string run = name_of_run();
  const std::int64_t steady = clock.steady();
  return {.wall_ms = clock.now(),
          .steady_ms = steady >= 0 ? steady : system_clock()->steady(),
          .run = run,
          .is_one_clock = steady >= 0};
}

void note_life(json::Value& kept, std::int64_t life_s, const Moment& given) {
  const std::int64_t life = std::clamp<std::int64_t>(life_s, 0, longest_life_s);
  kept.set("expires_at", life > 0 ? given.wall_ms / 1000 + life : 0);
  kept.set("life", life);
  kept.set("given_steady_ms", given.steady_ms);
  kept.set("given_run", given.run);
}

std::int64_t life_left(const json::Value& kept, const Moment& now) {
  const std::int64_t by_wall = std::max<std::int64_t>(number(kept, "expires_at") - now.wall_ms / 1000, 0);
  const json::Value* noted = kept.find("life");
  if (!noted) return by_wall;  // kept by an earlier version
  const std::int64_t life = number(kept, "life");
  // More left than was given: the wall's clock is, or was, wrong. How old the token is cannot be told by it.
  const std::int64_t believed = by_wall > life ? 0 : by_wall;
  const std::int64_t age_ms = now.steady_ms - number(kept, "given_steady_ms");
  if (kept["given_run"].text() != now.run || age_ms < 0) return believed;
  const std::int64_t by_steady = std::max<std::int64_t>(life - (age_ms + 999) / 1000, 0);
  return now.is_one_clock ? by_steady : std::min(believed, by_steady);
}

}  // namespace ostia::sdk
