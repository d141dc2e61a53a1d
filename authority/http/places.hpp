// Who may have how many connections, so that nobody takes the places of all the others.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/networks.hpp"

namespace ostia::authority {

/// The places of a server. Thread-safe.
///
/// One network, that is an IPv4 address or an IPv6 /64, has at most an eighth of them; so has an IPv6 /48, since one
/// customer can have all of its /64s. Who is over that gives up the oldest connection that only waits for its client.
/// Trusted proxies stand for many people, and have no such share. When few places are left, they are for networks that
/// have few connections, and a newcomer gets the place of one that only waits, in the network that has most of them.
class Places {
 public:
  explicit Places(std::size_t places) : places_(places) {}

  /// A connection's place, given back when it goes.
  class Place {
   public:
    Place(Places& of, std::string network, std::string site, std::function<void()> close)
        : of_(of), network_(std::move(network)), site_(std::move(site)), close_(std::move(close)) {}
    ~Place() { of_.leave(*this); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// Whether the connection waits for its client, with or without a part of a request: then it can be ended.
    std::atomic<bool> waits = true;

   private:
    friend class Places;
    Places& of_;
    std::string network_, site_;
    std::function<void()> close_;
    bool is_going_ = false;
    std::list<Place*>::iterator in_network_;
  };

  /// A place for a connection from `address`; null: there is none for it. `close` is to end the connection, soon; it is
  /// called by any thread, at most once, and never after the place has gone.
  std::unique_ptr<Place> take(std::string_view address, std::function<void()> close);
  /// For the program's start.
  void trust(Networks proxies) { proxies_ = std::move(proxies); }

  [[nodiscard]] std::size_t open() const { return open_; }
  [[nodiscard]] std::size_t refused() const { return refused_; }
  [[nodiscard]] std::size_t ended() const { return ended_; }  ///< so that somebody else got in
  [[nodiscard]] std::size_t share() const { return std::max<std::size_t>(places_ / 8, 4); }

 private:
  bool has_room(std::string_view address, const std::string& network, const std::string& site);
  bool end_one_of(const std::string& network);
  bool end_one_of_the_largest(std::size_t more_than);
  void forget(Place& place);
  void leave(Place& place);

  std::size_t places_;
  Networks proxies_;
  std::atomic<std::size_t> open_ = 0, refused_ = 0, ended_ = 0;
  std::mutex mutex_;
  std::size_t going_ = 0;  // those that were told to end, and have not yet; nothing else counts them
  std::unordered_map<std::string, std::list<Place*>> of_network_;  // the oldest first
  std::unordered_map<std::string, std::size_t> of_site_;
  std::set<std::pair<std::size_t, std::string>> by_size_;  // of networks
};

}  // namespace ostia::authority
