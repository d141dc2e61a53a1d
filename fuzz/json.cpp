// Property: what parses is written as a text that parses to the same value.
#include "ostia/json/value.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const auto value = ostia::json::parse({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const auto again = ostia::json::parse(ostia::json::write(*value));
  if (!again || *again != *value) __builtin_trap();
  (void)value->as_double();
  return 0;
}
