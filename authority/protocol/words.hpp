// A set of words as OAuth writes them: separated by blanks, each once, in the order in which they came (RFC 6749
// section 3.3).
#pragma once

#include <string>
#include <string_view>

#include "ostia/text/ascii.hpp"

namespace ostia::authority {

class Words {
 public:
  Words() = default;
  explicit Words(std::string_view text) {
    for (const auto word : text::split(text, ' ')) add(word);
  }

  void add(std::string_view word) {
    if (word.empty() || has(word)) return;
    if (!text_.empty()) text_ += ' ';
    text_.append(word);
  }
  [[nodiscard]] bool has(std::string_view word) const { return text::has_word(text_, word); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// Those of which `is_wanted(word)` holds.
  template <class IsWanted>
  [[nodiscard]] Words where(const IsWanted& is_wanted) const {
    Words out;
    for (const auto word : text::split(text_, ' '))
      if (is_wanted(word)) out.add(word);
    return out;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace ostia::authority
