// What one check of a password computes, so that its time does not tell what kind of hash an account has, or that there
// is none.
#pragma once

#include <string>

namespace ostia::authority {

struct PasswordWork {
  std::string kept;    ///< the account's own hash, which decides; empty where nobody can be right
  std::string beside;  ///< one of ours that nobody knows the password of, computed as well; empty where `kept` is one
};

/// Never less than one hash of ours: an imported one that is fast to compute does not stand out. One that is slower
/// than ours, such as a bcrypt of a high cost, stays slower until its owner's next login replaces it.
PasswordWork work_for(std::string kept);
/// Whether the password is the one that was kept, after all of the work.
bool passes(const PasswordWork& work, const std::string& password);

}  // namespace ostia::authority
