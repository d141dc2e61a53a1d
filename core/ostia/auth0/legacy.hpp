// Errors and answers in the three shapes that auth0-js hands to callbacks (client-api.md section 15). They are
// generated from the core's one error type; nothing else in the project knows them.
#pragma once

#include "ostia/auth0/options.hpp"
#include "ostia/engine/effects.hpp"

namespace ostia::auth0 {

/// Shape A, raw: `{error, errorDescription}`, and `state` when `response` is an error response that has one.
Value raw_error(const Error& error, const Value& response);

/// Shape C: `{original, code, description, error, error_description}`.
Value wrapped_error(const Error& error);

/// What an HTTP method's callback gets: `{value}`, or `{error}` in shape B, without `original`, which only a host has.
Value legacy_answer(const HttpResponse& answer);

}  // namespace ostia::auth0
