// What people see of the authority: server-rendered pages that work without scripts, under a policy that allows nothing
// but what each page needs.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.hpp"

namespace ostia::authority::pages {

struct LoginPage {
  std::string tenant, client, state, username, error;
  std::string continue_to;  ///< the redirect URI, where the form's answer may lead
};
Response login(int status, const LoginPage& page);

struct SetupPage {
  std::string ticket, username, error;
};
/// Asks for the first administrator's e-mail and password.
Response setup(int status, const SetupPage& page);

struct ErrorPage {
  int status = 400;
  std::string heading, text, code;
  std::string hint;  ///< what to change; for development only
};
Response error(const ErrorPage& page);

Response message(std::string_view heading, std::string_view text);

/// A form that posts `fields` to `redirect_uri` (OAuth 2.0 Form Post Response Mode).
Response form_post(const std::string& redirect_uri, const std::vector<std::pair<std::string, std::string>>& fields);

/// A page that posts the authorization response to its parent or opener at `origin`, and to nobody else.
Response web_message(const std::string& origin, const json::Value& response);

}  // namespace ostia::authority::pages
