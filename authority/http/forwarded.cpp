#include "http/forwarded.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

// What proxies tell of a request. A handler finds them only if a trusted proxy has sent them.
constexpr std::string_view words_of_hops[] = {
    "x-forwarded-for", "forwarded", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-real-ip",
    "x-request-id", "traceparent", "cf-ipcountry", "x-country-code",
    // The certificate that a client has shown to it.
    "client-certificate", "client-certificate-ca-verified", "client-cert", "client-cert-chain"};

constexpr bool is_port(std::string_view in) {
  return !in.empty() && in.size() <= 5 && std::all_of(in.begin(), in.end(), text::is_digit);
}

// RFC 7239 section 6.3: a proxy may hide the port, too.
bool is_hidden(std::string_view in) {
  return in.size() > 1 && in.front() == '_' && std::all_of(in.begin() + 1, in.end(), [](char c) {
           return text::is_alnum(c) || c == '.' || c == '_' || c == '-';
         });
}

std::string_view unquoted(std::string_view in) {
  const bool is_quoted = in.size() >= 2 && in.front() == '"' && in.back() == '"';
  return is_quoted ? in.substr(1, in.size() - 2) : in;
}

// Takes the last item of a list. From the right, so that nothing a client has written before it, such as a quote that
// never ends, changes how it is read.
std::string_view take_last(std::string_view& list, char separator, bool knows_quotes) {
  bool in_quotes = false;
  std::size_t start = list.size();
  for (; start > 0; --start) {
    const char c = list[start - 1];
    const bool is_escaped = start > 1 && list[start - 2] == '\\';
    if (knows_quotes && c == '"' && !is_escaped) in_quotes = !in_quotes;
    if (c == separator && !in_quotes) break;
  }
  const auto item = text::trimmed(list.substr(start));
  list = list.substr(0, start == 0 ? 0 : start - 1);
  return item;
}

// RFC 7239 section 4: `for` among the pairs of one element.
std::string_view for_of(std::string_view element) {
  while (!element.empty()) {
    const auto pair = take_last(element, ';', true);
    const auto equals = pair.find('=');
    if (equals != pair.npos && text::lower(text::trimmed(pair.substr(0, equals))) == "for")
      return text::trimmed(pair.substr(equals + 1));
  }
  return {};
}

}  // namespace

std::optional<std::string> forwarded_address(std::string_view entry) {
  std::string_view node = unquoted(text::trimmed(entry));
  std::string_view port;
  bool has_port = false;
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == node.npos) return std::nullopt;
    const std::string_view rest = node.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
    node = node.substr(1, end - 1);
    if (node.find(':') == node.npos) return std::nullopt;  // brackets are for IPv6
  } else if (const auto colon = node.find(':'); colon != node.npos && node.find(':', colon + 1) == node.npos) {
    has_port = true;
    port = node.substr(colon + 1);
    node = node.substr(0, colon);
  }
  if (has_port && !is_hidden(port) && (!is_port(port) || *text::parse_int(port) > 65535)) return std::nullopt;
  auto address = canonical_address(node);
  return address.empty() ? std::nullopt : std::optional(std::move(address));
}

// RFC 9110 section 5.3
ClientAddress client_address(std::string_view peer, std::string_view list, const Forwarding& forwarding) {
  ClientAddress out{canonical_address(peer), {}};
  if (out.address.empty()) out.address = std::string(peer);
  const bool knows_pairs = forwarding.header == Forwarding::Header::forwarded;
  while (forwarding.proxies.contains(out.address) && !list.empty()) {
    const auto item = take_last(list, ',', knows_pairs);
    if (item.empty()) continue;  // RFC 9110 section 5.6.1
    auto next = forwarded_address(knows_pairs ? for_of(item) : item);
    if (!next) {
      out.unreadable = std::string(item);
      break;
    }
    out.address = *std::move(next);
  }
  return out;
}

void keep_what_a_hop_may_say(Request& request, Hop hop) {
  const auto is_word_of_hop = [](const auto& field) {
    return std::find(std::begin(words_of_hops), std::end(words_of_hops), field.first) != std::end(words_of_hops);
  };
  const auto may_be_said = [&](std::string_view name) {
    return hop == Hop::proxy || (hop == Hop::developer && (name == "cf-ipcountry" || name == "x-country-code"));
  };
  std::erase_if(request.headers, [&](const auto& field) { return is_word_of_hop(field) && !may_be_said(field.first); });
  for (auto& field : request.headers) {
    if (!is_word_of_hop(field)) continue;
    std::string_view list = field.second;
    field.second = std::string(take_last(list, ',', false));
  }
}

}  // namespace ostia::authority
