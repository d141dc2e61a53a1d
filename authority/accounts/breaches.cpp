#include "accounts/breaches.hpp"

#include <fstream>

#include "base/log.hpp"
#include "crypto/crypto.hpp"

namespace ostia::authority {

// A binary search over bytes: each step reads the first whole line after the middle.
// AZ-308 · Auth0: breached-password-detection
bool is_breached(std::string_view password, const std::string& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) {
    log_event("error", "breach_file_unreadable", {{"file", file}});
    return false;
  }
  const std::string wanted = sha1_hex(password);
  std::int64_t low = 0, high = static_cast<std::int64_t>(in.tellg());
  std::string line;
  while (low < high) {
    const std::int64_t middle = (low + high) / 2;
    in.clear();
    in.seekg(middle);
    if (middle > 0) {
      in.seekg(middle - 1);
      std::getline(in, line);  // the rest of the line that the middle is in
    }
    if (!std::getline(in, line)) {
      high = middle;
      continue;
    }
    const std::string_view hash = std::string_view(line).substr(0, 40);
    if (hash == wanted) return true;
    if (hash < wanted)
      low = in.tellg() < 0 ? high : static_cast<std::int64_t>(in.tellg());
    else
      high = middle;
  }
  return false;
}

}  // namespace ostia::authority
