// Property: what a query demands of a document, every document that it matches has.
#include "management/search.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using ostia::json::Value;
  const auto query = ostia::authority::management::Query::parse({reinterpret_cast<const char*>(data), size});
  if (!query) return 0;
  for (const char* email : {"ada@example.com", "", "grace@example.com"}) {
    const Value user = Value::object({{"email", email},
                                      {"name", "Ada"},
                                      {"logins_count", 7},
                                      {"blocked", false},
                                      {"app_metadata", Value::object({{"roles", Value::array({"admin"})}})}});
    const auto demanded = query->demands("email");
    if (query->matches(user) && demanded && *demanded != email) __builtin_trap();
  }
  return 0;
}
