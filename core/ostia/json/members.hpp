// The members of one JSON object, read in place: nothing is copied and nothing allocated, for who checks many small
// objects, such as the claims of tokens. What is unusual here (escapes, very many members, a number that needs more
// than reading) it declines; `parse` takes everything.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::json {

/// A value in place. Its words are `Value`'s; views live as long as the text that was read.
class Member {
 public:
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Value::Kind::null; }
  [[nodiscard]] bool is_string() const noexcept { return kind_ == Value::Kind::string; }
  [[nodiscard]] bool is_number() const noexcept { return kind_ == Value::Kind::number; }
  [[nodiscard]] bool is_array() const noexcept { return kind_ == Value::Kind::array; }
  /// The string, or the number's text; empty for anything else.
  [[nodiscard]] std::string_view text() const noexcept {
    return is_string() || is_number() ? raw_ : std::string_view();
  }

  /// Items of an array of strings.
  struct Items {
    std::array<std::string_view, 8> texts;
    std::size_t count = 0;
    struct Item {
      std::string_view view;
      [[nodiscard]] bool is_string() const noexcept { return true; }
      [[nodiscard]] std::string_view text() const noexcept { return view; }
    };
    struct Iterator {
      const std::string_view* at;
      Item operator*() const { return {*at}; }
      Iterator& operator++() { return ++at, *this; }
      bool operator==(const Iterator&) const = default;
    };
    [[nodiscard]] Iterator begin() const { return {texts.data()}; }
    [[nodiscard]] Iterator end() const { return {texts.data() + count}; }
  };
  [[nodiscard]] Items items() const;
  [[nodiscard]] std::size_t size() const { return items().count; }

 private:
  friend class MembersReader;
  friend class Members;
  std::string_view key_, raw_;
  Value::Kind kind_ = Value::Kind::null;
};

class Members {
 public:
  /// Nothing when `text` is no JSON object, or an unusual one.
  static std::optional<Members> read(std::string_view text);
  /// The member, if there is one. Of a repeated name the last counts.
  [[nodiscard]] const Member* find(std::string_view key) const;
  /// The member, or a null one.
  const Member& operator[](std::string_view key) const;

 private:
  friend class MembersReader;
  std::array<Member, 40> members_;
  std::size_t count_ = 0;
};

}  // namespace ostia::json
