#include "ostia/url/url.hpp"

#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"

namespace ostia::url {
namespace {

bool is_url_text(std::string_view in) {
  for (const char c : in)
    if (c <= 0x20 || c >= 0x7F || c == '\\' || c == '<' || c == '>' || c == '"' || c == '^' || c == '`') return false;
  return true;
}

bool is_scheme(std::string_view in) {
  if (in.empty() || !text::is_alpha(in[0])) return false;
  for (const char c : in)
    if (!text::is_alnum(c) && c != '+' && c != '-' && c != '.') return false;
  return true;
}

bool is_host(std::string_view host) {
  if (host.empty()) return false;
  const bool literal = host.front() == '[';
  if (literal) {
    if (host.size() < 4 || host.back() != ']') return false;
    host = host.substr(1, host.size() - 2);
  }
  for (const char c : host) {
    if (text::is_alnum(c) || c == '.' || (literal ? c == ':' : c == '-' || c == '_' || c == '*')) continue;
    return false;
  }
  return true;
}

// userinfo@host:port
bool parse_authority(std::string_view in, Url& out) {
  if (const auto at = in.rfind('@'); at != in.npos) {
    out.has_userinfo = true;
    out.userinfo = in.substr(0, at);
    in = in.substr(at + 1);
  }
  const auto bracket = in.rfind(']');
  const auto colon = in.rfind(':');
  if (colon != in.npos && (bracket == in.npos || colon > bracket)) {
    out.port = in.substr(colon + 1);
    in = in.substr(0, colon);
    const auto port = text::parse_int(out.port);
    if (!port || *port < 0 || *port > 65535 || out.port.size() > 5) return false;
  }
  out.host = in;
  return is_host(in);
}

}  // namespace

std::optional<Url> parse(std::string_view in) {
  Url out;
  if (!is_url_text(in)) return std::nullopt;
  if (const auto hash = in.find('#'); hash != in.npos) {
    out.has_fragment = true;
    out.fragment = in.substr(hash + 1);
    in = in.substr(0, hash);
  }
  if (const auto mark = in.find('?'); mark != in.npos) {
    out.has_query = true;
    out.query = in.substr(mark + 1);
    in = in.substr(0, mark);
  }
  const auto colon = in.find(':');
  if (colon == in.npos) return std::nullopt;
  out.scheme = in.substr(0, colon);
  if (!is_scheme(out.scheme)) return std::nullopt;
  in = in.substr(colon + 1);
  if (in.starts_with("//")) {
    out.has_authority = true;
    in = in.substr(2);
    const auto slash = std::min(in.find('/'), in.size());
    const auto authority = in.substr(0, slash);
    in = in.substr(slash);
    // file:///x and app:///x have an empty authority
    if (!(authority.empty() && !text::lower(out.scheme).starts_with("http")) && !parse_authority(authority, out))
      return std::nullopt;
  }
  out.path = in;
  return out;
}

std::string origin_of(std::string_view in) {
  const auto url = parse(in);
  if (!url || url->host.empty()) return {};
  const std::string scheme = text::lower(url->scheme);
  if (scheme != "http" && scheme != "https") return {};
  std::string origin = scheme + "://" + text::lower(url->host);
  const std::string_view standard = scheme == "http" ? "80" : "443";
  if (!url->port.empty() && url->port != standard) origin.append(":").append(url->port);
  return origin;
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  const auto parts = text::split(host, '.');
  if (parts.size() != 4) return false;
  for (const auto part : parts) {
    const auto number = text::parse_int(part);
    if (!number || *number < 0 || *number > 255) return false;
  }
  return true;
}

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view in) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!in.empty()) {
    const auto pair = in.substr(0, in.find('&'));
    in.remove_prefix(std::min(pair.size() + 1, in.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    out.emplace_back(form_decode(pair.substr(0, equals)), form_decode(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return out;
}

void append_query(std::string& base, std::string_view name, std::string_view value) {
  base += base.find('?') == base.npos ? '?' : '&';
  base.append(percent_encode(name)).append("=").append(percent_encode(value));
}

}  // namespace ostia::url
