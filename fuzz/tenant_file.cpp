// Property: a tenant file is read, or refused with a sentence; what is read can be judged, and written out as JSON.
#include "tenant/lint.hpp"
#include "tenant/yaml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const auto config = ostia::authority::parse_yaml({reinterpret_cast<const char*>(data), size});
  if (!config) {
    if (config.error().description.empty()) __builtin_trap();
    return 0;
  }
  for (const auto& finding : ostia::authority::lint(*config))
    if (finding.where.empty() || finding.what.empty()) __builtin_trap();
  if (!ostia::json::parse(ostia::json::write(*config))) __builtin_trap();
  return 0;
}
