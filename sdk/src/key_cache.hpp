// The authority's public keys, fetched when they are needed and kept as long as its Cache-Control says; fetched anew
// for a key that is not among them and for a signature that does not fit, but not more often than every ten seconds and
// by one call at a time, whatever tokens come and whatever the authority answers (docs/decisions/0040).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fork_safe_mutex.hpp"
#include "key_set.hpp"
#include "ostia/environment.hpp"
#include "ostia/json/value.hpp"

namespace ostia::sdk {

/// Safe for several threads at once.
class KeyCache {
 public:
  /// A request for keys that is under way; 0 is none.
  using Flight = std::uint64_t;

  /// What whoever needs a key has to do.
  struct Look {
    std::optional<HttpResponse> answer;  ///< take this: what is known has the key, or nothing more can be known now
    Flight flight = 0;                   ///< otherwise ask, and `keep` what comes, or `abandon` it
  };  ///< neither: another call asks; `wait` until it has its answer
  struct Question {
    const std::string& url;
    const json::Value& header;  ///< of the token
    std::int64_t now_ms = 0;
    bool anew = false;           ///< a signature did not fit the key that is kept
    bool is_patient = true;      ///< false: it has waited for another's answer already
    const void* loop = nullptr;  ///< where whoever asks waits: not for a loop that its own thread keeps from going on
  };
  Look look(const Question& question);
  /// The answer that is known without asking or waiting.
  std::optional<HttpResponse> known(const Question& question);
  /// Has `wake` called when nobody asks any more; at once where nobody does. From any thread.
  void wait(const std::string& url, std::function<void()> wake);

  /// What asking brought. The answer to show, and whether the keys in it are kept.
  struct Kept {
    HttpResponse answer;
    bool is_taken = false;
  };
  Kept keep(const Question& question, Flight flight, const HttpResponse& answer, const std::shared_ptr<Crypto>& crypto);
  /// Who asked has ended without an answer: `called_off` by its own program, else because none came in time.
  void abandon(const std::string& url, Flight flight, bool called_off, std::int64_t now_ms);

  /// The header of a token, and the key that it names, ready to use.
  struct Judged {
    std::shared_ptr<const VerificationKey> key = nullptr;  ///< null: none
    std::string type = {};                                 ///< its `typ`, in lower case
    bool is_named = false;                                 ///< there is a key of that name, fit or not
    std::uint64_t generation = 0;                          ///< of the keys
  };
  /// The same of the keys that are kept.
  Judged judge(const std::string& url, const json::Value& header, std::int64_t now_ms);
  /// What is remembered of the header part of a token, as its bytes came: of tokens only whose signature was good.
  Judged judged(const std::string& url, std::string_view header, std::int64_t now_ms);
  void remember(const std::string& url, std::string_view header, const Judged& judged);

 private:
  struct Asking {
    Flight flight = 0;
    std::int64_t since_ms = 0;
    const void* loop = nullptr;
    std::thread::id thread = {};
    int process = 0;  // of a program that has forked, nobody asks in the child
    std::vector<std::function<void()>> waiting = {};
  };
  struct Entry {
    std::shared_ptr<const KeySet> keys;
    bool is_good = false;  // `keys` has at least one that can check a signature
    std::int64_t fetched_ms = 0, until_ms = 0;
    std::optional<std::int64_t> asked_ms;
    bool is_forgiven = false;  // one request was called off since the last answer
    HttpResponse answer;       // the last one, without its body
    std::uint64_t generation = 0;
    Asking asking;
    std::map<std::string, Judged, std::less<>> judged;

    [[nodiscard]] bool is_fresh(std::int64_t now) const;
    [[nodiscard]] bool is_usable(std::int64_t now) const;
    [[nodiscard]] bool is_early(std::int64_t now) const;
    [[nodiscard]] bool is_asked(std::int64_t now) const;
    [[nodiscard]] bool would_hang(const Question& question) const;
    [[nodiscard]] HttpResponse show(const json::Value& header, std::int64_t now) const;
  };
  [[nodiscard]] static std::optional<HttpResponse> known(const Entry& entry, const Question& question);
  static void take(Entry& entry, const HttpResponse& answer, std::shared_ptr<const KeySet> keys, bool is_good,
                   std::int64_t now);

  ForkSafeMutex mutex_;
  std::map<std::string, Entry> entries_;
  Flight last_flight_ = 0;
};

}  // namespace ostia::sdk
