#include "base/address.hpp"

#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

constexpr std::size_t most_local = 64, most_address = 254;  // bytes, RFC 5321 section 4.5.3.1

bool is_ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

icu::UnicodeString composed(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  icu::UnicodeString out = U_SUCCESS(error) ? nfc->normalize(text, error) : text;
  return U_SUCCESS(error) ? out : text;
}

// NFC and simple case folding, which keeps `ß` apart from `ss`: at most providers they are two mailboxes.
std::string folded(std::string_view text) {
  if (is_ascii(text)) return text::lower(text);
  const auto decoded = composed(icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())}));
  icu::UnicodeString lower;
  for (std::int32_t at = 0; at < decoded.length(); at = decoded.moveIndex32(at, 1))
    lower.append(u_foldCase(decoded.char32At(at), U_FOLD_CASE_DEFAULT));
  std::string out;
  composed(lower).toUTF8String(out);
  return out;
}

// Letters, marks, digits and signs that are seen: nothing that hides in an address or turns it around.
bool is_seen(std::string_view text, bool with_blanks = false) {
  const auto decoded = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  for (std::int32_t at = 0; at < decoded.length(); at = decoded.moveIndex32(at, 1)) {
    const auto c = decoded.char32At(at);
    if (with_blanks && c == ' ') continue;
    if (c == 0x2800 || c == 0xFFFC) return false;  // a blank pattern of Braille, the place of an object
    if (!u_isgraph(c) || u_charType(c) == U_PRIVATE_USE_CHAR ||
        u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
      return false;
  }
  return true;
}

const icu::IDNA* names() {
  static const std::unique_ptr<const icu::IDNA> instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    constexpr std::uint32_t options = UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE |
                                      UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_USE_STD3_RULES;
    return std::unique_ptr<const icu::IDNA>(icu::IDNA::createUTS46Instance(options, error));
  }();
  return instance.get();
}

using Translate = icu::UnicodeString& (icu::IDNA::*)(const icu::UnicodeString&, icu::UnicodeString&, icu::IDNAInfo&,
                                                     UErrorCode&) const;

// Both directions of IDNA; nothing where the name has no such form.
std::optional<std::string> translated(std::string_view host, Translate translate) {
  UErrorCode error = U_ZERO_ERROR;
  icu::IDNAInfo info;
  icu::UnicodeString out;
  if (!names()) return {};
  const auto decoded = icu::UnicodeString::fromUTF8({host.data(), static_cast<std::int32_t>(host.size())});
  (names()->*translate)(decoded, out, info, error);
  if (U_FAILURE(error) || info.hasErrors()) return {};
  std::string utf8;
  out.toUTF8String(utf8);
  return utf8;
}

bool is_host(std::string_view s) {
  return s.size() >= 3 &&
         std::all_of(s.begin(), s.end(), [](char c) { return text::is_alnum(c) || c == '-' || c == '.'; }) &&
         s.find('.') != s.npos && s.find("..") == s.npos && s.front() != '.' && s.back() != '.';
}

std::optional<std::string> a_label(std::string_view host) {
  std::string out = text::lower(host);
  if (!is_ascii(host) || out.starts_with("xn--") || out.find(".xn--") != out.npos) {
    auto translated_name = translated(host, &icu::IDNA::nameToASCII);
    if (!translated_name) return {};
    out = *std::move(translated_name);
  }
  return is_host(out) ? std::optional(out) : std::nullopt;
}

bool is_local(std::string_view s) {
  const auto fits = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || text::is_alnum(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  };
  return !s.empty() && s.size() <= most_local && std::all_of(s.begin(), s.end(), fits) && (is_ascii(s) || is_seen(s));
}

void add_once(std::vector<std::string>& to, std::string text) {
  if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(std::move(text));
}

}  // namespace

std::optional<std::string> canonical_email(std::string_view text) {
  if (text.size() > most_address || !text::is_utf8(text)) return {};
  const std::string whole = folded(text);
  const auto at = whole.rfind('@');
  if (at == whole.npos) return {};
  const std::string local = whole.substr(0, at);
  const auto host = a_label(whole.substr(at + 1));
  if (!host || !is_local(local) || local.size() + 1 + host->size() > most_address) return {};
  return local + "@" + *host;
}

std::string canonical_login(std::string_view text) {
  if (auto email = canonical_email(text)) return *std::move(email);
  return text::is_utf8(text) ? folded(text) : text::lower(text);
}

std::vector<std::string> spellings_of(std::string_view text) {
  std::vector<std::string> out = {canonical_login(text)};
  add_once(out, text::lower(text));
  if (const auto email = canonical_email(text)) {
    const auto at = email->rfind('@');
    if (const auto host = translated(email->substr(at + 1), &icu::IDNA::nameToUnicode))
      add_once(out, email->substr(0, at + 1) + *host);
  }
  return out;
}

bool is_email(std::string_view text) { return canonical_email(text).has_value(); }

bool is_phone_number(std::string_view s) {
  return s.size() >= 8 && s.size() <= 16 && s[0] == '+' && s[1] != '0' &&
         std::all_of(s.begin() + 1, s.end(), text::is_digit);
}

bool is_visible(std::string_view text) { return text::is_utf8(text) && is_seen(text, true); }

bool is_web_url(std::string_view s) { return !url::origin_of(s).empty() && !url::parse(s)->has_userinfo; }

}  // namespace ostia::authority
