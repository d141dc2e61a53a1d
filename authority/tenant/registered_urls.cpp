#include "tenant/registered_urls.hpp"

#include <curl/curl.h>
#include <locale.h>

#include <algorithm>
#include <memory>

#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Error refused(const std::string& member, const std::string& uri, const std::string& why) {
  return caller_error("invalid_config", member + ": \"" + uri + "\" " + why, "invalid_config");
}

// As a browser would read it: it overlooks spaces and line ends.
std::string scheme_of(std::string_view uri) {
  std::string out;
  for (const char c : uri.substr(0, uri.find(':')))
    if (static_cast<unsigned char>(c) > ' ') out += text::to_lower(c);
  return uri.find(':') == uri.npos ? std::string() : out;
}

bool is_ascii(std::string_view in) {
  return std::all_of(in.begin(), in.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// libcurl reads a host's letters as the locale of the thread has them.
class InUtf8 {
 public:
  InUtf8() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(utf8_ ? uselocale(utf8_) : nullptr) {}
  ~InUtf8() {
    if (!utf8_) return;
    uselocale(before_);
    freelocale(utf8_);
  }
  InUtf8(const InUtf8&) = delete;
  InUtf8& operator=(const InUtf8&) = delete;

 private:
  locale_t utf8_, before_;
};

// The host as the DNS has it (RFC 5890), by libcurl; empty if it has none.
std::string a_label_of(const std::string& uri) {
#if LIBCURL_VERSION_NUM >= 0x075800
  const InUtf8 in_utf8;
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(url.get(), CURLUPART_URL, uri.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) return {};
  if (curl_url_get(url.get(), CURLUPART_HOST, &host, CURLU_PUNYCODE) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> kept(host, curl_free);
  return is_ascii(host) ? host : "";
#else
  static_cast<void>(uri);
  return {};
#endif
}

std::string wrong_with_letters(const std::string& uri) {
  const auto host_end = uri.find_first_of("/?#", std::min(uri.find("://"), uri.size() - 3) + 3);
  if (is_ascii(uri.substr(0, host_end)))
    return "has letters that a URL has not: write them in percent-encoding, as a browser sends them";
  const std::string label = a_label_of(uri);
  return "has a host that is not written as in the DNS" +
         (label.empty() ? std::string(": write its A-label (xn--...)") : ": write \"" + label + "\"") +
         ", which is what browsers send";
}

}  // namespace

std::string wrong_with_destination(std::string_view uri) {
  const std::string scheme = scheme_of(uri);
  if (oauth::is_dangerous_scheme(scheme))
    return "has the scheme " + scheme + ":, which a browser would run or open itself instead of sending the answer on";
  if (!is_ascii(uri)) return wrong_with_letters(std::string(uri));
  return {};
}

Status check_destinations(const std::string& member, const Value& list) {
  for (const auto& uri : list.items())
    if (const auto wrong = wrong_with_destination(uri.text()); !wrong.empty())
      return refused(member, uri.text(), wrong);
  return ok();
}

Status check_registered_urls(const Value& client) {
  for (const char* member : {"callbacks", "allowed_logout_urls", "web_origins", "allowed_origins"})
    if (auto good = check_destinations(member, client[member]); !good) return good;
  for (const auto& uri : client["callbacks"].items())
    if (const auto url = url::parse(uri.text()); !url || url->has_fragment)
      return refused("callbacks", uri.text(), "is not an absolute URL without a fragment");
  const std::string& login = client["initiate_login_uri"].text();
  if (login.empty()) return ok();
  if (const auto wrong = wrong_with_destination(login); !wrong.empty())
    return refused("initiate_login_uri", login, wrong);
  if (url::origin_of(login).empty() || url::parse(login)->has_fragment)
    return refused("initiate_login_uri", login, "is not an http or https URL without a fragment");
  return ok();
}

}  // namespace ostia::authority
