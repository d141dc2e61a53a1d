#include "crypto/secrets.hpp"

namespace ostia::authority {
namespace {

// Names never have a line break in them, so no two places are written alike.
std::string written(const Kept& where) {
  std::string out(where.table);
  return out.append("\n").append(where.column).append("\n").append(where.row);
}

}  // namespace

Secrets::Secrets(std::string_view sealing_key, std::string_view mark_key)
    : sealer_(sealing_key, "secrets at rest"), marker_(mark_key) {}

std::string Secrets::seal(std::string_view plain, const Kept& where) const {
  return sealer_.seal(plain, written(where));
}

std::optional<std::string> Secrets::open(std::string_view sealed, const Kept& where) const {
  return sealer_.open(sealed, written(where));
}

std::string Secrets::mark(std::string_view text) const { return marker_.mark(text); }

}  // namespace ostia::authority
