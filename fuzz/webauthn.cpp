// Property: an answer that nobody has signed is never taken, and one for another challenge makes no key.
#include "mfa/webauthn.hpp"
#include "ostia/text/base64url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using ostia::json::Value;
  using namespace ostia::authority::webauthn;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Ceremony ceremony{"Y2hhbGxlbmdl", "localhost", {"https://localhost"}};
  const auto encode = [](std::string_view text) { return ostia::text::base64url_encode(text); };
  for (const char* type : {"webauthn.create", "webauthn.get"}) {
    const std::string client = ostia::json::write(
        Value::object({{"type", type}, {"challenge", ceremony.challenge}, {"origin", ceremony.origins[0]}}));
    const Value answer = Value::object({{"id", "a2V5"},
                                        {"response", Value::object({{"clientDataJSON", encode(client)},
                                                                    {"authenticatorData", encode(bytes)},
                                                                    {"signature", encode(bytes)}})}});
    (void)check_creation(ceremony, answer);
    const Value native = Value::object({{"clientDataJSON", encode(client)}, {"attestationObject", encode(bytes)}});
    (void)check_creation(ceremony, Value::object({{"id", "a2V5"}, {"response", native}}));
    const std::string point(64, '\1');
    const Value kept = Value::object({{"credential", "a2V5"}, {"public_key", encode(point)}, {"algorithm", -7}});
    if (check_assertion(ceremony, answer, kept)) __builtin_trap();
    if (check_creation({"b3RoZXI", "localhost", {"https://localhost"}}, answer)) __builtin_trap();
  }
  return 0;
}
