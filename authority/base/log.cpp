#include "base/log.hpp"

#include <unistd.h>

#include <chrono>

#include "ostia/text/utf8.hpp"

namespace ostia::authority {
namespace {

// What JSON may have as it is, and a terminal or an editor acts upon: DEL, the control characters of ISO 8859 (one
// begins an escape sequence), and those that turn the direction of what is shown or end a line.
bool acts_on_readers(std::uint32_t c) {
  return (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::string escaped(std::uint32_t c) {
  std::string out = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[(c >> static_cast<unsigned>(shift)) & 15U];
  return out;
}

// A line of the log as nobody who reads it is misled by it, whatever somebody has sent. It is the same JSON; bytes that
// are no UTF-8 become U+FFFD.
std::string for_readers(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const auto first = static_cast<unsigned char>(json[at]);
    std::size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (!text::is_utf8(json.substr(at, size))) {
      out += "\\ufffd";
      ++at;
      continue;
    }
    std::uint32_t c = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) c = (c << 6U) | (static_cast<unsigned char>(json[at + i]) & 0x3FU);
    if (acts_on_readers(c))
      out += escaped(c);
    else
      out.append(json.substr(at, size));
    at += size;
  }
  return out;
}

}  // namespace

void log_event(std::string_view level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, json::Value>> fields) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  json::Value line = json::Value::object(
      {{"at", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}, {"level", level}, {"event", event}});
  for (const auto& [name, value] : fields) line.set(name, value);
  const std::string text = for_readers(json::write(line)) + "\n";
  // One write a line: lines of several threads do not mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace ostia::authority
