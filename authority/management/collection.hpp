// Kinds of documents as the API has them: what is particular to each. The rest is the same for all (`documents.cpp`).
#pragma once

#include "management/call.hpp"
#include "tenant/documents.hpp"

namespace ostia::authority::management {

struct Collection {
  const char* kind;  ///< in the store
  const char* path;
  const char* noun;                  ///< of its scopes, and of a list beside its totals
  const char* one;                   ///< in sentences
  const char* schema;                ///< of a new one and of a change: `<schema>_create`, `<schema>_update`
  std::vector<std::string> filters;  ///< parameters of a list
  /// What a body must be beyond its schema.
  Status (*check)(const Tenant&, json::Value& body) = nullptr;
  /// What is kept of it: defaults of a new one, secrets sealed.
  void (*prepare)(Authority&, json::Value& body, const json::Value& before) = nullptr;
  /// What is shown of it. Without one: the document without its secrets.
  json::Value (*present)(const Authority&, const Call&, json::Value body) = nullptr;
  bool is_put = false;         ///< PUT makes it, too
  bool is_write_only = false;  ///< its values are never shown: there is PUT and DELETE, and a list of names
  bool sorted_by_order = false;
  std::vector<const char*> always;   ///< members that `fields` does not take away
  bool always_counts = false;        ///< a list is an object with `total`, whatever was asked for
  bool never_counts = false;         ///< a list is an array, whatever was asked for
  int created = 201, deleted = 204;  ///< the statuses of POST and DELETE
};

const std::vector<Collection>& collections();
const Collection& collection_of(std::string_view kind);

/// The document that the API knows by `id`; nothing if there is none.
Async<std::optional<json::Value>> find_in(Authority& a, const Collection& c, std::string id);
/// The answer where there is none.
Error unknown(const Collection& c);

/// Sets a member that is not there.
void set_default(json::Value& body, const char* name, json::Value value);
/// The members that were sent replace those that are there; null takes one away.
void merge(json::Value& into, const json::Value& change);

// clients.cpp, connections.cpp
Status check_application(const Tenant& tenant, json::Value& body);
void prepare_client(Authority& a, json::Value& body, const json::Value& before);
json::Value present_client(const Authority& a, const Call& call, json::Value body);
Status check_new_connection(const Tenant& tenant, json::Value& body);
void prepare_connection(Authority& a, json::Value& body, const json::Value& before);
json::Value present_connection(const Authority& a, const Call& call, json::Value body);

}  // namespace ostia::authority::management
