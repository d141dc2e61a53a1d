// The built-in question (`simple_captcha`): a number that takes some thousand hashes to find, by ALTCHA's protocol,
// version 1. It makes guessing dear; it cannot tell people from programs (docs/decisions/0031).
#pragma once

#include "limits/captcha.hpp"

namespace ostia::authority {

/// The name of a stage, as challenges and providers have it.
std::string_view name_of(Stage stage);

/// A challenge: `{algorithm, challenge, maxnumber, salt, signature}`. Nothing is kept of it.
json::Value make_proof_challenge(const Authority& a, Stage stage);

/// Whether `answer` solves a challenge of ours for that stage, in time and for the first time.
Async<bool> take_proof(Authority& a, Stage stage, std::string answer);

}  // namespace ostia::authority
