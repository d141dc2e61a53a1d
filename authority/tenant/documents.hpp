// The tenant's documents as the store has them: each in the Management API's own shape, with what is secret sealed
// inside. Files and the API write them through here, so both mean the same.
#pragma once

#include <functional>
#include <optional>

#include "crypto/secrets.hpp"
#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

/// A kind of document: a section of the deploy CLI's file, and what the API calls a resource.
struct Section {
  const char* name;                  ///< in a file
  const char* kind;                  ///< in the store
  const char* key;                   ///< the member that an entry is known by in a file
  const char* id;                    ///< the member that the API knows it by
  const char* id_prefix;             ///< of an id that this program makes
  bool renamable;                    ///< the store knows it by its id, else by its key
  std::vector<const char*> secrets;  ///< paths of members that are kept sealed; `[]` goes into a list
};
const std::vector<Section>& sections();
/// The section of a kind, which must be one.
const Section& section_of(std::string_view kind);
/// The same; null if there is none.
const Section* find_section(std::string_view kind);

/// The id that an entry has: its own, else one that follows from its key, the same on every machine.
std::string id_of(const Section& section, const json::Value& body);
/// What the store knows an entry by.
std::string store_id(const Section& section, const json::Value& body);

/// What a grant for this authority's own Management API may name: files do not know the issuer.
inline constexpr std::string_view own_management_api = "{issuer}api/v2/";

/// Whose grant it is, for what, and for whom it asks: an application's own and its users' are two.
std::string grant_name(const json::Value& grant);

/// Moves the secrets of `body` into sealed members. A body that leaves one out keeps the one of `before`.
void seal_secrets(const Section& section, json::Value& body, const json::Value& before, const Secrets& secrets);
/// The body with its secrets in clear, or without any.
json::Value with_secrets(const Section& section, json::Value body, const Secrets& secrets);
/// The same for what a program before the root keys has sealed (`state/root_keys.hpp`).
json::Value with_old_secrets(const Section& section, json::Value body, const Sealer& sealer);
json::Value without_secrets(const Section& section, json::Value body);

Statement put_document(const std::string& kind, const std::string& id, const json::Value& body);
Statement delete_document(const std::string& kind, const std::string& id);

/// All documents of a kind, in the order of what the store knows them by.
Async<std::vector<json::Value>> list_documents(Store& store, std::string kind);
Async<std::optional<json::Value>> find_document(Store& store, std::string kind, std::string id);

/// What a client or a connection must have, wherever it comes from. The error names the member.
Status check_client(const json::Value& client);
Status check_connection(const json::Value& connection);

/// The client's identity and secret, kept from `before` or made now.
void identify_client(json::Value& client, const json::Value& before, const Secrets& secrets);

}  // namespace ostia::authority
