#include "logs/stream.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "http/client.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using namespace std::chrono_literals;
using SteadyTime = std::chrono::steady_clock;

constexpr auto tick = 1s;
constexpr std::int64_t batch = 100;  // entries in one call
constexpr std::int64_t lease = 30;   // seconds that one node sends for all
constexpr auto longest_rest = 300s;

struct Category {
  std::string_view name;
  std::vector<std::string_view> types;
};
const Category categories[] = {
    {"auth.login.success", {"s", "seoobft", "gd_auth_succeed"}},
    {"auth.login.fail", {"f", "fp", "fu", "fcoa", "feoobft", "gd_auth_failed"}},
    {"auth.login.notification", {"limit_wc", "limit_mu", "limit_sul", "limit_msg", "pwd_leak", "sui"}},
    {"auth.logout.success", {"slo"}},
    {"auth.logout.fail", {"flo"}},
    {"auth.signup.success", {"ss"}},
    {"auth.signup.fail", {"fs"}},
    {"auth.silent_auth.success", {"ssa"}},
    {"auth.silent_auth.fail", {"fsa"}},
    {"auth.token_exchange.success", {"seacft", "seccft", "sepft", "sertft", "secte", "sede", "srrt", "scoa"}},
    {"auth.token_exchange.fail", {"feacft", "feccft", "fepft", "fertft", "ferrt", "fecte", "fede"}},
    {"management.success", {"sapi", "mgmt_api_read"}},
    {"management.fail", {"fapi"}},
    {"user.success", {"sv", "scp", "scpr", "si", "sdu", "gd_enrollment_complete", "gd_unenroll"}},
    {"user.fail", {"fv", "fcp", "fcpr", "fcpro", "fdu"}},
    {"user.notification", {"cls", "cs", "gd_send_sms", "gd_send_email"}},
};

// A filter names a category, or a type itself.
bool wants(const LogStream& s, std::string_view type) {
  return s.types.empty() || contains(s.types, log_category(type)) || contains(s.types, type);
}

std::string body_of(const LogStream& s, const Rows& rows) {
  std::string out = s.format == "JSONARRAY" ? "[" : "";
  const char* between = s.format == "JSONARRAY" ? "," : "\n";
  bool is_first = true;
  for (const auto& row : rows) {
    auto data = json::parse(text_at(row, 1));
    const Value one = Value::object({{"log_id", text_at(row, 0)}, {"data", data ? *std::move(data) : Value()}});
    out.append(std::exchange(is_first, false) ? "" : between).append(json::write(one));
  }
  return s.format == "JSONARRAY" ? out + "]" : out;
}

HttpCall call_of(const LogStream& s, const Rows& rows) {
  HttpCall call;
  call.method = "POST";
  call.url = s.url;
  call.headers = {{"Content-Type", s.content_type}};
  if (!s.authorization.empty()) call.headers.emplace_back("Authorization", s.authorization);
  call.headers.insert(call.headers.end(), s.headers.begin(), s.headers.end());
  call.body = body_of(s, rows);
  return call;
}

}  // namespace

std::string_view log_category(std::string_view type) {
  for (const auto& category : categories)
    if (std::find(category.types.begin(), category.types.end(), type) != category.types.end()) return category.name;
  return "other";
}

std::vector<Statement> queue_for_streams(const Tenant& tenant, const std::string& id, std::string_view type,
                                         std::int64_t now) {
  std::vector<Statement> out;
  for (const auto& stream : tenant.log_streams)
    if (wants(stream, type))
      out.push_back({"INSERT INTO log_deliveries (stream_id, log_id, at) VALUES ($1, $2, $3)", {stream.id, id, now}});
  return out;
}

LogStreamer::~LogStreamer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LogStreamer::start() {
  thread_ = std::thread([this] { run(); });
}

void LogStreamer::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, tick, [this] { return closing_; });
      if (closing_) return;
    }
    run_guarded("log_streams_failed", [this] {
      const auto tenant = tenant_();
      if (tenant->log_streams.empty() || !is_ours()) return;
      for (const auto& stream : tenant->log_streams)
        while (send_some(stream)) {
        }
    });
  }
}

// Of several nodes one sends; it says so again before its time is over.
bool LogStreamer::is_ours() {
  const auto now = SteadyTime::now();
  if (now + std::chrono::seconds(lease / 2) < ours_until_) return true;
  const bool was_ours = now < ours_until_;
  const std::int64_t time = Clock::real();
  const auto taken = store_.commit_now(
      {{"UPDATE revisions SET value = $1 WHERE name = 'log_streams' AND (value < $2 OR $3 = 1) RETURNING value",
        {time + lease, time, static_cast<std::int64_t>(was_ours)}}});
  if (!taken || taken->empty()) return false;
  ours_until_ = now + std::chrono::seconds(lease);
  return true;
}

// True when there may be more to send at once.
bool LogStreamer::send_some(const LogStream& s) {
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return false;
  }
  Rest& rest = resting_[s.id];
  if (SteadyTime::now() < rest.until || !is_ours()) return false;
  const std::int64_t size = s.format == "JSONOBJECT" ? 1 : batch;
  const auto rows =
      store_.commit_now({{"SELECT logs.id, logs.body FROM log_deliveries JOIN logs ON logs.id = "
                          "log_deliveries.log_id WHERE stream_id = $1 ORDER BY log_id LIMIT $2",
                          {s.id, size}}});
  if (!rows || rows->empty()) return false;
  const auto answer = perform(call_of(s, *rows), egress_);
  if (!answer || answer->status < 200 || answer->status > 299) {
    rest.failures = std::min(rest.failures + 1, 9);
    const auto pause = std::min<SteadyTime::duration>(longest_rest, std::chrono::seconds(1 << rest.failures));
    rest.until = SteadyTime::now() + pause;
    log_event(
        "warning", "log_stream_failed",
        {{"stream", s.name},
         {"what", answer ? "the webhook answered " + std::to_string(answer->status) : answer.error().description}});
    return false;
  }
  rest.failures = 0;
  const auto done = store_.commit_now(
      {{"DELETE FROM log_deliveries WHERE stream_id = $1 AND log_id <= $2", {s.id, text_at(rows->last(), 0)}}});
  return done && static_cast<std::int64_t>(rows->size()) == size;
}

}  // namespace ostia::authority
