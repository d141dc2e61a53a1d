#include "accounts/picture.hpp"

#include <numeric>
#include <vector>

#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"
#include "ostia/url/percent.hpp"

namespace ostia::authority {
namespace {

// The letter at the beginning of `text`: a letter or digit of ASCII, or whatever is beyond it; empty: there is none.
std::string_view first_letter(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return text::is_alnum(text[0]) ? text.substr(0, 1) : std::string_view();
  return text.substr(0, lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);
}

// Of a name of several words the letters that the first and the last begin with, else the first two letters.
std::string initials_of(std::string_view name) {
  if (!text::is_utf8(name)) return {};
  std::vector<std::string_view> letters;
  for (const auto word : text::split(name, ' '))
    if (const auto letter = first_letter(word); !letter.empty()) letters.push_back(letter);
  if (letters.size() > 1) return text::lower(std::string(letters.front()) + std::string(letters.back()));
  std::string out(letters.empty() ? std::string_view() : letters.front());
  if (out.empty()) return out;
  const auto at = name.find(out);
  return text::lower(out + std::string(first_letter(name.substr(at + out.size()))));
}

// Each has white letters at a contrast of 4.5 or more (WCAG 1.4.3).
constexpr const char* colours[] = {"#1d4ed8", "#0f766e", "#7c3aed", "#b91c1c",
                                   "#a16207", "#be185d", "#15803d", "#475569"};

}  // namespace

std::string default_picture(const User& user, std::string_view issuer) {
  const std::string& name = user.profile["name"].is_string() ? user.profile["name"].text() : user.login_name();
  const std::string initials = initials_of(name);
  return std::string(issuer) + "avatars/" + (initials.empty() ? "-" : url::percent_encode(initials)) + ".svg";
}

std::optional<std::string> draw_initials(std::string_view initials) {
  if (initials != "-" && (initials.empty() || initials != initials_of(initials))) return {};
  std::string letters = initials == "-" ? "" : std::string(initials);
  for (char& c : letters) c = text::to_upper(c);
  const auto sum = std::accumulate(initials.begin(), initials.end(), 0U,
                                   [](unsigned n, char c) { return n * 31 + static_cast<unsigned char>(c); });
  return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img"><rect width="96" height="96" fill=")" +
         std::string(colours[sum % std::size(colours)]) +
         R"("/><text x="48" y="48" dy=".35em" text-anchor="middle" font-family="system-ui,sans-serif" font-size="40" fill="#fff">)" +
         letters + "</text></svg>\n";
}

}  // namespace ostia::authority
