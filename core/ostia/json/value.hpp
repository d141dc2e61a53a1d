// The one JSON type of the project (docs/decisions/0002-one-json-type.md). Numbers stay the text that they came as, so
// nothing is rounded on its way through and the float tables stay out of the WebAssembly module. Objects keep their
// order.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ostia/result.hpp"

namespace ostia::json {

/// What an array or an object has, to go through. There is no place by number here, which text from outside could put
/// out of bounds: `Value::at` answers for every place.
template <class T>
class Sequence {
 public:
  explicit Sequence(const std::vector<T>& all) noexcept : all_(&all) {}
  [[nodiscard]] const T* begin() const noexcept { return all_->data(); }
  [[nodiscard]] const T* end() const noexcept { return all_->data() + all_->size(); }
  [[nodiscard]] std::size_t size() const noexcept { return all_->size(); }
  [[nodiscard]] bool empty() const noexcept { return all_->empty(); }

 private:
  const std::vector<T>* all_;  // one pointer: what goes through registers costs WebAssembly the least
};

class MemberSequence;

/// A JSON value with value semantics. Reading a value as what it is not gives an empty or null answer, never a trap,
/// so chains over untrusted input need no check at each step.
class OSTIA_API Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Value() noexcept = default;
  Value(const Value& other);
  Value(Value&& other) noexcept : rep_(std::exchange(other.rep_, nullptr)) {}
  Value& operator=(Value other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~Value() {
    if (rep_) destroy(rep_);
  }

  Value(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
  Value(std::string text);           // NOLINT(google-explicit-constructor)
  Value(std::string_view text);      // NOLINT(google-explicit-constructor)
  Value(const char* text);           // NOLINT(google-explicit-constructor)
  template <class N>
    requires std::integral<N>
  Value(N n)
      : Value(std::same_as<N, bool> ? from_bool(n != 0) : from_integer(static_cast<std::int64_t>(n))) {}  // NOLINT

  static Value array(std::vector<Value> items = {});
  static Value object(std::initializer_list<std::pair<const char*, Value>> members = {});
  /// `lexeme` must be a JSON number.
  static Value number(std::string lexeme);

  [[nodiscard]] Kind kind() const noexcept;
  [[nodiscard]] bool is_null() const noexcept { return rep_ == nullptr; }
  [[nodiscard]] bool is_string() const noexcept { return kind() == Kind::string; }
  [[nodiscard]] bool is_number() const noexcept { return kind() == Kind::number; }
  [[nodiscard]] bool is_bool() const noexcept { return kind() == Kind::boolean; }
  [[nodiscard]] bool is_array() const noexcept { return kind() == Kind::array; }
  [[nodiscard]] bool is_object() const noexcept { return kind() == Kind::object; }

  /// Whether this is the string `text`.
  [[nodiscard]] bool is(const char* text) const noexcept;
  /// The string, or the number's text; empty for anything else.
  [[nodiscard]] const std::string& text() const noexcept;
  [[nodiscard]] bool as_bool(bool otherwise = false) const noexcept;
  /// A number without a fraction or exponent that fits.
  [[nodiscard]] std::optional<std::int64_t> as_int() const;
  /// Any number, near enough for times and counts.
  [[nodiscard]] std::optional<double> as_double() const;

  /// Items of an array, values of an object, nothing otherwise.
  [[nodiscard]] Sequence<Value> items() const& noexcept;
  Sequence<Value> items() && = delete;  // of a value that is gone when they are gone through
  /// Names of an object's members, one an item.
  [[nodiscard]] Sequence<std::string> keys() const& noexcept;
  Sequence<std::string> keys() && = delete;
  /// Names and values of an object's members together, in their order; nothing otherwise.
  [[nodiscard]] MemberSequence members() const& noexcept;
  MemberSequence members() && = delete;
  /// The item at `index`, from 0; a null value where there is none.
  [[nodiscard]] const Value& at(std::size_t index) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return items().size(); }
  /// Appends to an array; a null value becomes one.
  void push_back(Value item);

  // Twice, because most names are literals, and a pointer is what a call costs least with.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);
  /// The member, or a null value.
  const Value& operator[](std::string_view key) const;
  const Value& operator[](const char* key) const;
  /// Replaces or appends.
  Value& set(std::string_view key, Value value);
  Value& set(const char* key, Value value);
  void erase(std::string_view key);

  friend bool operator==(const Value& a, const Value& b);

 private:
  friend class Parser;
  struct Rep;  // one pointer a value: moving and destroying it is next to no code wherever that happens
  static void destroy(Rep* rep) noexcept;
  static Value from_integer(std::int64_t n);
  static Value from_bool(bool b);
  Rep& make(Kind kind);

  Rep* rep_ = nullptr;  // null: the null value
};

/// An object's members: `for (const auto& [key, value] : object.members())`.
class MemberSequence {
 public:
  struct Member {
    const std::string& key;
    const Value& value;
  };
  class Iterator {
   public:
    Iterator(const std::string* key, const Value* value) noexcept : key_(key), value_(value) {}
    Member operator*() const noexcept { return {*key_, *value_}; }
    Iterator& operator++() noexcept {
      ++key_;
      ++value_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.key_ == b.key_; }

   private:
    const std::string* key_;
    const Value* value_;
  };
  explicit MemberSequence(const Value& object) noexcept : object_(&object) {}
  [[nodiscard]] Iterator begin() const noexcept { return {object_->keys().begin(), object_->items().begin()}; }
  [[nodiscard]] Iterator end() const noexcept { return {object_->keys().end(), nullptr}; }

 private:
  const Value* object_;
};

inline MemberSequence Value::members() const& noexcept { return MemberSequence(*this); }

/// RFC 8259, strictly: UTF-8 only, at most `depth` levels. Of a repeated name the last counts, as in JavaScript. The
/// error's description has the byte offset.
OSTIA_API Result<Value> parse(std::string_view text, int depth = 64);

/// The shortest form; what `parse` reads back as the same value.
OSTIA_API std::string write(const Value& value);

}  // namespace ostia::json
