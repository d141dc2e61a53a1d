// Talking to the authority as a client that can prove who it is: client authentication (RFC 6749 section 2.3, RFC
// 7523), proof of possession (RFC 9449), and what token endpoints answer. The page's own requests need none of this, so
// it stays out of its module.
#pragma once

#include "ostia/auth0/response.hpp"

namespace ostia::auth0 {

// Members of `base` that count here: `clientSecret`; `clientKey` (a private JSON Web Key with `alg`, or a PEM text with
// `clientKeyAlgorithm`); `dpopKey` (a private P-256 JSON Web Key).

/// POSTs `body` as a form to `path`, with the client's authentication. The parsed answer.
Result<Value> post_form(Host& host, const Value& base, const char* path, Value body);

/// POSTs `body` as JSON to `path`; no authentication. With `credentials`, cookies go along; there is no Origin, because
/// a program has none. `language` (of a message to be sent) goes as X-Request-Language unless empty.
Result<Value> post_json(Host& host, const Value& base, const char* path, const Value& body, bool credentials = false,
                        const std::string& language = {});

/// Sends `request` with `access_token` (none when empty) as RFC 6750 or RFC 9449 has it; a proof is made again, once,
/// with the nonce that the peer asks for.
Result<HttpResponse> send_authorized(Host& host, const Value& base, HttpRequest request,
                                     const std::string& access_token);

/// The headers for a request of the program's own with `access_token`: `{Authorization[, DPoP]}`.
Result<Headers> authorization_headers(Host& host, const Value& base, const HttpRequest& request,
                                      const std::string& access_token, const std::string& nonce);

/// `POST /oauth/token` with `body` (names as on the wire).
Result<Value> post_token(Host& host, const Value& base, Value body);

/// `oauthToken` and its kind (`login`, `customTokenExchange`, …): the checks and names of the page, then `post_token`.
Result<Value> request_tokens(Host& host, const Value& base, std::string_view method, const Value& options);

/// What a token endpoint answered, with `parse_hash`'s names. An ID token in it is checked.
Result<Value> read_tokens(Host& host, const Value& base, const Value& tokens, TokenChecks checks);

}  // namespace ostia::auth0
