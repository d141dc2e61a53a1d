// Addresses of people, as the authority takes them.
#pragma once

#include <string_view>

namespace ostia::authority {

/// Whether the text looks like an e-mail address that mail can be sent to.
bool is_email(std::string_view text);
/// E.164: `+` and 7 to 15 digits.
bool is_phone_number(std::string_view text);
/// An http or https URL without a user in it: what a picture or a link of a person may be.
bool is_web_url(std::string_view text);

}  // namespace ostia::authority
