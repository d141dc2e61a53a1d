#include "pages/texts.hpp"

#include <algorithm>
#include <array>

#include "ostia/json/value.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {

extern const std::string_view texts_en, texts_de, texts_fr, texts_es, texts_ja, texts_ar;

namespace {

// A name within a text of the other direction keeps its own (UAX #9); an address must stay what it is.
std::string isolated(const std::string& value) {
  constexpr std::string_view first_strong = "\u2068", end = "\u2069";
  return value.find("://") == std::string::npos ? std::string(first_strong) + value + std::string(end) : value;
}

}  // namespace

Texts::Texts(std::string_view language, std::string_view source) : language_(language) {
  const auto parsed = json::parse(source);
  for (const auto& [key, item] : parsed->members()) texts_.emplace(key, item.text());
}

std::string Texts::get(std::string_view key, TextValues values) const {
  const auto it = texts_.find(key);
  if (it == texts_.end()) return std::string(key);
  std::string out;
  std::string_view rest = it->second;
  while (!rest.empty()) {
    const auto open = std::min(rest.find('{'), rest.size());
    out += rest.substr(0, open);
    rest.remove_prefix(open);
    const auto close = rest.find('}');
    if (close == std::string_view::npos) break;
    const std::string_view name = rest.substr(1, close - 1);
    const auto* value = std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == name; });
    if (value != values.end()) out += is_right_to_left() ? isolated(value->second) : value->second;
    rest.remove_prefix(close + 1);
  }
  return out;
}

const Texts& Texts::choose(const std::vector<std::string_view>& wanted, const std::vector<std::string>& enabled) {
  static const std::array all = {Texts("en", texts_en), Texts("de", texts_de), Texts("fr", texts_fr),
                                 Texts("es", texts_es), Texts("ja", texts_ja), Texts("ar", texts_ar)};
  for (const auto tag : wanted) {
    const std::string language = text::lower(tag.substr(0, tag.find('-')));
    const auto allowed = [&](const std::string& e) { return text::lower(e).substr(0, e.find('-')) == language; };
    if (!enabled.empty() && std::none_of(enabled.begin(), enabled.end(), allowed)) continue;
    for (const auto& texts : all)
      if (texts.language() == language) return texts;
  }
  return all[0];
}

std::vector<std::string_view> accepted_languages(std::string_view header) {
  struct Choice {
    std::string_view tag;
    std::string_view quality;
  };
  std::vector<Choice> choices;
  for (std::string_view part : text::split(header, ',')) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    const auto semicolon = part.find(";q=");
    choices.push_back({part.substr(0, part.find(';')), semicolon == part.npos ? "1" : part.substr(semicolon + 3, 5)});
  }
  // "1" > "0.9" > "0.85": qualities sort as their texts do.
  std::stable_sort(choices.begin(), choices.end(), [](const auto& a, const auto& b) { return a.quality > b.quality; });
  std::vector<std::string_view> out;
  for (const auto& choice : choices) out.push_back(choice.tag);
  return out;
}

}  // namespace ostia::authority
