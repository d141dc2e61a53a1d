#include "http/places.hpp"

namespace ostia::authority {
namespace {

constexpr unsigned short site_bits = 48;
constexpr std::size_t few = 4;              // what a browser or a probe has: nobody is ended who has no more
constexpr std::size_t most_looked_at = 64;  // networks, and connections of each, until one is found that can end
constexpr std::size_t most_going = 64;      // they still have their descriptors

// A /48 is one customer's; an IPv4 address has no such neighbours.
std::string site_of(std::string_view address, const std::string& network) {
  return network.find('/') == network.npos ? std::string() : network_of(address, site_bits);
}

}  // namespace

void Places::forget(Place& place) {
  auto& own = of_network_[place.network_];
  by_size_.erase({own.size(), place.network_});
  own.erase(place.in_network_);
  if (own.empty())
    of_network_.erase(place.network_);
  else
    by_size_.emplace(own.size(), place.network_);
  if (const auto near = of_site_.find(place.site_); near != of_site_.end() && --near->second == 0) of_site_.erase(near);
  --open_;
}

void Places::leave(Place& place) {
  const std::lock_guard lock(mutex_);
  if (place.is_going_)
    --going_;
  else
    forget(place);
}

bool Places::end_one_of(const std::string& network) {
  const auto found = of_network_.find(network);
  if (found == of_network_.end() || going_ >= most_going) return false;
  std::size_t looked_at = 0;
  for (Place* place : found->second) {
    if (++looked_at > most_looked_at) return false;
    if (!place->waits) continue;
    place->is_going_ = true;
    ++going_;
    ++ended_;
    forget(*place);
    place->close_();
    return true;
  }
  return false;
}

bool Places::end_one_of_the_largest(std::size_t more_than) {
  std::size_t looked_at = 0;
  for (auto largest = by_size_.rbegin(); largest != by_size_.rend(); ++largest) {
    if (largest->first <= more_than || ++looked_at > most_looked_at) return false;
    const std::string network = largest->second;  // the set changes
    if (end_one_of(network)) return true;
  }
  return false;
}

bool Places::has_room(std::string_view address, const std::string& network, const std::string& site) {
  const auto own = of_network_.find(network);
  const std::size_t has = own == of_network_.end() ? 0 : own->second.size();
  if (!proxies_.contains(address)) {
    const auto near = of_site_.find(site);
    const bool is_over = has >= share() || (near != of_site_.end() && near->second >= share());
    if (is_over && !end_one_of(network)) return false;
  }
  const std::size_t reserve = std::max<std::size_t>(places_ / 16, 2);
  if (open_ + reserve < places_) return true;
  if (end_one_of_the_largest(std::max(has, few))) return true;
  return open_ < places_ && has < few;
}

std::unique_ptr<Places::Place> Places::take(std::string_view address, std::function<void()> close) {
  std::string network = network_of(address), site = site_of(address, network);
  const std::lock_guard lock(mutex_);
  if (!has_room(address, network, site)) {
    ++refused_;
    return nullptr;
  }
  auto place = std::make_unique<Place>(*this, std::move(network), std::move(site), std::move(close));
  auto& own = of_network_[place->network_];
  by_size_.erase({own.size(), place->network_});
  place->in_network_ = own.insert(own.end(), place.get());
  by_size_.emplace(own.size(), place->network_);
  if (!place->site_.empty()) ++of_site_[place->site_];
  ++open_;
  return place;
}

}  // namespace ostia::authority
