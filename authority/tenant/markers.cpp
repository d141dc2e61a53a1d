#include "tenant/markers.hpp"

#include <algorithm>
#include <cstdlib>

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

// Whether a value of YAML begins here, which is not quoted.
bool begins_value(std::string_view before) {
  while (!before.empty() && before.back() == ' ') before.remove_suffix(1);
  return before.empty() || std::string_view(":-[,\n").find(before.back()) != std::string_view::npos;
}

// Where a plain value of YAML ends.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
  if (const auto comment = text.substr(at, end - at).find(" #"); comment != std::string_view::npos) end = at + comment;
  while (end > at && text[end - 1] == ' ') --end;
  return end;
}

class Replacing {
 public:
  Replacing(std::string_view text, const Value& mappings, bool is_yaml)
      : text_(text), mappings_(mappings), is_yaml_(is_yaml) {}

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
    const auto is_same = [&](const UnfilledMarker& m) { return m.text == marker; };
    if (std::none_of(out_.unfilled.begin(), out_.unfilled.end(), is_same))
      out_.unfilled.push_back(
          {std::string(marker),
           static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
               1});
    if (!is_yaml_ || !begins_value(out_.text)) {
      out_.text += marker;
      return after;
    }
    // In a flow list such a value ends sooner.
    const std::size_t end = marker.front() == '#' ? end_of_value(text_, at) : after;
    const std::string_view whole = text_.substr(at, end - at);
    const bool is_plain = whole.find_first_of("\"\\,]}") == std::string_view::npos;
    const std::string_view quoted = is_plain ? whole : marker;
    out_.text.append("\"").append(quoted).append("\"");
    return at + quoted.size();
  }

  std::string_view text_;
  const Value& mappings_;
  bool is_yaml_;
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
