// Property: a template renders or is refused; what goes into HTML brings no markup of its own.
#include "messages/liquid.hpp"

#include "ostia/json/value.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto values = ostia::json::Value::object({{"user", ostia::json::Value::object({{"email", "<\x01>"}})}});
  const auto rendered = ostia::authority::render_liquid(text, values, true);
  if (rendered && text.find("raw") == text.npos && rendered->find("<\x01>") != std::string::npos &&
      text.find("<\x01>") == std::string::npos)
    __builtin_trap();
  return 0;
}
