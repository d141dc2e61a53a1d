#include "host.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

#include "crypto.hpp"
#include "http.hpp"

namespace ostia::sdk {

std::int64_t Host::perform(const Now&) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string Host::perform(const Random& effect) { return random_bytes(effect.count); }
std::string Host::perform(const Sha256& effect) { return sha256(effect.bytes); }
bool Host::perform(const VerifySignature& effect) { return verify_rs256(effect.key, effect.input, effect.signature); }

Unit Host::perform(const StorePut& effect) {
  store_[effect.key] = effect.value;
  return {};
}

json::Value Host::perform(const StoreGet& effect) {
  const auto found = store_.find(effect.key);
  return found == store_.end() ? json::Value() : found->second;
}

Unit Host::perform(const StoreRemove& effect) {
  store_.erase(effect.key);
  return {};
}

HttpResponse Host::perform(const Http& effect) { return send(effect, ca_file); }

Unit Host::perform(const Warn& effect) {
  std::fprintf(stderr, "ostia: %s\n", effect.text.c_str());
  return {};
}

std::string Host::perform(const FormatTime& effect) {
  char buffer[32];
  const auto time = static_cast<std::time_t>(effect.seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

}  // namespace ostia::sdk
