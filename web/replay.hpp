// The host of a page, which cannot wait: it answers from a list, and what is not in the list yet it asks for.
#pragma once

#include "ostia/engine/host.hpp"

namespace ostia::abi {

using json::Value;

class Replay final : public Host {
 public:
  /// `now` in milliseconds; the answers to what earlier runs asked, in order.
  Replay(const Value& now, const Value& answers) : now_(now), answers_(answers) {}

  /// What to perform: commands, and at the end perhaps a question.
  [[nodiscard]] const Value& asked() const { return asked_; }
  /// Whether the operation ended for want of an answer.
  [[nodiscard]] bool waits() const { return waits_; }

  Result<std::int64_t> now() override;
  Result<std::string> date(std::int64_t seconds) override;
  Result<std::string> random(int count) override;
  Result<std::string> sha256(const std::string& text) override;
  Result<bool> verify(const char* algorithm, const Value& key, const std::string& input,
                      const std::string& signature) override;
  Status put(const std::string& key, const Value& value, double minutes) override;
  Result<Value> get(const std::string& key) override;
  Status remove(const std::string& key) override;
  Result<HttpResponse> http(const HttpRequest& request) override;
  Result<std::string> browse(const std::string& url, const std::string& state) override;

 private:
  const Value& say(const char* what, Value a, Value b, Value c);
  const Value& ask(const char* what, Value a, Value b = {}, Value c = {});
  template <class T>
  Result<T> answered(T answer);

  const Value& now_;
  const Value& answers_;
  std::size_t next_ = 0;
  Value asked_;
  bool waits_ = false;
};

}  // namespace ostia::abi
