// What pages and messages say, by language.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ostia::authority {

using TextValues = std::initializer_list<std::pair<std::string_view, std::string>>;

class Texts {
 public:
  explicit Texts(std::string_view language, std::string_view json);

  [[nodiscard]] const std::string& language() const { return language_; }
  /// Which way it is written: `ltr` or `rtl`.
  [[nodiscard]] const char* direction() const { return is_right_to_left() ? "rtl" : "ltr"; }
  /// The text of that name with `{name}` replaced by values, which are not escaped: the page does that. An unknown name
  /// gives itself, which a test looks for.
  [[nodiscard]] std::string get(std::string_view key, TextValues values = {}) const;
  [[nodiscard]] bool has(std::string_view key) const { return texts_.find(key) != texts_.end(); }

  /// The texts of the first language in `wanted` (BCP 47 tags) that is there and among `enabled` (empty: all); English
  /// otherwise.
  static const Texts& choose(const std::vector<std::string_view>& wanted, const std::vector<std::string>& enabled);

 private:
  [[nodiscard]] bool is_right_to_left() const { return language_ == "ar"; }

  std::string language_;
  std::map<std::string, std::string, std::less<>> texts_;
};

/// The languages of an `Accept-Language` or `X-Request-Language` header, in the order of preference.
std::vector<std::string_view> accepted_languages(std::string_view header);

}  // namespace ostia::authority
