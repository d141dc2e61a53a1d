#include "scripts/calls.hpp"

#include <algorithm>

#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr int most_calls = 100;                     // of one job
constexpr std::size_t longest_answer = 512 * 1024;  // bytes

Result<HttpCall> call_of(const Value& request, long timeout) {
  auto body = text::base64_decode(request["body"].text());
  if (!body) return caller_error("invalid_request", "its body is not base64");
  HttpCall call;
  call.method = request["method"].text();
  call.url = request["url"].text();
  for (const auto& header : request["headers"].items())
    call.headers.emplace_back(header.at(0).text(), header.at(1).text());
  call.body = *std::move(body);
  call.limit = longest_answer;
  call.connect_timeout = std::min(10L, timeout);
  call.timeout = std::min(30L, timeout);
  if (auto checked = check_call(call); !checked) return std::move(checked).error();
  return call;
}

Value to_json(const Value& id, const HttpAnswer& answer) {
  Value headers = Value::array();
  for (const auto& [name, value] : answer.headers) {
    Value pair = Value::array();
    pair.push_back(name);
    pair.push_back(value);
    headers.push_back(std::move(pair));
  }
  return Value::object({{"id", id},
                        {"status", answer.status},
                        {"headers", std::move(headers)},
                        {"body", text::base64_encode(answer.body)}});
}

}  // namespace

ScriptCalls::~ScriptCalls() {
  for (auto& [handle, running] : running_) curl_multi_remove_handle(multi_.get(), handle);
}

void ScriptCalls::fail(const Value& id, const Error& error) {
  done_.push_back(Value::object({{"id", id}, {"error", error.description}, {"code", error.reason}}));
}

void ScriptCalls::begin(const Value& request, long timeout) {
  if (++begun_ > most_calls)
    return fail(request["id"],
                caller_error("invalid_request", "a login's scripts may make 100 calls", "too_many_calls"));
  auto call = call_of(request, timeout);
  if (!call) return fail(request["id"], call.error());
  auto exchange = std::make_unique<Exchange>(*std::move(call), egress_);
  CURL* handle = exchange->handle();
  if (!multi_) {  // most jobs make no calls
    multi_.reset(curl_multi_init());
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, 8L);
  }
  running_[handle] = {request["id"], std::move(exchange)};
  curl_multi_add_handle(multi_.get(), handle);
}

void ScriptCalls::wait(pollfd& script, std::chrono::milliseconds most) {
  script.revents = 0;
  if (running_.empty()) {
    poll(&script, 1, done_.empty() ? static_cast<int>(most.count()) : 0);
    return;
  }
  int going = 0;
  curl_multi_perform(multi_.get(), &going);
  curl_waitfd also{script.fd, 0, 0};
  if (script.events & POLLIN) also.events |= CURL_WAIT_POLLIN;
  if (script.events & POLLOUT) also.events |= CURL_WAIT_POLLOUT;
  const bool waits = done_.empty() && going == static_cast<int>(running_.size());
  curl_multi_poll(multi_.get(), &also, 1, waits ? static_cast<int>(most.count()) : 0, nullptr);
  curl_multi_perform(multi_.get(), &going);
  poll(&script, 1, 0);
}

std::vector<Value> ScriptCalls::finished() {
  int left = 0;
  while (const CURLMsg* message = multi_ ? curl_multi_info_read(multi_.get(), &left) : nullptr) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi_.get(), handle);
    auto running = running_.extract(handle);
    const auto answer = running.mapped().exchange->result(code);
    if (answer)
      done_.push_back(to_json(running.mapped().id, *answer));
    else
      fail(running.mapped().id, answer.error());
  }
  return std::exchange(done_, {});
}

}  // namespace ostia::authority
