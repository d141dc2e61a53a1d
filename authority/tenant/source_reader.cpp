#include "tenant/source_reader.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "tenant/markers.hpp"
#include "tenant/yaml.hpp"

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;
using json::Value;

Error bad(const std::string& where, const std::string& what) {
  return caller_error("invalid_config", where + ": " + what, "invalid_config");
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool ends_like_text(std::string_view text) {
  constexpr std::string_view ends[] = {".js", ".html", ".htm", ".json", ".liquid",
                                       ".md", ".txt",  ".css", ".mjs",  ".cjs"};
  return std::any_of(std::begin(ends), std::end(ends), [&](std::string_view end) { return text.ends_with(end); });
}

// Whether a member's text is the name of a file that has it.
bool names_file(std::string_view member, const std::string& text) {
  if (text.find('\n') != text.npos || !ends_like_text(text)) return false;
  if (is_one_of(member, {"script", "code", "html", "body", "custom_login_page", "template"}))
    return text.find_first_of(" \t(<{") == text.npos;
  return text.starts_with("./");
}

Result<Value> parsed(const std::string& text, const fs::path& file) {
  auto value = parse_yaml(text);
  if (!value) value.error().description.insert(0, file.string() + ": ");
  return value;
}

}  // namespace

SourceReader::SourceReader(const fs::path& root, const Value& mappings)
    : root_(fs::weakly_canonical(root)), mappings_(mappings) {}

// It may be a pipe, and anywhere: whoever runs the program has named it.
Result<Value> SourceReader::named_document(const fs::path& file) {
  const auto given = read_file(file.string());
  if (!given) return given.error();
  return parsed(fill(*given, file.string(), true), file);
}

Result<Value> SourceReader::document(const fs::path& file) {
  auto given = text(file, true);
  if (!given) return std::move(given).error();
  return parsed(*given, file);
}

Result<std::string> SourceReader::text(const fs::path& file, bool is_yaml) {
  std::error_code ec;
  if (!is_inside(file)) return bad(file.string(), "leads out of the tenant's folder");
  if (!fs::is_regular_file(file, ec)) return bad(file.string(), "is no file");
  auto given = read_file(file.string());
  if (!given) return given;
  return fill(*given, file.string(), is_yaml);
}

// Also where it is a link.
bool SourceReader::is_inside(const fs::path& file) const {
  std::error_code ec;
  return fs::weakly_canonical(file, ec).string().starts_with(root_.string() + "/");
}

std::string SourceReader::fill(std::string_view text, const std::string& name, bool is_yaml) {
  Marked marked = replace_markers(text, mappings_, is_yaml);
  for (auto& marker : marked.unfilled)
    unfilled_.emplace_back(std::move(marker.text), name + ":" + std::to_string(marker.line));
  return std::move(marked.text);
}

Status SourceReader::take_in(Value& v, const fs::path& folder, const std::string& where) {
  if (v.is_array()) return take_in_list(v, folder, where);
  if (!v.is_object()) return ok();
  Value out = Value::object();
  for (const auto& [key, item] : v.members()) {
    Value member = item;
    const std::string at = where.empty() ? key : where + "." + key;
    const bool is_name = member.is_string() && names_file(key, member.text());
    if (auto done = is_name ? replace(member, folder, at) : take_in(member, folder, at); !done) return done;
    out.set(key, std::move(member));
  }
  v = std::move(out);
  return ok();
}

Status SourceReader::take_in_list(Value& v, const fs::path& folder, const std::string& where) {
  Value items = Value::array();
  for (std::size_t i = 0; i < v.size(); ++i) {
    Value item = v.at(i);
    if (auto done = take_in(item, folder, where + "[" + std::to_string(i) + "]"); !done) return done;
    items.push_back(std::move(item));
  }
  v = std::move(items);
  return ok();
}

Status SourceReader::replace(Value& member, const fs::path& folder, const std::string& where) {
  std::string name = member.text();
  std::replace(name.begin(), name.end(), '\\', '/');
  std::error_code ec;
  fs::path file;
  // Of a connection's mail and of an application's page the CLI's YAML says the name in the section's own folder.
  const std::string section = where.substr(0, where.find_first_of("[."));
  for (const auto& base : {folder, root_, root_ / section}) {
    file = base / name;
    if (!is_inside(file)) return bad(where, name + " is outside of the tenant's folder");
    if (fs::exists(file, ec)) break;
  }
  const bool is_data = name.ends_with(".json");
  auto given = text(file, is_data);
  if (!given && fs::exists(file, ec)) return bad(where, given.error().description);
  if (!given) return bad(where, "cannot read " + name + " in " + root_.string() + " or its folder " + section);
  if (!is_data) {
    member = *std::move(given);
    return ok();
  }
  auto value = parse_yaml(*given);
  if (!value) return bad(where, file.string() + ": " + value.error().description);
  member = *std::move(value);
  return ok();
}

}  // namespace ostia::authority
