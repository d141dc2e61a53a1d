// A device that somebody lets in, or does not.
#pragma once

#include "flow/step.hpp"

namespace ostia::authority {

/// Tells the device of `step` that `user` does not want it, and the user that it has been told.
boost::asio::awaitable<Response> refuse_device(Authority& a, const Request& request, const Step& step,
                                               const User& user);

}  // namespace ostia::authority
