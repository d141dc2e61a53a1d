#include "tenant/yaml.hpp"

#include <yaml-cpp/yaml.h>

#include "ostia/text/utf8.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// YAML's core schema.
Value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted: a string, whatever it looks like
  if (text == "true" || text == "false") return text == "true";
  if (text.empty() || text == "null" || text == "~") return nullptr;
  auto number = json::parse(text);
  if (number && number->is_number()) return *number;
  return text;
}

// An anchor may stand within itself, or a few of them for more than there is memory.
class Converter {
 public:
  Value convert(const YAML::Node& node, int depth = 0) {
    if (node.IsScalar()) bytes_ += node.Scalar().size();
    if (depth > deepest || ++count_ > most_nodes || bytes_ > most_bytes)
      throw YAML::RepresentationException(node.Mark(),
                                          "it is nested too deeply or too large with its anchors filled in");
    if (node.IsScalar()) return scalar(node);
    if (node.IsSequence()) {
      Value out = Value::array();
      for (const auto& item : node) out.push_back(convert(item, depth + 1));
      return out;
    }
    if (!node.IsMap()) return nullptr;
    Value out = Value::object();
    for (const auto& pair : node) out.set(pair.first.Scalar(), convert(pair.second, depth + 1));
    return out;
  }

 private:
  static constexpr int deepest = 64;
  static constexpr std::size_t most_nodes = 4'000'000, most_bytes = 256'000'000;
  std::size_t count_ = 0, bytes_ = 0;
};

// Whether a text would be read as something else, or not at all, if it stood there without quotes.
bool needs_quotes(const std::string& text) {
  if (text.empty()) return true;
  const auto read = scalar(YAML::Node(text));
  return !read.is_string() || text.find_first_of("\n\t:#") != text.npos || text.front() == ' ' || text.back() == ' ';
}

void emit(YAML::Emitter& out, const Value& v) {
  switch (v.kind()) {
    case Value::Kind::null: out << YAML::Null; return;
    case Value::Kind::boolean: out << v.as_bool(); return;
    case Value::Kind::number: out << v.text(); return;
    case Value::Kind::string:
      if (v.text().find('\n') != std::string::npos && v.text().find('\r') == std::string::npos &&
          v.text().find(" \n") == std::string::npos && v.text().front() != ' ' && v.text().front() != '\n' &&
          v.text().back() == '\n' && !v.text().ends_with("\n\n"))
        out << YAML::Literal << v.text();
      else if (needs_quotes(v.text()))
        out << YAML::DoubleQuoted << v.text();
      else
        out << v.text();
      return;
    case Value::Kind::array:
      if (v.size() == 0) out << YAML::Flow;
      out << YAML::BeginSeq;
      for (const auto& item : v.items()) emit(out, item);
      out << YAML::EndSeq;
      return;
    case Value::Kind::object:
      if (v.size() == 0) out << YAML::Flow;
      out << YAML::BeginMap;
      for (const auto& [key, item] : v.members()) {
        out << YAML::Key << key << YAML::Value;
        emit(out, item);
      }
      out << YAML::EndMap;
  }
}

}  // namespace

Result<Value> parse_yaml(std::string_view text) {
  // What is kept is JSON, which other bytes would make unreadable. A zero byte makes the parser guess another encoding.
  if (!text::is_utf8(text) || text.find('\0') != text.npos)
    return caller_error("invalid_config", "it is not UTF-8 text", "invalid_yaml");
  try {
    return Converter().convert(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    return caller_error(
        "invalid_config",
        "line " + std::to_string(e.mark.line + 1) + ", column " + std::to_string(e.mark.column + 1) + ": " + e.msg,
        "invalid_yaml");
  }
}

std::string write_yaml(const Value& value) {
  YAML::Emitter out;
  emit(out, value);
  // Some texts have no form in the emitter that reads back the same; JSON is YAML, too.
  std::string text = std::string(out.c_str()) + "\n";
  const auto back = parse_yaml(text);
  return back && *back == value ? text : json::write(value) + "\n";
}

}  // namespace ostia::authority
