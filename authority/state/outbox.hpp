// Messages on their way out: e-mails, text messages, back-channel logout tokens. They are rows of the store, written
// together with what caused them, so none is lost in a restart. Threads of their own send them, several at once, and
// try again; a destination that does not answer holds up nothing but itself.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "base/periodic.hpp"
#include "crypto/secrets.hpp"
#include "http/breaker.hpp"
#include "ostia/json/value.hpp"
#include "state/sent_notes.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct Message {
  std::string channel;  ///< `email`, `sms` or `backchannel_logout`
  std::string to, from, kind, subject, text, html, code, link;
  std::string connection;  ///< whose settings a text message is sent with
  std::string id;          ///< of its row, the same at each try; empty while it is not in the outbox
};

/// Sends one message and waits for the answer, which it gives to `done` once, as soon as it knows it: until that has
/// returned, a crash would send the message again. An error with the reason `permanent` is not tried again; one with
/// `unreachable` says that nobody answered.
using Sent = std::function<void(Status)>;
using SendMessage = std::function<void(const Message&, const Sent& done)>;

class Outbox {
 public:
  /// `secrets` seals what messages say: codes and links are secrets. With `keeps`, what was sent stays readable
  /// (`/_dev/messages`); otherwise it is deleted.
  Outbox(Store& store, const Secrets& secrets, const Clock& clock, bool keeps);
  ~Outbox();
  /// Ends its threads, once what they are at is done.
  void stop();

  /// Begins to send. `notes`: a file in which this node notes what has been sent until the store knows it.
  void start(SendMessage send, const std::string& notes);

  /// The statement that puts `message` into the queue, for a commit of the caller's; `wake` afterwards.
  [[nodiscard]] Statement queue(const Message& message) const;
  void wake() { scheduler_.wake(); }

  /// Those that are kept, newest first, as `/_dev/messages` shows them.
  [[nodiscard]] Result<json::Value> list() const;

 private:
  using Steady = std::chrono::steady_clock;
  struct Destination {
    unsigned under_way = 0;
    Breaker breaker;
  };
  struct Taken {
    std::string id, sealed, destination;
    std::int64_t tries = 0;
  };

  void send_due();
  bool send_some(const std::string& destination);
  unsigned places_for(const std::string& destination);
  void send_one(const Taken& taken);
  void note(const Taken& taken, const Message& message, const Status& outcome);
  [[nodiscard]] Statement sent(const std::string& id) const;
  void note_destination(const std::string& destination, const Status& sent);

  Store& store_;
  const Secrets& secrets_;
  const Clock& clock_;
  bool keeps_;
  SendMessage send_;
  std::mutex mutex_;
  std::map<std::string, Destination> destinations_;  // those that are used, or rest
  unsigned under_way_ = 0;
  SentNotes notes_;
  Periodic scheduler_;
  boost::asio::thread_pool senders_;
};

}  // namespace ostia::authority
