// Messages on their way out: e-mails, text messages, back-channel logout tokens. They are rows of the store, written
// together with what caused them, so none is lost in a restart; a thread of its own sends them and tries again.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "crypto/secrets.hpp"
#include "ostia/json/value.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct Message {
  std::string channel;  ///< `email`, `sms` or `backchannel_logout`
  std::string to, from, kind, subject, text, html, code, link;
  std::string connection;  ///< whose settings a text message is sent with
};

/// Sends one message and waits for the answer. An error with the reason `permanent` is not tried again.
using SendMessage = std::function<Status(const Message&)>;

class Outbox {
 public:
  /// `secrets` seals what messages say: codes and links are secrets. With `keeps`, what was sent stays readable
  /// (`/_dev/messages`); otherwise it is deleted.
  Outbox(Store& store, const Secrets& secrets, const Clock& clock, bool keeps);
  ~Outbox();
  /// Ends its thread, once what it is at is done.
  void stop();

  /// Starts the thread that sends. It calls `on_tick` about once a second.
  void start(SendMessage send, std::function<void()> on_tick);

  /// The statement that puts `message` into the queue, for a commit of the caller's; `wake` afterwards.
  [[nodiscard]] Statement queue(const Message& message) const;
  void wake();

  /// Those that are kept, newest first, as `/_dev/messages` shows them.
  [[nodiscard]] Result<json::Value> list() const;

 private:
  void run();
  [[nodiscard]] bool send_due();
  void send_one(const std::string& id, std::int64_t tries, const std::string& sealed);

  Store& store_;
  const Secrets& secrets_;
  const Clock& clock_;
  bool keeps_;
  SendMessage send_;
  std::function<void()> on_tick_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false, closing_ = false;
  std::thread thread_;
};

}  // namespace ostia::authority
