// One HTTP exchange on its way: what `perform` waits for, and what a script's calls are made of.
#pragma once

#include "http/client.hpp"
#include "http/curl.hpp"

namespace ostia::authority {

/// Errors: as `perform`, of what is wrong before anything is sent.
Status check_call(const HttpCall& call);

class Exchange {
 public:
  /// `call` was checked; `egress` must outlive it.
  Exchange(HttpCall call, const Egress& egress);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] CURL* handle() const { return transfer_.get(); }
  /// Something has come from the other server, be it usable or not.
  [[nodiscard]] bool has_answered() const { return header_bytes_ > 0; }
  /// What came of it, once libcurl has ended with `code`.
  Result<HttpAnswer> result(CURLcode code);

 private:
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);

  HttpCall call_;
  curl::Transfer transfer_;
  curl::List headers_;
  HttpAnswer answer_;
  std::size_t header_bytes_ = 0;
  bool is_too_long_ = false;
};

}  // namespace ostia::authority
