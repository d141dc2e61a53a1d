// Property: what a query demands of a document, every document that it matches has, in one spelling or another; and a
// field that is asked for by its value is found by any value.
#include "management/search.hpp"
#include "base/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using ostia::authority::canonical_login;
  using ostia::json::Value;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto exact = ostia::authority::management::Query::of_field("email", text);
  if (!exact.matches(Value::object({{"email", text}})) || exact.matches(Value::object({{"email", text + "x"}})))
    __builtin_trap();
  const auto query = ostia::authority::management::Query::parse(text);
  if (!query) return 0;
  for (const char* email : {"ada@example.com", "", "grace@example.com"}) {
    const Value user = Value::object({{"email", email},
                                      {"name", "Ada"},
                                      {"logins_count", 7},
                                      {"blocked", false},
                                      {"app_metadata", Value::object({{"roles", Value::array({"admin"})}})}});
    const auto demanded = query->demands("email");
    if (query->matches(user) && demanded && canonical_login(*demanded) != email) __builtin_trap();
  }
  return 0;
}
