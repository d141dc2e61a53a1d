#include "ostia/auth0/options.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "ostia/url/url.hpp"

namespace ostia::auth0 {
namespace {

constexpr char marker = '\x01';

char tag(const Value& value) {
  return value.is_string() && value.text().size() > 1 && value.text()[0] == marker ? value.text()[1] : '\0';
}

// Calls `visit` with each word of a list.
template <class Visit>
void each_word(std::string_view list, const Visit& visit) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(' '));
    list.remove_prefix(std::min(word.size() + 1, list.size()));
    visit(word);
  }
}

void stringify_into(std::string& out, const std::string& name, const Value& value) {
  const char t = tag(value);
  if (t == 'u' || t == 'f') return;
  if (value.is_object() || value.is_array()) {
    const std::string* key = value.keys().begin();
    std::int64_t i = 0;
    for (const auto& item : value.items())
      stringify_into(out, name + "[" + (value.is_object() ? *key++ : text::decimal(i++)) + "]", item);
    return;
  }
  if (!out.empty()) out += '&';
  out.append(url::percent_encode(name)).append("=").append(url::percent_encode(display(value)));
}

}  // namespace

bool is_undefined(const Value& value) { return tag(value) == 'u'; }

bool is_text(const Value& value) {
  const char t = tag(value);
  return value.is_string() && (t == '\0' || t == 's');
}

std::string display(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::boolean: return value.as_bool() ? "true" : "false";
    case Value::Kind::string: return tag(value) == 's' || tag(value) == 'n' ? value.text().substr(2) : value.text();
    default: return value.text();
  }
}

std::string text_of(const Value& value) { return is_text(value) ? display(value) : std::string(); }

bool is_truthy(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return false;
    case Value::Kind::boolean: return value.as_bool();
    case Value::Kind::number: return value.as_double() != 0.0;
    case Value::Kind::string: return !value.text().empty() && tag(value) != 'u' && value.text() != "\x01nNaN";
    default: return true;
  }
}

Value pick(const Value& from, std::string_view names) {
  Value out = Value::object();
  each_word(names, [&](std::string_view name) {
    if (const Value& value = from[name]; is_truthy(value)) out.set(name, value);
  });
  return out;
}

// WA-019 · Auth0: options
Value merge(const Value& base, std::string_view picked, const Value& call) {
  Value out = pick(base, picked);
  for (const auto& [key, item] : call.members()) out.set(key, item);
  return out;
}

void erase(Value& from, std::string_view names) {
  each_word(names, [&](std::string_view name) { from.erase(name); });
}

// WA-006, WA-022 · Auth0: options
Status check_texts(const Value& options, std::string_view required, std::string_view optional) {
  if (!options.is_object() && !options.is_array() && !options.is_null())
    return refuse("options parameter is not valid");
  Status status = ok();
  const auto demand = [&](std::string_view name) {
    if (status && !is_text(options[name])) status = refuse(std::string(name) + " option is required");
  };
  each_word(required, [&](std::string_view word) {
    const auto bar = word.find('|');
    if (bar == word.npos || !is_truthy(options[word.substr(bar + 1)])) demand(word.substr(0, bar));
  });
  each_word(optional, [&](std::string_view name) {
    if (is_truthy(options[name])) demand(name);
  });
  return status;
}

std::string snake_case(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool starts = i > 0 && ((text::is_upper(c) && !text::is_upper(name[i - 1])) ||
                                  (text::is_digit(c) && !text::is_digit(name[i - 1])));
    if (starts) out += '_';
    out += text::to_lower(c);
  }
  return out;
}

Value snake_case(const Value& value, std::string_view exceptions) {
  if (!value.is_object()) return value;
  Value out = Value::object();
  for (const auto& [key, item] : value.members()) {
    out.set(text::has_word(exceptions, key) ? key : snake_case(key), snake_case(item, {}));
  }
  return out;
}

// WA-028, WA-029 · RFC 3986 section 2.1
std::string stringify(const Value& object) {
  std::string out;
  for (const auto& [key, item] : object.members()) stringify_into(out, key, item);
  return out;
}

Value parse_query(std::string_view in) {
  Value out = Value::object();
  for (auto& [name, value] : url::parse_form(in)) {
    Value* existing = out.find(name);
    if (!existing)
      out.set(name, std::move(value));
    else if (existing->is_array())
      existing->push_back(std::move(value));
    else
      *existing = Value::array({*existing, std::move(value)});
  }
  return out;
}

}  // namespace ostia::auth0
