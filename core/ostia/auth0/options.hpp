// The vendor's way with options, as its JavaScript has it: what counts as given, how constructor options and a call's
// options meet, and how names turn from camelCase into the wire's snake_case.
//
// Options travel as JSON. What JSON has no word for comes as a string that starts with U+0001 and a letter:
// `u` undefined, `f` a function, `n…` a number without a JSON form; a real string that starts so gets `s` before it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::auth0 {

using json::Value;

/// JavaScript's `undefined` as an option's value: it overrides a constructor's option.
bool is_undefined(const Value& value);
/// `typeof value === 'string'`.
bool is_text(const Value& value);
/// JavaScript's truthiness.
bool is_truthy(const Value& value);
/// The text of a string option; empty for anything else.
std::string text_of(const Value& value);
/// As JavaScript's `String(value)` shows a scalar in a query.
std::string display(const Value& value);

// Lists of names are words with one space between them.

/// Truthy members of `base` among `picked`, overridden by every own member of `call`.
Value merge(const Value& base, std::string_view picked, const Value& call);
/// Truthy members of `from` among `names`, in the order of `names`.
Value pick(const Value& from, std::string_view names);

/// `clientID` → `client_id`, `aBC` → `a_bc`, `abc12De` → `abc_12_de`.
std::string snake_case(std::string_view name);
/// Renames members, into plain objects but not into arrays; `exceptions` hold for the top level.
Value snake_case(const Value& value, std::string_view exceptions);
/// Removes members.
void erase(Value& from, std::string_view names);

/// Refuses options that are not an object, and members that are required and not strings or given and not strings. A
/// required name may say `a|b`: `a`, unless `b` is given.
Status check_texts(const Value& options, std::string_view required, std::string_view optional);

/// A query string as `qs` writes it: RFC 3986, brackets for nesting, nothing for `undefined`.
std::string stringify(const Value& object);
/// A query or fragment as an object; a repeated name becomes an array.
Value parse_query(std::string_view text);

/// What is wrong with an option of the wrong type: a mistake that a browser throws as `Error(text)`.
inline Error refuse(std::string text) { return caller_error("invalid_option", std::move(text), "invalid_option"); }

}  // namespace ostia::auth0
