// Property: whatever an upstream says, the profile has an id, is no larger than an account may be, and grants nothing.
#include "upstream/identity.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const auto raw = ostia::json::parse({reinterpret_cast<const char*>(data), size}, 16);
  if (!raw || !raw->is_object()) return 0;
  for (const char* strategy : {"oidc", "oauth2", "github", "facebook", "twitter", "apple"}) {
    ostia::authority::Connection connection;
    connection.name = connection.strategy = strategy;
    const auto read = ostia::authority::upstream::read_profile(connection, *raw);
    if (!read) continue;
    if (read->id.empty() || ostia::json::write(read->profile).size() > 33 * 1024) __builtin_trap();
    for (const char* name : {"app_metadata", "user_metadata", "blocked", "user_id", "identities", "roles"})
      if (read->profile.find(name)) __builtin_trap();
  }
  return 0;
}
