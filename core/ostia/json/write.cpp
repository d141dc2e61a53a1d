#include "ostia/json/value.hpp"

namespace ostia::json {
namespace {

void write_string(std::string& out, std::string_view in) {
  constexpr char hex[] = "0123456789abcdef";
  out += '"';
  for (const char c : in) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += "\\u00";
      out += hex[c >> 4];
      out += hex[c & 15];
    }
  }
  out += '"';
}

void write_value(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: out += "null"; return;
    case Value::Kind::boolean: out += value.as_bool() ? "true" : "false"; return;
    case Value::Kind::number: out += value.text(); return;
    case Value::Kind::string: write_string(out, value.text()); return;
    case Value::Kind::array:
    case Value::Kind::object: break;
  }
  const bool object = value.is_object();
  out += object ? '{' : '[';
  const std::string* key = value.keys().begin();
  bool first = true;
  for (const auto& item : value.items()) {
    if (!std::exchange(first, false)) out += ',';
    if (object) {
      write_string(out, *key++);
      out += ':';
    }
    write_value(out, item);
  }
  out += object ? '}' : ']';
}

}  // namespace

std::string write(const Value& value) {
  std::string out;
  write_value(out, value);
  return out;
}

}  // namespace ostia::json
