// What reads the files of a tenant: each with its markers replaced, and with what stands in files that it names.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "ostia/json/value.hpp"
#include "ostia/result.hpp"

namespace ostia::authority {

class SourceReader {
 public:
  /// `root`: the folder that no file may be outside of. `mappings` outlives it.
  SourceReader(const std::filesystem::path& root, const json::Value& mappings);

  /// The file that the person has named, of YAML or JSON. The error names it and the line.
  Result<json::Value> named_document(const std::filesystem::path& file);
  /// Another one below the root.
  Result<json::Value> document(const std::filesystem::path& file);
  /// The same, as a text. Errors: a link that leads out of the root, what is no regular file.
  Result<std::string> text(const std::filesystem::path& file, bool is_yaml);
  /// A text that is in no file; `name` is what warnings call it.
  std::string fill(std::string_view text, const std::string& name, bool is_yaml);
  /// Takes the place of each name of a file in `v` with what stands there: below `folder`, else below the root, else
  /// below the root's folder of that section.
  /// `where`: what `v` is, for errors.
  Status take_in(json::Value& v, const std::filesystem::path& folder, const std::string& where);

  void warn(std::string text) { warnings_.push_back(std::move(text)); }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }
  /// Markers that have no value, and the place of each, `FILE:LINE`.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& unfilled() const { return unfilled_; }

 private:
  [[nodiscard]] bool is_inside(const std::filesystem::path& file) const;
  Status take_in_list(json::Value& v, const std::filesystem::path& folder, const std::string& where);
  Status replace(json::Value& member, const std::filesystem::path& folder, const std::string& where);

  std::filesystem::path root_;
  const json::Value& mappings_;
  std::vector<std::string> warnings_;
  std::vector<std::pair<std::string, std::string>> unfilled_;
};

/// The folder that the deploy CLI writes with `--format directory`, as the one document that it would else write. Empty
/// where there is nothing of it.
Result<json::Value> read_tenant_folder(SourceReader& reader, const std::filesystem::path& root);

}  // namespace ostia::authority
