#include "operations/metrics.hpp"

#include <prometheus/gauge.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ostia::authority {
namespace {

const prometheus::Summary::Quantiles quantiles = {{0.5, 0.05}, {0.9, 0.01}, {0.99, 0.001}};
constexpr auto window = std::chrono::seconds(60);  // that a quantile looks back

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double open_files() {
  std::error_code ec;
  double count = 0;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", ec);
       !ec && it != std::filesystem::directory_iterator(); it.increment(ec))
    ++count;
  return count;
}

double start_seconds() {
  static const auto start = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return start;
}

}  // namespace

Metrics::Metrics()
    : answers_(prometheus::BuildCounter()
                   .Name("ostia_http_requests_total")
                   .Help("Answers by endpoint and status")
                   .Register(registry_)),
      seconds_(prometheus::BuildSummary()
                   .Name("ostia_http_request_duration_seconds")
                   .Help("Seconds from a request's last byte to its answer, over the last minute")
                   .Register(registry_)) {}

void Metrics::observe(std::string_view any_method, std::string_view endpoint, int status, double seconds) {
  // A client may call its method what it likes, and each name would be a series of its own.
  constexpr std::string_view known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const bool is_known = std::find(std::begin(known), std::end(known), any_method) != std::end(known);
  const std::string_view method = is_known ? any_method : "other";
  std::string key(method);
  key.append(" ").append(endpoint);
  const std::lock_guard lock(mutex_);
  auto& series = series_[key];
  const prometheus::Labels labels = {{"method", std::string(method)}, {"endpoint", std::string(endpoint)}};
  if (!series.seconds) series.seconds = &seconds_.Add(labels, quantiles, window);
  auto& answers = series.answers[status];
  if (!answers) {
    auto with_status = labels;
    with_status["status"] = std::to_string(status);
    answers = &answers_.Add(with_status);
  }
  answers->Increment();
  series.seconds->Observe(seconds);
}

void Metrics::watch(const std::string& name, const std::string& help, std::function<double()> read,
                    prometheus::Labels labels) {
  watched_.push_back(
      {&prometheus::BuildGauge().Name(name).Help(help).Register(registry_), std::move(read), std::move(labels)});
}

std::string Metrics::text() {
  for (auto& [family, read, labels] : watched_) family->Add(labels).Set(read());
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, registry_.Collect());
  return out.str();
}

void watch_process(Metrics& metrics) {
  metrics.watch("process_resident_memory_bytes", "Memory in use", resident_bytes);
  metrics.watch("process_cpu_seconds_total", "Seconds of CPU time", cpu_seconds);
  metrics.watch("process_open_fds", "Open files and connections", open_files);
  metrics.watch("process_start_time_seconds", "When the process started, in seconds since 1970", start_seconds);
  start_seconds();
}

}  // namespace ostia::authority
