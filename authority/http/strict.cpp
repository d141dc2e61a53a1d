#include "http/strict.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <vector>

#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

using Refused = std::optional<HeadRefusal>;

struct Field {
  std::string name;  // in lower case
  std::string_view value;
};
using Fields = std::vector<Field>;

Refused bad(std::string why) { return HeadRefusal{400, std::move(why)}; }

// RFC 9110 section 5.6.2
bool is_token(std::string_view in) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !in.empty() &&
         std::all_of(in.begin(), in.end(), [&](char c) { return text::is_alnum(c) || marks.find(c) != marks.npos; });
}

// RFC 9110 section 5.5: what is visible, spaces and tabs, and bytes above ASCII.
bool is_value(std::string_view in) {
  return std::all_of(in.begin(), in.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= ' ' && byte != 0x7F);
  });
}

bool is_number(std::string_view in) { return !in.empty() && std::all_of(in.begin(), in.end(), text::is_digit); }

bool is_ipv6(std::string_view in) {
  boost::system::error_code ec;
  boost::asio::ip::make_address_v6(std::string(in), ec);
  return !ec && in.find('%') == in.npos;
}

// A name or an address, and a port (RFC 9112 section 3.2). User names and paths have no place in it.
bool is_host(std::string_view in) {
  std::string_view name = in;
  std::string_view port;
  const auto bracket = in.rfind(']');
  if (const auto colon = in.rfind(':'); colon != in.npos && (bracket == in.npos || colon > bracket)) {
    name = in.substr(0, colon);
    port = in.substr(colon + 1);
  }
  if (!port.empty() && (!is_number(port) || port.size() > 5 || *text::parse_int(port) > 65535)) return false;
  if (name.starts_with('[')) return name.size() > 2 && name.ends_with(']') && is_ipv6(name.substr(1, name.size() - 2));
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return text::is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

// RFC 9112 section 3.2
Refused refuse_target(std::string_view method, std::string_view target) {
  const bool is_visible = std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!is_visible || target.find('#') != target.npos) return bad("The request's target has a character that none has.");
  if (method == "CONNECT") return HeadRefusal{501, "This server is no proxy: it opens no connections."};
  if (target == "*") return method == "OPTIONS" ? Refused() : bad("Only OPTIONS may ask for *.");
  if (target.starts_with('/')) return std::nullopt;
  const auto [authority, path] = split_target(target);
  if (authority.empty()) return bad("The request's target is neither a path nor an http or https URL.");
  return is_host(authority) ? Refused() : bad("The request's target has a malformed host.");
}

// RFC 9112 section 3: three words, one space between each.
Refused refuse_line(std::string_view line, bool& is_version_1_0) {
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == line.npos || last == first) return bad("The request's first line is not METHOD TARGET HTTP/1.1.");
  const auto method = line.substr(0, first), target = line.substr(first + 1, last - first - 1),
             version = line.substr(last + 1);
  if (!is_token(method) || target.empty()) return bad("The request's first line is not METHOD TARGET HTTP/1.1.");
  const bool is_some_version = version.size() == 8 && version.starts_with("HTTP/") && text::is_digit(version[5]) &&
                               version[6] == '.' && text::is_digit(version[7]);
  if (!is_some_version) return bad("The request's first line is not METHOD TARGET HTTP/1.1.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return HeadRefusal{505, "This server speaks HTTP/1.1."};
  is_version_1_0 = version == "HTTP/1.0";
  return refuse_target(method, target);
}

// RFC 9112 section 5
Refused read_field(std::string_view line, Fields& to) {
  if (line.front() == ' ' || line.front() == '\t')
    return bad("A header field goes over several lines, which HTTP/1.1 no longer has.");
  const auto colon = line.find(':');
  if (colon == line.npos) return bad("A header line has no colon.");
  const auto name = line.substr(0, colon);
  if (!name.empty() && (name.back() == ' ' || name.back() == '\t'))
    return bad("A header field has a space before its colon.");
  if (!is_token(name)) return bad("A header field's name has a character that none has.");
  const auto value = line.substr(colon + 1);
  if (!is_value(value)) return bad("A header field's value has a control character.");
  to.push_back({text::lower(name), text::trimmed(value)});
  return std::nullopt;
}

std::vector<std::string_view> values_of(const Fields& fields, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& field : fields)
    if (field.name == name) out.push_back(field.value);
  return out;
}

// RFC 9112 section 3.2; HTTP/1.0 did not know it yet.
Refused refuse_host(const Fields& fields, bool is_version_1_0) {
  const auto hosts = values_of(fields, "host");
  if (hosts.size() > 1) return bad("The request has more than one Host.");
  if (hosts.empty()) return is_version_1_0 ? Refused() : bad("The request has no Host.");
  return is_host(hosts.front()) ? Refused() : bad("The request's Host is malformed.");
}

// RFC 9112 section 6.1: what was encoded in another way than in chunks would have to be decoded first.
Refused refuse_codings(const std::vector<std::string_view>& lines) {
  std::string all;
  for (const auto line : lines) all.append(all.empty() ? "" : ",").append(text::lower(line));
  std::vector<std::string_view> codings;
  for (const auto one : text::split(all, ','))
    if (const auto coding = text::trimmed(one); !coding.empty()) codings.push_back(coding);
  if (codings.empty() || codings.back() != "chunked")
    return bad("The request's Transfer-Encoding does not end with chunked, so its end cannot be told.");
  if (std::count(codings.begin(), codings.end(), "chunked") > 1)
    return bad("The request's Transfer-Encoding has chunked more than once.");
  if (codings.size() > 1) return HeadRefusal{501, "This server knows no Transfer-Encoding but chunked."};
  return std::nullopt;
}

// RFC 9112 section 6: how long a body is must be said once.
Refused refuse_framing(const Fields& fields, bool is_version_1_0) {
  const auto lengths = values_of(fields, "content-length"), codings = values_of(fields, "transfer-encoding");
  if (!codings.empty() && !lengths.empty()) return bad("The request has both Transfer-Encoding and Content-Length.");
  if (!codings.empty() && is_version_1_0) return bad("HTTP/1.0 has no Transfer-Encoding.");
  if (lengths.size() > 1) return bad("The request has more than one Content-Length.");
  if (!lengths.empty() && !is_number(lengths.front())) return bad("The request's Content-Length is not a number.");
  return codings.empty() ? Refused() : refuse_codings(codings);
}

// Fields that are no lists: of two, one reader takes the first and another the last (RFC 9110 section 5.3).
Refused refuse_repeated(const Fields& fields) {
  for (const char* name : {"authorization", "content-type", "origin", "expect"})
    if (values_of(fields, name).size() > 1) return bad("The request has more than one " + std::string(name) + ".");
  const auto expected = values_of(fields, "expect");
  if (!expected.empty() && text::lower(expected.front()) != "100-continue")
    return HeadRefusal{417, "This server meets no expectation but 100-continue."};
  return std::nullopt;
}

}  // namespace

Target split_target(std::string_view target) {
  const std::string scheme = text::lower(target.substr(0, 8));
  const std::size_t begin = scheme == "https://" ? 8 : scheme.starts_with("http://") ? 7 : 0;
  if (begin == 0) return {{}, target};
  const auto end = std::min(target.find_first_of("/?", begin), target.size());
  const auto rest = target.substr(end);
  return {target.substr(begin, end - begin), rest.starts_with('/') ? rest : rest.empty() ? "/" : rest};
}

bool has_bare_line_end(std::string_view part, std::size_t from) {
  for (auto at = part.find('\n', from); at != part.npos; at = part.find('\n', at + 1))
    if (at == 0 || part[at - 1] != '\r') return true;
  return false;
}

std::optional<HeadRefusal> refuse_head(std::string_view head) {
  constexpr std::string_view line_end = "\r\n";
  if (has_bare_line_end(head)) return bad("A line ends without a carriage return.");
  Fields fields;
  bool is_first = true, is_version_1_0 = false;
  while (!head.empty()) {
    const auto end = std::min(head.find(line_end), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + line_end.size(), head.size()));
    if (line.empty() && !is_first) break;
    auto refused = is_first ? refuse_line(line, is_version_1_0) : read_field(line, fields);
    if (refused) return refused;
    is_first = false;
  }
  if (auto refused = refuse_host(fields, is_version_1_0)) return refused;
  if (auto refused = refuse_framing(fields, is_version_1_0)) return refused;
  return refuse_repeated(fields);
}

}  // namespace ostia::authority
