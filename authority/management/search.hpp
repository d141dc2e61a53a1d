// `q`: the vendor's subset of Lucene's query language, over the documents of users.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::authority::management {

/// `email:"ada@example.com" AND NOT blocked:true`, `name:ada*`, `logins_count:{100 TO *]`,
/// `_exists_:user_metadata.plan`,
/// `(a:1 OR b:2)`, `app_metadata.roles:admin`. Words without a field are looked for in names and addresses.
class Query {
 public:
  /// The error says where the text stops making sense.
  static Result<Query> parse(std::string_view text);
  /// What has `value`, of any case, in `field`: a text is taken as it is, whatever is in it.
  static Query of_field(std::string field, std::string_view value);
  /// What both find.
  static Query both(const Query& one, const Query& other);
  [[nodiscard]] bool matches(const json::Value& document) const;
  /// A value that `field` must have exactly, if the query says so for all that it finds: the store can look that up.
  [[nodiscard]] std::optional<std::string> demands(std::string_view field) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace ostia::authority::management
