#include "http/client.hpp"

#include <boost/asio.hpp>

#include "http/curl.hpp"

namespace ostia::authority {

namespace asio = boost::asio;

namespace {

struct Incoming {
  std::string body;
  std::size_t limit;
  bool is_too_long = false;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  auto& incoming = *static_cast<Incoming*>(to);
  incoming.is_too_long = incoming.body.size() + size * count > incoming.limit;
  if (incoming.is_too_long) return 0;
  incoming.body.append(data, size * count);
  return size * count;
}

Error unreachable(std::string what) { return {"unreachable", std::move(what), "unreachable", 0, Fault::peer}; }

}  // namespace

Result<HttpAnswer> perform(const HttpCall& call) {
  const curl::Easy easy = curl::prepare(call.connect_timeout, call.timeout);
  CURL* c = easy.get();
  curl_easy_setopt(c, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_USERAGENT, "Ostia");
  if (const auto parsed = url::parse(call.url)) curl::accept_own_certificates(c, parsed->host);
  if (call.method == "POST") {
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, call.body.c_str());
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
  }
  if (!call.user.empty()) {
    curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(c, CURLOPT_USERNAME, call.user.c_str());
    curl_easy_setopt(c, CURLOPT_PASSWORD, call.password.c_str());
  }
  curl::List headers;
  for (const auto& [name, value] : call.headers) curl::append(headers, name + ": " + value);
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());
  Incoming incoming{{}, call.limit};
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &incoming);
  const CURLcode code = curl_easy_perform(c);
  if (incoming.is_too_long) return unreachable("the answer is longer than " + std::to_string(call.limit) + " bytes");
  if (code != CURLE_OK) return unreachable(curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  return HttpAnswer{static_cast<int>(status), std::move(incoming.body)};
}

asio::awaitable<Result<HttpAnswer>> HttpPool::send(HttpCall call) {
  if (waiting_ >= limit_)
    co_return Error{"temporarily_unavailable", "Too many calls to other servers at this moment", "pool_full", 503,
                    Fault::ours};
  ++waiting_;
  auto work = [this, call = std::move(call)]() -> asio::awaitable<std::optional<Result<HttpAnswer>>> {
    auto answer = perform(call);
    --waiting_;
    co_return std::optional(std::move(answer));
  };
  auto started = asio::co_spawn(threads_, work(), asio::use_awaitable);  // `work` holds the call until the end
  auto answer = co_await std::move(started);
  co_return *std::move(answer);
}

}  // namespace ostia::authority
