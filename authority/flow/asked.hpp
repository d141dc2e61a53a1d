// What a person reads before they let an application, or a device, have something.
#pragma once

#include "flow/step.hpp"
#include "grants/grant.hpp"

namespace ostia::authority {

/// The host that an answer goes to, or the scheme by which a program on the person's machine is opened.
std::string place_of(const std::string& redirect_uri);
/// An application's name on a page. That of one that registered itself is set apart, so that it turns nothing around
/// it.
std::string shown_name(const Client& client);
/// A line for each thing; a scope of an API in its own words.
std::vector<std::string> what_is_asked(const Step& step, const Access& access);
/// For how long, in a line.
std::string how_long(const Authority& a, const Step& step, const Access& access);

}  // namespace ostia::authority
