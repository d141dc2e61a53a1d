#include "base/address.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {

bool is_email(std::string_view s) {
  const auto at = s.rfind('@');
  if (at == s.npos || at == 0 || at > 64 || s.size() > 254 || s.size() - at < 4) return false;
  const std::string_view domain = s.substr(at + 1);
  const auto is_local = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || text::is_alnum(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  };
  const auto is_host = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || text::is_alnum(c) || c == '-' || c == '.';
  };
  return std::all_of(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(at), is_local) &&
         std::all_of(domain.begin(), domain.end(), is_host) && domain.find('.') != domain.npos &&
         domain.find("..") == domain.npos && domain.front() != '.' && domain.back() != '.';
}

bool is_phone_number(std::string_view s) {
  return s.size() >= 8 && s.size() <= 16 && s[0] == '+' && s[1] != '0' &&
         std::all_of(s.begin() + 1, s.end(), text::is_digit);
}

bool is_web_url(std::string_view s) { return !url::origin_of(s).empty() && !url::parse(s)->has_userinfo; }

}  // namespace ostia::authority
