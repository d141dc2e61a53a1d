#include "tenant/markers.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/files.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr const char* variable = "AUTH0_KEYWORD_REPLACE_MAPPINGS";
constexpr std::size_t fence = 2;  // characters at each end of a marker

struct Found {
  std::size_t at = 0, size = 0;
  [[nodiscard]] bool is_there() const { return size > 0; }
};

// The next `@@NAME@@` or `##NAME##` from `from` on. A heading of Markdown or an empty pair is none.
Found next_marker(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find_first_of("@#", from); at != text.npos; at = text.find_first_of("@#", at + 1)) {
    const char mark = text[at];
    if (at + 1 >= text.size() || text[at + 1] != mark) continue;
    std::size_t end = at + fence;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
                                 std::string_view("_.-").find(text[end]) != std::string_view::npos))
      ++end;
    const bool is_closed = end + 1 < text.size() && text[end] == mark && text[end + 1] == mark;
    if (is_closed && end > at + fence) return {at, end + fence - at};
  }
  return {};
}

std::string_view name_of(std::string_view marker) { return marker.substr(fence, marker.size() - 2 * fence); }

// The line that `text` ends in.
std::string_view line_of(std::string_view text) { return text.substr(text.rfind('\n') + 1); }

bool ends_in_quotes(std::string_view line) {
  char open = '\0';
  for (const char c : line)
    if (c == open)
      open = '\0';
    else if (open == '\0' && (c == '"' || c == '\''))
      open = c;
  return open != '\0';
}

// Where the plain value that `line` ends in begins; nothing where it is quoted, a block, or in a flow list.
std::optional<std::size_t> start_of_value(std::string_view line) {
  std::size_t at = std::min(line.find_first_not_of(' '), line.size());
  while (line.substr(at).starts_with("- ")) at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  if (const auto colon = line.find(": ", at); colon != line.npos)
    at = std::min(line.find_first_not_of(' ', colon + 1), line.size());
  const bool is_plain = at == line.size() || std::string_view("\"'|>[{#&*!%").find(line[at]) == std::string_view::npos;
  return is_plain ? std::optional(at) : std::nullopt;
}

// Whether an entry of a flow list begins here.
bool begins_entry(std::string_view line) {
  while (line.ends_with(' ')) line.remove_suffix(1);
  return !ends_in_quotes(line) && (line.ends_with('[') || line.ends_with(','));
}

// Where a plain value of YAML ends.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
  if (const auto comment = text.substr(at, end - at).find(" #"); comment != std::string_view::npos) end = at + comment;
  while (end > at && text[end - 1] == ' ') --end;
  return end;
}

bool opens_block(std::string_view line) {
  while (!line.empty() && std::string_view("+-123456789 \r").find(line.back()) != std::string_view::npos)
    line.remove_suffix(1);
  return line.ends_with(" |") || line.ends_with(" >");
}

// How far a block that `line` opens is indented at the least: not as far as the key, or the dash, that it is of.
std::size_t indent_of_opener(std::string_view line) {
  std::size_t at = std::min(line.find_first_not_of(' '), line.size()), dash = at;
  while (line.substr(at).starts_with("- ")) {
    dash = at;
    at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  }
  const bool is_of_dash = line.substr(at).starts_with('|') || line.substr(at).starts_with('>');
  return is_of_dash ? dash : at;
}

// For each line of YAML, whether it is of a block (`|`, `>`): of a script, say, in which nothing is quoted.
std::vector<bool> lines_in_blocks(std::string_view text) {
  std::vector<bool> out;
  std::optional<std::size_t> outer;  // the indentation of the line that has opened the block
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    const std::size_t indent = line.find_first_not_of(" \r");
    if (outer && indent != line.npos && indent <= *outer) outer.reset();
    out.push_back(outer.has_value());
    if (!outer && opens_block(line)) outer = indent_of_opener(line);
  }
  return out;
}

class Replacing {
 public:
  Replacing(std::string_view text, const Value& mappings, bool is_yaml)
      : text_(text),
        mappings_(mappings),
        is_yaml_(is_yaml),
        in_block_(is_yaml ? lines_in_blocks(text) : std::vector<bool>()) {}

  Marked run() {
    std::size_t at = 0;
    for (Found found = next_marker(text_, at); found.is_there(); found = next_marker(text_, at)) {
      const std::string_view marker = text_.substr(found.at, found.size);
      const Value* value = mappings_.find(name_of(marker));
      out_.text += text_.substr(at, found.at - at);
      at = found.at + found.size;
      if (value)
        at = put(*value, marker, at);
      else
        at = leave(marker, found.at, at);
    }
    out_.text += text_.substr(at);
    return std::move(out_);
  }

 private:
  // The quotes around a value of JSON go with it.
  std::size_t put(const Value& value, std::string_view marker, std::size_t after) {
    if (marker.front() == '#') {
      out_.text += value.is_string() ? value.text() : json::write(value);
      return after;
    }
    const char quote = out_.text.empty() ? '\0' : out_.text.back();
    if ((quote == '"' || quote == '\'') && after < text_.size() && text_[after] == quote) {
      out_.text.pop_back();
      ++after;
    }
    out_.text += json::write(value);
    return after;
  }

  std::size_t leave(std::string_view marker, std::size_t at, std::size_t after) {
    const auto line =
        static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    const auto is_same = [&](const UnfilledMarker& m) { return m.text == marker; };
    if (std::none_of(out_.unfilled.begin(), out_.unfilled.end(), is_same))
      out_.unfilled.push_back({std::string(marker), line + 1});
    const bool is_value = is_yaml_ && !in_block_[line];
    if (is_value && begins_entry(line_of(out_.text))) {
      out_.text.append("\"").append(marker).append("\"");
      return after;
    }
    const auto start = is_value ? start_of_value(line_of(out_.text)) : std::nullopt;
    const std::size_t end = start ? end_of_value(text_, after) : after;
    const std::string_view rest = text_.substr(at, end - at);
    const bool is_quotable = start && rest.find_first_of("\"\\") == rest.npos &&
                             line_of(out_.text).substr(*start).find_first_of("\"\\") == std::string_view::npos;
    // In a plain value `@@` cannot begin one, and ` #` ends it.
    if (is_quotable) {
      out_.text.insert(out_.text.size() - line_of(out_.text).size() + *start, "\"");
      return leave_rest(rest, end);
    }
    out_.text += marker;
    return after;
  }

  // The rest of a value that has been quoted, with what other markers it has.
  std::size_t leave_rest(std::string_view rest, std::size_t end) {
    Marked filled = Replacing(rest, mappings_, false).run();
    out_.text.append(filled.text).append("\"");
    for (auto& marker : filled.unfilled)
      if (std::none_of(out_.unfilled.begin(), out_.unfilled.end(),
                       [&](const auto& m) { return m.text == marker.text; }))
        out_.unfilled.push_back({std::move(marker.text), out_.unfilled.back().line});
    return end;
  }

  std::string_view text_;
  const Value& mappings_;
  bool is_yaml_;
  std::vector<bool> in_block_;  // by line
  Marked out_;
};

Result<Value> object_of(std::string_view text, const std::string& where) {
  auto value = json::parse(text);
  if (value && value->is_object()) return value;
  return caller_error(
      "invalid_option",
      where + ": must be a JSON object of names and values" + (value ? "" : ": " + value.error().description),
      "mappings_malformed");
}

}  // namespace

Result<Value> read_mappings(const std::string& file) {
  Value out = Value::object();
  if (const char* text = std::getenv(variable); text && *text) {
    auto given = object_of(text, variable);
    if (!given) return given;
    out = *std::move(given);
  }
  if (file.empty()) return out;
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  auto given = object_of(*text, file);
  if (!given) return given;
  const Value* of_cli = given->find(variable);
  const Value& values = of_cli ? *of_cli : *given;
  if (!values.is_object())
    return caller_error("invalid_option", file + ": " + variable + " must be an object", "mappings_malformed");
  for (const auto& [name, value] : values.members()) out.set(name, value);
  return out;
}

Marked replace_markers(std::string_view text, const Value& mappings, bool is_yaml) {
  return Replacing(text, mappings, is_yaml).run();
}

std::string_view find_marker(std::string_view text) {
  const Found found = next_marker(text, 0);
  return text.substr(found.at, found.size);
}

}  // namespace ostia::authority
