// What Prometheus reads, on a port of its own (`--metrics-listen`): requests by endpoint with their p50 and p99, and
// how full the queues are.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "http/server.hpp"

namespace ostia::authority {

class Metrics {
 public:
  Metrics();

  /// One answer. `endpoint` is the template of its address: as many as there are routes. Thread-safe.
  void observe(std::string_view method, std::string_view endpoint, int status, double seconds);

  /// A number that `read` gives whenever somebody asks. For the program's start.
  void watch(const std::string& name, const std::string& help, std::function<double()> read,
             prometheus::Labels labels = {});

  /// All of it in Prometheus' text format. Thread-safe.
  std::string text();

  std::atomic<std::int64_t> messages_waiting = 0;  ///< as the store said last

 private:
  struct Series {
    prometheus::Summary* seconds;
    std::unordered_map<int, prometheus::Counter*> answers;  ///< by status
  };
  struct Watched {
    prometheus::Family<prometheus::Gauge>* family;
    std::function<double()> read;
    prometheus::Labels labels;
  };

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& answers_;
  prometheus::Family<prometheus::Summary>& seconds_;
  std::mutex mutex_;
  std::unordered_map<std::string, Series> series_;
  std::vector<Watched> watched_;
};

/// Adds what the system knows of this process.
void watch_process(Metrics& metrics);

struct Authority;
class ServedCertificate;
/// What the authority and `server` have to tell, and what answers for it. `certificate` is null with plain HTTP.
std::shared_ptr<Metrics> make_metrics(const Authority& a, const Server& server, const ServedCertificate* certificate);
boost::asio::awaitable<Response> answer_metrics(const Authority& a, Request request);

}  // namespace ostia::authority
