// A request and a response as the authority's handlers see them. The HTTP library stays behind server.cpp.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ostia/engine/host.hpp"

namespace ostia::authority {

/// Decoded `name=value` pairs of a query or a form.
class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(std::vector<std::pair<std::string, std::string>> pairs) : pairs_(std::move(pairs)) {}

  /// The first value of that name; empty when there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  /// The first name that is there twice, which OAuth forbids (RFC 6749 section 3.1); empty when there is none.
  [[nodiscard]] std::string_view repeated() const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

class Acts;  // logs/acts.hpp

struct Request {
  std::string method;
  std::string path;  ///< decoded no further than it came
  std::string query;
  std::string body;
  Headers headers;             ///< names in lower case
  std::string issuer;          ///< of the domain that was asked, with the slash at its end
  std::string peer;            ///< the client's address
  std::string id;              ///< what the logs of all that handle it call it
  std::shared_ptr<Acts> acts;  ///< entries of the log that are written before the answer leaves; null: nobody waits

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
  [[nodiscard]] std::string_view cookie(std::string_view name) const;
  [[nodiscard]] bool is_secure() const { return issuer.starts_with("https:"); }
};

struct Response {
  int status = 200;  ///< 0: none at all, the connection is cut
  Headers headers;
  std::string body;

  Response& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

Response json_response(int status, const json::Value& body);
Response text_response(int status, std::string body);
/// To `location`, with a GET.
Response redirect(std::string location);
/// RFC 6749 section 5.2.
Response oauth_error(int status, std::string_view error, std::string_view description);

/// The country of the client as a proxy in front says it (`CF-IPCountry`, `X-Country-Code`), two capital letters; empty
/// if none does.
std::string country_of(const Request& request);

/// The token of an `Authorization: Bearer` header (RFC 6750 section 2.1), whatever case the scheme has; empty if there
/// is none.
std::string_view bearer_of(const Request& request);

/// What an endpoint gives.
using Answering = boost::asio::awaitable<Response>;

}  // namespace ostia::authority
