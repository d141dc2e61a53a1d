#include "ostia/engine/http.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia {

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (text::lower(key) == name) return value;
  return {};
}

}  // namespace ostia
