#include "management/csv.hpp"

namespace ostia::authority::management {
namespace {

// What spreadsheets begin a formula with; the last four are the wide forms, which those of East Asia take, too.
struct Mark {
  std::string_view text, as_json;
};
constexpr Mark formula_marks[] = {{"=", "\\u003d"},
                                  {"+", "\\u002b"},
                                  {"-", "\\u002d"},
                                  {"@", "\\u0040"},
                                  {"\xEF\xBC\x9D", "\\uff1d"},
                                  {"\xEF\xBC\x8B", "\\uff0b"},
                                  {"\xEF\xBC\x8D", "\\uff0d"},
                                  {"\xEF\xBC\xA0", "\\uff20"}};

const Mark* find_mark(std::string_view rest) {
  for (const auto& mark : formula_marks)
    if (rest.starts_with(mark.text)) return &mark;
  return nullptr;
}

// A comma is the separator here and a semicolon or a tab elsewhere, with whatever language the spreadsheet has.
bool is_separator(char c) { return c == ',' || c == ';' || c == '\t' || c == '\r' || c == '\n'; }
bool is_overlooked(char c) { return c == ' ' || c == '"' || c == '\''; }

std::string quoted(std::string_view text) {
  if (text.find_first_of("\",;\t\r\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string without_formulas(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_first_blank = at == 0 && (c == '\t' || c == '\r' || c == '\n');
    if (is_first_blank || (at_start && find_mark(text.substr(at)))) out += '\'';
    out += c;
    at_start = is_separator(c) || (at_start && is_overlooked(c));
  }
  return out;
}

// In a string of JSON the mark itself can be written in another way.
std::string json_without_formulas(std::string_view json) {
  std::string out;
  bool in_string = false, at_start = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (in_string && c == '\\') {
      const std::size_t size = json.substr(at, 2) == "\\u" ? 6 : 2;
      out.append(json.substr(at, size));
      at += size - 1;
      at_start = true;  // of what the escape stands for, which may be a tab
      continue;
    }
    if (const auto* mark = in_string && at_start ? find_mark(json.substr(at)) : nullptr; mark) {
      out.append(mark->as_json);
      at += mark->text.size() - 1;
    } else {
      out += c;
    }
    if (c == '"') in_string = !in_string;
    at_start = c == '"' || is_separator(c) || (at_start && is_overlooked(c));
  }
  return out;
}

}  // namespace

std::string csv_text(std::string_view text) { return quoted(without_formulas(text)); }

std::string csv_cell(const json::Value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return csv_text(value.text());
  if (value.is_number()) return value.text();
  return quoted(json_without_formulas(json::write(value)));
}

}  // namespace ostia::authority::management
