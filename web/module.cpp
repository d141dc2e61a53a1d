// The WebAssembly module's three exports. It imports nothing, which proves that the core does no I/O.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "abi.hpp"

#define OSTIA_EXPORT(name) __attribute__((export_name(#name))) extern "C"

namespace {
std::string reply;  // lives until the next call
}

OSTIA_EXPORT(alloc) void* ostia_alloc(std::uint32_t size) { return std::malloc(size); }

// Takes the message at `message` (from `alloc`; freed here). The reply's length stands in the four bytes before it.
OSTIA_EXPORT(call) const char* ostia_call(char* message, std::uint32_t length) {
  const std::string text = ostia::abi::handle({message, length});
  std::free(message);
  const auto size = static_cast<std::uint32_t>(text.size());
  reply.assign(sizeof size, '\0');
  std::memcpy(reply.data(), &size, sizeof size);
  reply += text;
  return reply.data() + sizeof size;
}

_LIBCPP_BEGIN_NAMESPACE_STD
void __libcpp_verbose_abort(const char*, ...) { __builtin_trap(); }
_LIBCPP_END_NAMESPACE_STD
