#include "base/hints.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::authority {

// docs/errors-of-the-authority.md: the one list of reasons, from which people read and this program tells.
extern const std::string_view catalogue_of_errors;

namespace {

// Markdown as plain text: without its marks for code, and of a link its words.
std::string plain(std::string_view markdown) {
  std::string out;
  for (std::size_t i = 0; i < markdown.size(); ++i) {
    const char c = markdown[i];
    const bool ends_link = c == ']' && i + 1 < markdown.size() && markdown[i + 1] == '(';
    if (ends_link) i = std::min(markdown.find(')', i), markdown.size());
    if (c == '\n')
      out += ' ';
    else if (c != '`' && c != '[' && !ends_link)
      out += c;
  }
  return out;
}

}  // namespace

std::string hint_for(std::string_view reason) {
  const std::string heading = "### `" + std::string(reason) + "`\n";
  const auto at = catalogue_of_errors.find(heading);
  if (at == std::string_view::npos) return {};
  std::string_view entry = catalogue_of_errors.substr(at + heading.size());
  entry = entry.substr(0, entry.find("\n\n"));
  return plain(text::trimmed(entry));
}

}  // namespace ostia::authority
