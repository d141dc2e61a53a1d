#include "logs/stream.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

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
  call.connect_timeout = 5;
  call.timeout = 10;
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
  scheduler_.stop();
  senders_.join();
}

void LogStreamer::start() {
  scheduler_.start("log_streams_failed", tick, [this] { send_all(); });
}

void LogStreamer::send_all() {
  const auto tenant = tenant_();
  if (tenant->log_streams.empty() || !turn_.is_ours()) return;
  for (const auto& stream : tenant->log_streams)
    if (begin(stream.id))
      boost::asio::post(senders_, [this, stream] { run_guarded("log_streams_failed", [&] { send(stream); }); });
}

bool LogStreamer::begin(const std::string& stream) {
  const std::lock_guard lock(mutex_);
  State& s = states_[stream];
  if (s.is_busy || !s.breaker.admits(SteadyTime::now())) return false;
  s.breaker.begin(SteadyTime::now());
  return s.is_busy = true;
}

void LogStreamer::send(const LogStream& stream) {
  while (!scheduler_.is_stopping() && turn_.is_ours() && send_some(stream)) {
  }
  const std::lock_guard lock(mutex_);
  State& s = states_[stream.id];
  s.is_busy = false;
  s.breaker.forget();
}

// True when there may be more to send at once. What was sent goes by its name: an entry that another node has written
// meanwhile, with an earlier time, is still to be sent.
bool LogStreamer::send_some(const LogStream& s) {
  const std::int64_t size = s.format == "JSONOBJECT" ? 1 : batch;
  const auto rows =
      store_.commit_now({{"SELECT logs.id, logs.body FROM log_deliveries JOIN logs ON logs.id = "
                          "log_deliveries.log_id WHERE stream_id = $1 ORDER BY log_id LIMIT $2",
                          {s.id, size}}});
  if (!rows || rows->empty()) return false;
  const auto answer = perform(call_of(s, *rows), egress_);
  if (!answer || answer->status < 200 || answer->status > 299) {
    note_failure(s, answer ? "the webhook answered " + std::to_string(answer->status) : answer.error().description);
    return false;
  }
  std::vector<Statement> taken;
  for (const auto& row : *rows)
    taken.push_back({"DELETE FROM log_deliveries WHERE stream_id = $1 AND log_id = $2", {s.id, text_at(row, 0)}});
  const auto noted = store_.commit_now(std::move(taken));
  {
    const std::lock_guard lock(mutex_);
    states_[s.id].breaker.succeed();
  }
  return noted && static_cast<std::int64_t>(rows->size()) == size;
}

void LogStreamer::note_failure(const LogStream& stream, const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    states_[stream.id].breaker.fail(SteadyTime::now());
  }
  log_event("warning", "log_stream_failed", {{"stream", stream.name}, {"what", what}});
}

}  // namespace ostia::authority
