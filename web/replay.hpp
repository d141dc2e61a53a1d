// The host of a page, which cannot wait: it answers from a list, and what is not in the list yet it asks for.
#pragma once

#include "ostia/engine/host.hpp"

namespace ostia::abi {

using json::Value;

class Replay final : public Host {
 public:
  explicit Replay(const std::vector<Value>& answers) : answers_(answers) {}

  /// What to perform next; null when the operation is over.
  [[nodiscard]] const Value& asked() const { return asked_; }

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
  Result<std::string> browse(const std::string& url) override;

 private:
  const Value& ask(const char* what, Value a, Value b = {}, Value c = {});
  template <class T>
  Result<T> answered(T answer);

  const std::vector<Value>& answers_;
  std::size_t next_ = 0;
  Value asked_;
};

}  // namespace ostia::abi
