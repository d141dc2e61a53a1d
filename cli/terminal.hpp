// All that the verbs say, to people at a terminal and to programs. Names, claims and errors come from anywhere: none of
// them is a command to the terminal or a line of its own (`text::for_readers`).
#pragma once

#include <string>
#include <string_view>

#include "ostia/json/value.hpp"

namespace ostia::cli {

/// A line on standard output.
void say(std::string_view line);
/// A line on standard error.
void tell(std::string_view line);
/// The same for programs: a line of JSON.
void say_json(const json::Value& value);
void tell_json(const json::Value& value);
/// What is told beside the result, such as a warning: a line, or with `json` an object of this one member.
void tell_beside(const char* member, const std::string& what, bool json);

/// A line, as `say`, that begins with a word in a colour of the terminal's, if standard output is one.
enum class Colour { none, green, yellow, red };
void say_marked(Colour colour, std::string_view mark, std::string_view line);

/// A file of our own making, as it is, on standard output; or a picture, on standard error. A file that is shown at a
/// terminal has nothing in it that the terminal acts upon.
void print_file(const std::string& text);
void draw(const std::string& picture);

/// `text` with blanks up to `width` characters.
std::string padded(std::string text, std::size_t width);

}  // namespace ostia::cli
