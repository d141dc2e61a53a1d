#include "pages/device_name.hpp"

#include <algorithm>

namespace ostia::authority {
namespace {

struct Word {
  std::string_view in_header, name;
};
// The first that is found counts: each of these browsers and systems also names those that come after it.
constexpr Word browsers[] = {{"Edg", "Edge"},        {"OPR/", "Opera"},     {"SamsungBrowser", "Samsung Internet"},
                             {"Firefox", "Firefox"}, {"FxiOS", "Firefox"},  {"CriOS", "Chrome"},
                             {"Chrome", "Chrome"},   {"Safari/", "Safari"}, {"curl/", "curl"}};
constexpr Word systems[] = {{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
                            {"CrOS", "ChromeOS"},   {"Mac OS X", "macOS"},  {"Linux", "Linux"}};

template <std::size_t N>
std::string_view named(const Word (&words)[N], std::string_view header) {
  const auto it = std::find_if(std::begin(words), std::end(words),
                               [&](const Word& w) { return header.find(w.in_header) != std::string_view::npos; });
  return it == std::end(words) ? std::string_view() : it->name;
}

}  // namespace

std::string describe_device(const Texts& texts, std::string_view user_agent) {
  const std::string_view browser = named(browsers, user_agent), system = named(systems, user_agent);
  if (browser.empty() && system.empty()) return texts.get("account.session.unknown");
  return std::string(browser).append(browser.empty() || system.empty() ? "" : ", ").append(system);
}

}  // namespace ostia::authority
