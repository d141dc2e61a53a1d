// QR codes as pictures for pages.
#pragma once

#include <string>

namespace ostia::authority {

/// An SVG of `text`, black on what is behind it; empty if it is too long for one.
std::string qr_svg(const std::string& text);

}  // namespace ostia::authority
