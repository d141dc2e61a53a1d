// An authorization code that comes back (RFC 6749 section 4.1.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ostia::authority::protocol {

constexpr std::int64_t code_lifetime = 60;  ///< seconds (ASVS 10.4.3)

struct PresentedCode {
  bool is_ours = false;          ///< this authority has sealed it
  std::int64_t until = 0;        ///< seconds since 1970; it is good in that second still
  bool is_of_client = false;     ///< it was made for the client that presents it
  std::optional<bool> is_first;  ///< this is its first use; known once it has been marked used
  bool redirect_uri_fits = false;
  bool verifier_fits = false;  ///< RFC 7636 section 4.6, both ways
};

enum class CodeStep : std::uint8_t {
  mark_used,   ///< and ask again with `is_first`
  redeem,      ///< give what it stands for
  end_family,  ///< revoke what it has given, and refuse
  refuse,
};

struct CodeNext {
  CodeStep step;
  std::string_view reason;  ///< of a refusal
};

CodeNext judge_code(const PresentedCode& code, std::int64_t now);

}  // namespace ostia::authority::protocol
