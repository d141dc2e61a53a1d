// What an application says of itself when it registers (RFC 7591), or in a document at its own address (OAuth Client ID
// Metadata Document): what of it is taken, and what is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia::authority::protocol {

/// The members that are acted upon. All others are left out, as RFC 7591 section 2 has it, and not shown as registered.
struct ClientMetadata {
  std::string name;
  std::vector<std::string> redirect_uris, grant_types;
  std::string auth_method;  ///< `token_endpoint_auth_method`
  bool is_native = false;   ///< it runs on its person's machine: a redirect URI is a loopback one or of its own scheme
};

/// Where metadata come from. A document is public: what it says can hold no secret.
enum class MetadataSource { registration, document };

/// What is taken of `asked`. Errors: 400 with the codes of RFC 7591 section 3.2.2, `invalid_redirect_uri` and
/// `invalid_client_metadata`; the reasons `metadata_…` say which rule.
Result<ClientMetadata> judge_metadata(const json::Value& asked, MetadataSource source);

/// Why `client_id` cannot be the address of a document of its application (section 3 of the draft); empty: it can.
/// `allows_loopback`: for development, plain HTTP on this machine, too.
std::string_view wrong_with_client_url(std::string_view client_id, bool allows_loopback);

}  // namespace ostia::authority::protocol
