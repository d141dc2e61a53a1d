// Forms with files: multipart/form-data (RFC 7578, in the syntax of RFC 2046 section 5.1). Strict: what two readers
// could read in two ways is refused.
//
// Our own, because no library that Debian keeps does this on its own: Boost.Beast has no reader; libmicrohttpd's needs
// its server, Poco's brings a network library and takes what is no form; GMime is for mail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ostia/result.hpp"

namespace ostia::authority {

/// One field. `content` lies in the body that was read.
struct FormPart {
  std::string name;
  std::string filename;      ///< as the sender calls the file: never a path to open; empty where there is none
  std::string content_type;  ///< in lower case, without parameters; empty where it is not said: text (section 4.4)
  std::string_view content;
};

/// How much of a form is read.
struct FormLimits {
  std::size_t parts = 32;
  std::size_t header_bytes = 4096;  ///< of one part
};

/// The fields of a form, in their order; names may come again (section 4.3). The boundary is `content_type`'s, the
/// request's header, and nothing in the body changes it; the parameters of Content-Disposition come in any order, as
/// tokens or quoted strings with escapes (RFC 2183 section 2, RFC 2045 section 5.1); names of headers, types and
/// parameters are of any case. Errors: `invalid_request` (400, `multipart_malformed`) with what is wrong: another media
/// type, no boundary or none that can be (RFC 2046 section 5.1.1), a part without an end, without a name or with two,
/// an encoding (section 4.7), more than `limits`.
Result<std::vector<FormPart>> read_multipart(std::string_view content_type, std::string_view body,
                                             const FormLimits& limits = {});

}  // namespace ostia::authority
