#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "ostia/text/readers.hpp"

namespace ostia::cli {
namespace {

// At once: whoever reads it may wait for it.
void put(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

// Line by line, so that its own line breaks stay.
std::string for_a_terminal(std::string_view file) {
  std::string out;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    out += text::for_readers(file.substr(at, end - at));
    if (end < file.size()) out += '\n';
    at = end + 1;
  }
  return out;
}

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::red: return "\x1b[31m";
    default: return "";
  }
}

}  // namespace

void say(std::string_view line) { put(stdout, text::for_readers(line) + "\n"); }
void tell(std::string_view line) { put(stderr, text::for_readers(line) + "\n"); }
void say_json(const json::Value& value) { say(json::write(value)); }
void tell_json(const json::Value& value) { tell(json::write(value)); }

void tell_beside(const char* member, const std::string& what, bool json) {
  if (json) return tell_json(json::Value::object({{member, what}}));
  tell("ostia: " + what);
}

void say_marked(Colour colour, std::string_view mark, std::string_view line) {
  const bool is_coloured = colour != Colour::none && isatty(STDOUT_FILENO) != 0;
  put(stdout, is_coloured ? code_of(colour) + std::string(mark) + "\x1b[0m" : std::string(mark));
  say(line);
}

void print_file(const std::string& text) { put(stdout, isatty(STDOUT_FILENO) != 0 ? for_a_terminal(text) : text); }
void draw(const std::string& picture) { put(stderr, picture); }

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace ostia::cli
