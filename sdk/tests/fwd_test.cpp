// The names alone, as a header of a program has them; then all of them, which must agree.
#include <ostia/fwd.hpp>

namespace app {
class Account {
 public:
  ostia::Result<ostia::UserProfile> profile() const;
  ostia::Task<ostia::AuthResult> renew(const ostia::CallOptions& call);

 private:
  ostia::WebAuth* auth_ = nullptr;
};
}  // namespace app

#include <gtest/gtest.h>

#include <ostia/ostia.hpp>

namespace app {
ostia::Result<ostia::UserProfile> Account::profile() const {
  if (auth_) return auth_->client().user_info("t");
  return ostia::caller_error("login_required", "nobody");
}

TEST(Forward, TheNamesAgreeWithTheTypes) { EXPECT_EQ(Account().profile().error().code, "login_required"); }
}  // namespace app
