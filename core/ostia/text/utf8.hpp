// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ostia::text {

/// Whether all of `in` is well-formed UTF-8.
bool is_utf8(std::string_view in);

/// Appends `code_point` (a Unicode scalar value) to `out`.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace ostia::text
