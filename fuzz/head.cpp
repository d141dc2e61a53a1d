// Property: what a request's head says of where it came from is believed of a proxy only, and gives an address or
// nothing, whatever a client has written before it; the name that it has in logs is one word; and a head that is taken
// has one Host and one length.
#include <algorithm>
#include <boost/asio.hpp>

#include "http/forwarded.hpp"
#include "http/strict.hpp"
#include "operations/trace.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace ostia::authority;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Forwarding forwarding{*Networks::parse({"10.0.0.0/8", "::1"}), {}};
  for (const auto header : {Forwarding::Header::x_forwarded_for, Forwarding::Header::forwarded}) {
    forwarding.header = header;
    if (client_address("192.0.2.1", text, forwarding).address != "192.0.2.1") __builtin_trap();
    const std::string client = client_address("10.0.0.1", text, forwarding).address;
    if (canonical_address(client) != client) __builtin_trap();
    const std::string last = header == Forwarding::Header::forwarded ? ", for=203.0.113.9" : ", 203.0.113.9";
    if (client_address("10.0.0.1", text + last, forwarding).address != "203.0.113.9") __builtin_trap();
  }
  for (const bool is_trusted : {false, true}) {
    Request request;
    request.headers = {{"x-request-id", text}};
    keep_what_a_hop_may_say(request, is_trusted);
    const std::string id = id_of(request);
    const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; };
    if (id.empty() || id.size() > 200 || !std::all_of(id.begin(), id.end(), is_plain)) __builtin_trap();
    if (!is_trusted && id == text) __builtin_trap();
  }
  const std::string framed = "POST / HTTP/1.1\r\nHost: a\r\n" + text + "\r\nContent-Length: 1\r\n\r\n";
  const bool has_length = text.find("ontent-") != text.npos || text.find("ransfer-") != text.npos;
  if (!refuse_head(framed) && has_length && text.starts_with("Transfer-Encoding:")) __builtin_trap();
  static_cast<void>(Networks::parse_good({text}));
  return 0;
}
