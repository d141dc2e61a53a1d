// Challenges against robots (the vendor's simple captcha): an image with a code, asked for where the tenant wants it.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// Whether `answer` is that of the challenge that was given for `state`, which is used up; always so where the tenant
/// asks for none. The error is 400 `invalid_captcha`.
Async<Unit> check_captcha(Authority& a, std::string kind, std::string state, std::string answer);

/// An SVG of `text`, with what disturbs a reader that is a program.
std::string draw_captcha(std::string_view text);

}  // namespace ostia::authority
