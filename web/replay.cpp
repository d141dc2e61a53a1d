#include "replay.hpp"

#include "ostia/text/base64url.hpp"

namespace ostia::abi {

// `[what, …arguments]`; octets travel as base64url. The answer that is there, or null.
const Value& Replay::say(const char* what, Value a, Value b, Value c) {
  if (next_ < answers_.size()) return answers_.at(next_++);
  Value effect;
  effect.push_back(what);
  effect.push_back(std::move(a));
  effect.push_back(std::move(b));
  effect.push_back(std::move(c));
  asked_.push_back(std::move(effect));
  static const Value nothing;
  return nothing;
}

// A question: the operation cannot go on without its answer.
const Value& Replay::ask(const char* what, Value a, Value b, Value c) {
  waits_ = next_ == answers_.size();
  return say(what, std::move(a), std::move(b), std::move(c));
}

template <class T>
Result<T> Replay::answered(T answer) {
  if (!waits_) return answer;
  return Error{};  // nobody reads it: the operation runs again
}

Result<std::int64_t> Replay::now() { return now_.as_int().value_or(0); }

Result<std::string> Replay::date(std::int64_t seconds) { return answered(ask("date", seconds).text()); }

Result<std::string> Replay::random(int count) {
  return answered(text::base64url_decode(ask("random", count).text()).value_or(""));
}

Result<std::string> Replay::sha256(const std::string& text) {
  return answered(text::base64url_decode(ask("sha256", text).text()).value_or(""));
}

Result<bool> Replay::verify(const char*, const Value& key, const std::string& input, const std::string& signature) {
  return answered(ask("verify", key, input, text::base64url_encode(signature)).as_bool());
}

Status Replay::put(const std::string& key, const Value& value, double minutes) {
  // Thousandths: the writer has no fractions.
  say("put", key, value, static_cast<std::int64_t>(minutes * 1000));
  return ok();
}

Result<Value> Replay::get(const std::string& key) { return answered(ask("get", key)); }

Status Replay::remove(const std::string& key) {
  say("remove", key, {}, {});
  return ok();
}

Result<HttpResponse> Replay::http(const HttpRequest& request) {
  const Value& answer = ask("http", request.url);
  return answered(HttpResponse{static_cast<int>(answer["status"].as_int().value_or(0)),
                               answer["statusText"].text(),
                               {},
                               answer["body"].text(),
                               {}});
}

Result<std::string> Replay::browse(const std::string&, const std::string&) {
  return Error{"no_browser", "a page is in a browser already", "no_browser", 0, Fault::caller};
}

}  // namespace ostia::abi
