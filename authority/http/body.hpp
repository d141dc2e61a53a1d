// A request's body, read strictly: what is not of the type that was announced is refused with the place of the mistake.
#pragma once

#include "http/message.hpp"

namespace ostia::authority {

/// A JSON object. Errors: another media type, not UTF-8, not JSON, not an object (all 400).
Result<json::Value> read_json_object(const Request& request);

/// A form, or a JSON object whose members are strings or numbers (`authn_response`: an object, which becomes its JSON);
/// a name that comes twice is an error (RFC 6749 section 3.1).
Result<Parameters> read_parameters(const Request& request);

/// A form of one of our own pages; nothing but pairs.
Parameters read_form(const Request& request);

}  // namespace ostia::authority
