// Addresses of people, as the authority takes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ostia::authority {

/// The one spelling under which a mailbox is kept, looked up and written to: what stands before the @ in NFC and simple
/// case folding, the host behind it as its A-label (IDNA, UTS 46), so that `Ärger@Bücher.example`, however it is
/// composed, is `ärger@xn--bcher-kva.example`. Nothing if the text is no e-mail address that mail can be sent to.
std::optional<std::string> canonical_email(std::string_view text);
/// The same of what people type to log in, which may be a username: one of those has its case folded only.
std::string canonical_login(std::string_view text);
/// Each spelling by which an account may be found that somebody names so: the canonical one first, then those of
/// accounts that were kept before there was one.
std::vector<std::string> spellings_of(std::string_view text);
/// Whether the text is an e-mail address that mail can be sent to.
bool is_email(std::string_view text);
/// E.164: `+` and 7 to 15 digits.
bool is_phone_number(std::string_view text);
/// An http or https URL without a user in it: what a picture or a link of a person may be.
/// Whether a text shows what it has: no character that hides, none that turns others around. Blanks may be in it.
bool is_visible(std::string_view text);
bool is_web_url(std::string_view text);

}  // namespace ostia::authority
