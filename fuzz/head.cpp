// Property: what a request's head says of where it came from is believed of a proxy only, and gives an address or
// nothing; the name that it has in logs is one word.
#include <algorithm>
#include <boost/asio.hpp>

#include "http/networks.hpp"
#include "operations/trace.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace ostia::authority;
  const std::string text(reinterpret_cast<const char*>(data), size);
  static const Networks proxies = *Networks::parse({"10.0.0.0/8", "::1"});
  if (client_address("192.0.2.1", text, proxies) != "192.0.2.1") __builtin_trap();
  const std::string client = client_address("10.0.0.1", text, proxies);
  boost::system::error_code ec;
  boost::asio::ip::make_address(client, ec);
  if (ec) __builtin_trap();
  Request request;
  request.headers = {{"x-request-id", text}};
  for (const bool is_trusted : {false, true}) {
    const std::string id = id_of(request, is_trusted);
    const auto is_plain = [](unsigned char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; };
    if (id.empty() || id.size() > 200 || !std::all_of(id.begin(), id.end(), is_plain)) __builtin_trap();
    if (!is_trusted && id == text) __builtin_trap();
  }
  static_cast<void>(Networks::parse_good({text}));
  return 0;
}
