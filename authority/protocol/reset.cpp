#include "protocol/reset.hpp"

namespace ostia::authority::protocol {

bool may_reset(const PresentedReset& r, std::int64_t now) {
  return r.is_ours && r.until >= now && r.account_is_there && r.credential_fits;
}

}  // namespace ostia::authority::protocol
