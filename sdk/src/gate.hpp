// How many exchanges a loop has under way at once. A program that begins ten thousand calls has not ten thousand
// descriptors, and no peer likes as many connections: the others wait for their turn, first come, first served for each
// origin.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>

#include "ostia/loop.hpp"

namespace ostia::sdk {

class Gate {
 public:
  using Ticket = std::uint64_t;
  static constexpr std::size_t most_of_an_origin = 64, most = 256;

  /// The one of `loop`.
  static std::shared_ptr<Gate> of(Loop& loop);
  explicit Gate(Loop& loop) : loop_(loop) {}

  /// A place for an exchange with the origin, to be given back with `leave`. Whether it is free now; if not, `enter` is
  /// called from `poll` once it is.
  bool ask(const std::string& origin, Ticket& ticket, std::function<void()> enter);
  void leave(Ticket ticket);

 private:
  struct Waiting {
    Ticket ticket;
    std::function<void()> enter;
  };
  [[nodiscard]] bool has_room(const std::string& origin) const;
  void take(const std::string& origin, Ticket ticket);
  void let_in();

  Loop& loop_;
  Ticket last_ = 0;
  std::map<Ticket, std::string> inside_;
  std::map<std::string, std::size_t> count_;
  std::map<std::string, std::deque<Waiting>> waiting_;
  std::set<Ticket> waits_;
  bool is_posted_ = false;
};

}  // namespace ostia::sdk
