// A request as the logs and metrics know it. Queries and bodies have secrets, and are in neither.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "state/authority.hpp"

namespace ostia::authority {

/// What the request is called: the name that its proxy gave it (`keep_what_a_hop_may_say` leaves no other one's), or
/// one of ours.
std::string id_of(const Request& request);

class Trace {
 public:
  /// Begins now. `endpoint` is the template of its address.
  Trace(const Authority& a, const Request& request, std::string endpoint);
  /// Tells whoever wants to know.
  void end(int status) const;

 private:
  struct Kept {
    std::string id, method, path, peer, trace_parent, endpoint;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  };
  const Authority& a_;
  std::optional<Kept> kept_;  // nothing where nobody wants to know
};

}  // namespace ostia::authority
