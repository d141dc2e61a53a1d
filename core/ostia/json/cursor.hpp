// A place in a JSON text, and the tokens that all readers of this folder know.
#pragma once

#include <string_view>

#include "ostia/text/ascii.hpp"

namespace ostia::json {

class Cursor {
 public:
  explicit Cursor(std::string_view in) : p_(in.data()), end_(p_ + in.size()) {}

 protected:
  void space() {
    while (p_ < end_ && (*p_ == ' ' || *p_ == '\t' || *p_ == '\n' || *p_ == '\r')) ++p_;
  }
  bool take(char c) {
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  bool literal(std::string_view word) {
    if (std::string_view(p_, static_cast<std::size_t>(end_ - p_)).substr(0, word.size()) != word) return false;
    p_ += word.size();
    return true;
  }
  bool digits() {
    const char* start = p_;
    while (p_ < end_ && text::is_digit(*p_)) ++p_;
    return p_ > start;
  }

  const char* p_;
  const char* end_;
};

}  // namespace ostia::json
