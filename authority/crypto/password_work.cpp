#include "crypto/password_work.hpp"

#include "crypto/crypto.hpp"

namespace ostia::authority {

PasswordWork work_for(std::string kept) {
  static const std::string nobodys = hash_password(random_id());
  const bool is_ours = !kept.empty() && !is_outdated_hash(kept);
  return {std::move(kept), is_ours ? "" : nobodys};
}

bool passes(const PasswordWork& work, const std::string& password) {
  const bool good = !work.kept.empty() && check_password(password, work.kept);
  if (!work.beside.empty()) (void)check_password(password, work.beside);
  return good;
}

}  // namespace ostia::authority
