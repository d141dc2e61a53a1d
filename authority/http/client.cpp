#include "http/client.hpp"

#include "http/exchange.hpp"

namespace ostia::authority {

Result<HttpAnswer> perform(const HttpCall& call, const Egress& egress) {
  if (auto checked = check_call(call); !checked) return std::move(checked).error();
  Exchange exchange(call, egress);
  return exchange.result(curl_easy_perform(exchange.handle()));
}

bool is_silence(const Error& error) { return error.reason == "unreachable" || error.reason == "destination_resting"; }

}  // namespace ostia::authority
