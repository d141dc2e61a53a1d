#include "base/log.hpp"

#include <unistd.h>

#include <chrono>

#include "ostia/text/ascii.hpp"

namespace ostia::authority {

void log_event(std::string_view level, std::string_view event,
               std::initializer_list<std::pair<std::string_view, json::Value>> fields) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  json::Value line = json::Value::object(
      {{"at", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}, {"level", level}, {"event", event}});
  for (const auto& [name, value] : fields) line.set(name, value);
  const std::string text = json::write(line) + "\n";
  // One write a line: lines of several threads do not mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace ostia::authority
