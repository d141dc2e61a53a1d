// Error bodies, in the shapes that the vendor's endpoints have, and with `--dev` what to change.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority {

/// An error of the OAuth family (RFC 6749 section 5.2).
inline Error oauth(int status, std::string code, std::string description, std::string reason = {}) {
  return {std::move(code), std::move(description), std::move(reason), status};
}

inline Error missing_parameter(std::string_view name) {
  return oauth(400, "invalid_request", "Missing required parameter: " + std::string(name), "parameter_missing");
}

/// `{"error", "error_description"}`; with `--dev` also `reason` and `hint`. A defect of ours is 500 and says no more.
Response oauth_problem(const Authority& a, const Error& error);

/// `{"name", "code", "description", "statusCode"}`, of `/dbconnections/*`.
Response database_problem(const Authority& a, const Error& error, std::string_view name = "BadRequestError");

/// `{"error": text}`, of `/dbconnections/*` where a field is missing.
Response plain_problem(const Authority& a, const Error& error);

}  // namespace ostia::authority
