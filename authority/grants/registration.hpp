// Applications that nobody has set up here: those that register themselves (RFC 7591), and those that a document at
// their own address describes (OAuth Client ID Metadata Document). Both are the tenant's documents like all others,
// those of third parties, and go away while nobody has used them.
#pragma once

#include "protocol/registration.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

/// A new application, and by what it is managed (RFC 7592).
struct NewRegistration {
  json::Value client;        ///< its document, with its secret
  std::string access_token;  ///< `registration_access_token`, which is kept as a digest
  std::int64_t registered_at = 0;
};
Async<NewRegistration> register_client(Authority& a, protocol::ClientMetadata metadata);

/// When the application registered itself, if that is its token (seconds since 1970); nothing otherwise.
Async<std::optional<std::int64_t>> find_registration(Authority& a, std::string client_id, std::string access_token);
/// The document of an application that is there, with its secret.
Async<json::Value> registered_client(Authority& a, std::string client_id);
/// Its new metadata; its secret stays. The document as it is then, with the secret.
Async<json::Value> change_registration(Authority& a, std::string client_id, protocol::ClientMetadata metadata);
/// Takes it away, with all that it was given.
Async<Unit> end_registration(Authority& a, std::string client_id);

/// Whether one more may register, by its network and in all. Error: 429, reason `registrations_limited`.
Status take_registration(Authority& a, const Request& request);

/// Where a client id is an address and the tenant allows that (`client_id_metadata_document_supported`): reads the
/// document there, unless that was done within the hour, and makes it an application of the tenant. Whatever else
/// `client_id` is, nothing happens. Errors: 400 `invalid_client_metadata` or `invalid_client`, with the reasons
/// `client_document_…`, where there is no such application yet; a document that was good is used while it cannot be
/// read.
Async<Unit> read_client_document(Authority& a, const Request& request, std::string client_id);

}  // namespace ostia::authority
