#include "dev/faults.hpp"

#include <algorithm>

namespace ostia::authority::dev {
namespace {

using json::Value;

constexpr std::int64_t longest_delay = 60'000;  // milliseconds

Error bad(std::string what) { return {"invalid_request", std::move(what), "fault_malformed", 400}; }

bool fits(const Fault& f, std::string_view method, std::string_view path) {
  if (!f.method.empty() && f.method != method) return false;
  if (f.path.empty() || f.path == path) return true;
  return f.path.ends_with('*') && path.starts_with(std::string_view(f.path).substr(0, f.path.size() - 1));
}

}  // namespace

Result<Fault> read_fault(const Value& v) {
  for (const auto& key : v.keys())
    if (std::string_view names = " path method status body delay_ms cut times ";
        names.find(" " + key + " ") == names.npos)
      return bad("\"" + key + "\" is not known; there are path, method, status, body, delay_ms, cut and times");
  Fault f{v["path"].text(), v["method"].text(), 0, {}, 0, v["cut"].as_bool(), v["times"].as_int().value_or(1)};
  f.status = static_cast<int>(v["status"].as_int().value_or(0));
  f.delay_ms = v["delay_ms"].as_int().value_or(0);
  if (f.status != 0 && (f.status < 200 || f.status > 599)) return bad("status must be from 200 to 599");
  if (f.delay_ms < 0 || f.delay_ms > longest_delay) return bad("delay_ms must be from 0 to 60000");
  if (f.status == 0 && f.delay_ms == 0 && !f.cut) return bad("one of status, delay_ms and cut is needed");
  f.body = v["body"].is_string() ? v["body"].text() : v["body"].is_null() ? "" : json::write(v["body"]);
  return f;
}

void Faults::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

std::optional<Fault> Faults::take(std::string_view method, std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto it = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& f) { return fits(f, method, path); });
  if (it == faults_.end()) return {};
  Fault fault = *it;
  if (it->times > 0) --it->times;
  if (it->times == 0) faults_.erase(it);
  return fault;
}

}  // namespace ostia::authority::dev
