#include "ostia/json/value.hpp"

#include "ostia/json/rep.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::json {

Value::Value(const Value& other) : rep_(other.rep_ ? new Rep(*other.rep_) : nullptr) {}
Value::Value(std::string text) { make(Kind::string).text = std::move(text); }
Value::Value(std::string_view text) : Value(std::string(text)) {}
Value::Value(const char* text) : Value(std::string(text)) {}

void Value::destroy(Rep* rep) noexcept { delete rep; }

Value::Rep& Value::make(Kind kind) {
  if (!rep_) rep_ = new Rep;
  rep_->kind = kind;
  return *rep_;
}

Value Value::array(std::vector<Value> items) {
  Value v;
  v.make(Kind::array).items = std::move(items);
  return v;
}

Value Value::object(std::initializer_list<std::pair<const char*, Value>> members) {
  Value v;
  v.make(Kind::object);
  for (const auto& [key, value] : members) v.set(key, value);
  return v;
}

Value Value::number(std::string lexeme) {
  Value v;
  v.make(Kind::number).text = std::move(lexeme);
  return v;
}

Value Value::from_integer(std::int64_t n) { return number(text::decimal(n)); }

Value Value::from_bool(bool b) {
  Value v;
  v.make(Kind::boolean).flag = b;
  return v;
}

namespace {
const std::string no_text;
const std::vector<Value> no_items;
const std::vector<std::string> no_keys;
}  // namespace

Value::Kind Value::kind() const noexcept { return rep_ ? rep_->kind : Kind::null; }
const std::string& Value::text() const noexcept { return rep_ ? rep_->text : no_text; }
bool Value::is(const char* text) const noexcept { return is_string() && rep_->text == text; }
bool Value::as_bool(bool otherwise) const noexcept { return is_bool() ? rep_->flag : otherwise; }
Sequence<Value> Value::items() const& noexcept { return Sequence(rep_ ? rep_->items : no_items); }
Sequence<std::string> Value::keys() const& noexcept { return Sequence(rep_ ? rep_->keys : no_keys); }

bool operator==(const Value& a, const Value& b) {
  if (!a.rep_ || !b.rep_) return a.rep_ == b.rep_;
  return a.rep_->kind == b.rep_->kind && a.rep_->text == b.rep_->text && a.rep_->flag == b.rep_->flag &&
         a.rep_->keys == b.rep_->keys && a.rep_->items == b.rep_->items;
}

void Value::push_back(Value item) { make(Kind::array).items.push_back(std::move(item)); }

std::optional<std::int64_t> Value::as_int() const { return is_number() ? text::parse_int(text()) : std::nullopt; }

std::optional<double> Value::as_double() const {
  if (!is_number()) return std::nullopt;
  // The libraries' exact conversion costs 44 kB of WebAssembly; a claim's time needs no last bit.
  const char* p = text().data();
  const char* end = p + text().size();
  const bool negative = *p == '-';
  if (negative) ++p;
  double number = 0;
  for (; p < end && text::is_digit(*p); ++p) number = number * 10 + (*p - '0');
  if (p < end && *p == '.') {
    double scale = 1;
    for (++p; p < end && text::is_digit(*p); ++p) number += (*p - '0') * (scale /= 10);
  }
  if (p < end) {
    ++p;  // e or E
    const bool down = *p == '-';
    if (down || *p == '+') ++p;
    int exponent = 0;
    for (; p < end && exponent < 1000; ++p) exponent = exponent * 10 + (*p - '0');
    for (; exponent > 0; --exponent) number = down ? number / 10 : number * 10;
  }
  return negative ? -number : number;
}

const Value* Value::find(std::string_view key) const {
  if (!rep_) return nullptr;
  for (std::size_t i = rep_->keys.size(); i-- > 0;)  // from the back: of a repeated name the last counts
    if (rep_->keys[i] == key) return &rep_->items[i];
  return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

namespace {
const Value null_value;
}  // namespace

const Value& Value::operator[](std::string_view key) const {
  const Value* found = find(key);
  return found ? *found : null_value;
}

const Value& Value::at(std::size_t index) const noexcept { return index < size() ? rep_->items[index] : null_value; }

const Value& Value::operator[](const char* key) const { return (*this)[std::string_view(key)]; }
Value& Value::set(const char* key, Value value) { return set(std::string_view(key), std::move(value)); }

Value& Value::set(std::string_view key, Value value) {
  if (Value* found = find(key)) return *found = std::move(value);
  Rep& rep = make(Kind::object);
  rep.keys.emplace_back(key);
  return rep.items.emplace_back(std::move(value));
}

void Value::erase(std::string_view key) {
  const Value* found = find(key);
  if (!found) return;
  const auto at = found - rep_->items.data();
  rep_->keys.erase(rep_->keys.begin() + at);
  rep_->items.erase(rep_->items.begin() + at);
}

}  // namespace ostia::json
