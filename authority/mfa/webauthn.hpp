// Web Authentication (W3C, Level 2): keys that a device keeps, as second factors and as passkeys. The signatures are
// libfido2's to check. Attestation is not asked for: which make a device is does not matter here.
#pragma once

#include <string>
#include <vector>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia::authority::webauthn {

/// What a ceremony is bound to.
struct Ceremony {
  std::string challenge;             ///< base64url
  std::string rp_id;                 ///< the host of this authority
  std::vector<std::string> origins;  ///< at one of which the device answers: its own, and those of applications
  bool verifies_user = false;        ///< by a PIN or a finger
};

struct NewKey {
  std::string name, display_name;  ///< of the account
  std::string user_handle;         ///< base64url; what the device knows the account by
  std::string tenant;
  bool is_platform = false;      ///< built into the device, not a key on a chain
  bool is_discoverable = false;  ///< the device finds it without being told (a passkey)
};

/// What `navigator.credentials.create` is given; `known` are ids of keys that are there already.
json::Value creation_options(const Ceremony& ceremony, const NewKey& key, const std::vector<std::string>& known);
/// What `navigator.credentials.get` is given. `prefers_verification`: one of the keys wants it, others may do without.
json::Value request_options(const Ceremony& ceremony, const std::vector<std::string>& allowed,
                            bool prefers_verification);

/// What is kept of a new key: `credential`, `public_key` (both base64url), `algorithm`, `counter`. Errors:
/// `webauthn_…` (caller).
Result<json::Value> check_creation(const Ceremony& ceremony, const json::Value& answer);
/// The signature counter of an answer by the key that `kept` is. Errors as above.
Result<std::int64_t> check_assertion(const Ceremony& ceremony, const json::Value& answer, const json::Value& kept);

}  // namespace ostia::authority::webauthn
