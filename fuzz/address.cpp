// Property: what is canonical stays so, is the first spelling that is looked up, and is an address.
#include "base/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace ostia::authority;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string login = canonical_login(text);
  if (canonical_login(login) != login || spellings_of(text).front() != login) __builtin_trap();
  const auto email = canonical_email(text);
  if (email.has_value() != is_email(text)) __builtin_trap();
  if (email && (*email != login || canonical_email(*email) != email || email->size() > 254)) __builtin_trap();
  return 0;
}
