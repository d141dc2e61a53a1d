// What the log says of a call: who, what, which object, and how it was before and after. Secrets are left out, by their
// names, wherever they stand.
#pragma once

#include "management/call.hpp"

namespace ostia::authority::management {

/// The names of the secrets that an answer has in it (`client_secret`, `access_token`, …).
std::vector<std::string> secrets_in(const json::Value& body);

/// `body` without secrets, its texts and lists bounded.
json::Value without_secrets_by_name(const json::Value& body);

/// The members that differ, as `{"before": {…}, "after": {…}}`; null if none does.
json::Value difference(const json::Value& before, const json::Value& after);

/// Who calls what, as the vendor's log has it under `details.request`.
json::Value described(const Request& request, const json::Value& token, const json::Value& body);

}  // namespace ostia::authority::management
