// Resources of the vendor's Management API that mean nothing here: they are kept, given back as they came, and not
// acted upon. One table (`kept.json`) says what they are; `management/kept` serves them, `lint` names what is kept, and
// docs/reference/kept.md is made of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/value.hpp"

namespace ostia::authority {

struct KeptResource {
  std::string path;     ///< `network-acls`, `connections/{id}/scim-configuration`; of a list: without the item's slot
  std::string one;      ///< in sentences
  std::string noun;     ///< of its scopes
  std::string why;      ///< it is not acted upon; empty: it is
  std::string list;     ///< what the list is called in an answer; empty: it is an array. No list: `is_single`
  std::string id;       ///< the member that an item is known by
  std::string prefix;   ///< of an id that this program makes
  std::string methods;  ///< words
  std::string set;      ///< of a single one: the member that is a list, which POST adds to and DELETE takes from
  std::string text;     ///< of a single one: the member that a body of text alone is
  std::string first;    ///< what the first of a list is called in its place: `default`
  bool counts = false;  ///< the list is an object with `total`, `page` and `per_page`
  bool is_single = false;
  bool is_open = false;    ///< a single one: shown as its defaults where nothing has been said; otherwise it is a 404
  bool has_times = false;  ///< `created_at` and `updated_at`
  int created = 201, deleted = 204;  ///< the statuses of POST and DELETE
  std::vector<std::string> required;
  std::vector<std::string> secrets;  ///< members that are kept sealed and never shown, by their paths
  json::Value made;                  ///< what a new one has from the start, as in `defaults`
  json::Value defaults;  ///< as in `defaults.json`; `$tenant`, `$parent.name`, `$0` (a slot), `$number` and `$updated`
                         ///< stand for values
};

const std::vector<KeptResource>& kept_resources();

/// The resource whose document has that path (`network-acls/acl_1`); null: none has.
const KeptResource* find_kept(std::string_view path);

/// Whether connections of a strategy are kept and nobody can sign in by them: the vendor has it, and this version not.
bool is_kept_strategy(std::string_view strategy);

}  // namespace ostia::authority
