// Text from anywhere, for people who read it at a terminal, in an editor or in a log.
#pragma once

#include <string>
#include <string_view>

namespace ostia::text {

/// `text` as nobody who reads it is misled by it, whatever somebody has sent, on one line: what a terminal or an editor
/// acts upon comes as JSON writes it (`\u001b`). Those are the control characters of ASCII and of ISO 8859 (C1), line
/// breaks among them, the separators U+2028 and U+2029, the marks that turn the direction of what is shown (Unicode
/// Standard Annex 9), the mark of the byte order, and the tags of U+E0000 to U+E007F, which nobody sees. What is no
/// UTF-8 becomes `\ufffd`. JSON stays the same JSON.
std::string for_readers(std::string_view text);

}  // namespace ostia::text
