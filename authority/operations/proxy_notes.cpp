#include "operations/proxy_notes.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <sstream>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace ostia::authority {
namespace {

std::string file_in(const std::string& data_folder) { return data_folder + "/proxy-notes.json"; }

// True for the first one of each minute.
bool is_due(std::atomic<std::int64_t>& last) {
  const auto minute = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::minutes(1);
  return last.exchange(minute) != minute;
}

// A client may have written it.
std::string cleaned(std::string_view seen) {
  constexpr std::size_t most = 100;
  std::string out(seen.substr(0, most));
  for (char& c : out)
    if (c < ' ' || c >= 0x7F) c = '?';
  return out;
}

json::Value read(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  auto parsed = json::parse(text.str());
  return parsed && parsed->is_object() ? *std::move(parsed) : json::Value();
}

}  // namespace

ProxyNotes::ProxyNotes(const std::string& data_folder, bool expects_proxy, const Forwarding& forwarding)
    : file_(file_in(data_folder)), header_(forwarding.header_name()), expects_proxy_(expects_proxy) {
  std::remove(file_.c_str());
}

void ProxyNotes::keep(const char* kind, json::Value note) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  json::Value notes = read(file_);
  if (notes.is_null()) notes = json::Value::object();
  note.set("at", Clock::real());
  notes.set(kind, std::move(note));
  const std::string whole = file_ + ".new";
  std::ofstream(whole) << json::write(notes);
  std::rename(whole.c_str(), file_.c_str());
}

void ProxyNotes::unreadable(const std::string& hop, const ClientAddress& client) {
  const std::int64_t count = ++unreadable_;
  if (!is_due(minute_of_unreadable_)) return;
  const std::string seen = cleaned(client.unreadable);
  log_event("warning", "forwarded_unreadable",
            {{"header", header_},
             {"proxy", hop},
             {"seen", seen},
             {"counted_as", client.address},
             {"count", count},
             {"what",
              "a trusted proxy has written something that is no address: such requests count as the proxy's own, "
              "so that its limits are everybody's"}});
  keep("unreadable", json::Value::object({{"header", header_}, {"proxy", hop}, {"seen", seen}, {"count", count}}));
}

void ProxyNotes::untrusted(const std::string& hop) {
  if (!expects_proxy_) return;
  const std::int64_t count = ++untrusted_;
  if (!is_due(minute_of_untrusted_)) return;
  log_event("warning", "forwarded_untrusted",
            {{"header", header_},
             {"peer", hop},
             {"count", count},
             {"what",
              "it says whom its request is of, and is no trusted proxy: if it is one of yours, name it with "
              "--trusted-proxy, or all people behind it count as one"}});
  keep("untrusted", json::Value::object({{"header", header_}, {"peer", hop}, {"count", count}}));
}

json::Value read_proxy_notes(const std::string& data_folder) { return read(file_in(data_folder)); }

}  // namespace ostia::authority
