// Property: a token that decodes is made of exactly the bytes that its parts re-encode to.
#include "ostia/jose/jws.hpp"
#include "ostia/text/base64url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto jws = ostia::jose::decode_jws(text);
  if (jws && jws->signing_input + "." + ostia::text::base64url_encode(jws->signature) != text) __builtin_trap();
  return 0;
}
