// What other servers say of themselves (discovery, keys), kept by address, and used for a while when they are silent.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// What is to be done about a document that is needed.
enum class DocumentStep : std::uint8_t {
  use,      ///< what is kept
  refresh,  ///< ask; what is kept will do if there is no answer
  ask,      ///< nothing that may be used is kept
};

/// How old a document may be that is used while its server does not answer, keys among them.
constexpr std::chrono::hours longest_kept{6};
/// Between two tries to renew a document that is kept.
constexpr std::chrono::seconds between_tries{10};

/// `age`: of what is kept; `since_try`: since it was last asked for. A document younger than `max_age` is as good as
/// new.
DocumentStep judge_document(std::optional<std::chrono::nanoseconds> age,
                            std::optional<std::chrono::nanoseconds> since_try, std::chrono::nanoseconds max_age);

/// JSON documents of other servers by their addresses. Safe for several threads at once.
class Documents {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Plan {
    DocumentStep step;
    json::Value kept;  ///< null: nothing that may be used
  };
  /// What to do about the document at `url`. Who is told to ask counts as asking from now on.
  Plan plan(const std::string& url, std::chrono::seconds max_age, Time now = Time::clock::now());
  void keep(const std::string& url, json::Value document, Time now = Time::clock::now());

 private:
  struct Kept {
    json::Value document;
    Time at;
    std::optional<Time> tried;
  };
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace ostia::authority
