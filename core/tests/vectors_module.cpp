// The module of the vectors: the ABI of web/abi.hpp with the vectors' calls behind it.
#include "abi.hpp"
#include "vectors.hpp"

namespace ostia::abi {

std::string handle(std::string_view message) {
  const auto vector = json::parse(message);
  return json::write(vector ? vectors::call(*vector) : json::Value("not JSON"));
}

}  // namespace ostia::abi
