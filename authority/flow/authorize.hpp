// What is done about a request at `/authorize` once the gate has spoken. Nothing else answers such a request.
#pragma once

#include "flow/journey.hpp"

namespace ostia::authority {

/// Asks the gate, and does what comes of it: shows a page, sends the browser away, refuses, or answers.
boost::asio::awaitable<Response> go_on(Authority& a, const Request& request, Journey journey);
/// Does what is not `Allow`.
boost::asio::awaitable<Response> carry_out(Authority& a, const Request& request, Journey journey, protocol::Next next);

}  // namespace ostia::authority
