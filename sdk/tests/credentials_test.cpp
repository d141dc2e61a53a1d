// `Credentials` on storages that fail when it matters: a refresh token is spent once, and never lost.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <ostia/ostia.hpp>

#include "token_life.hpp"

namespace ostia {
namespace {

using json::Value;

// An authority with rotation and no leeway: it takes the newest token, and that once.
class Rotating final : public BlockingHttpTransport {
 public:
  HttpResponse send(const HttpRequest& request) override {
    if (!request.url.ends_with("/oauth/token")) return answer(200, "{}");
    const std::string_view field = "refresh_token=refresh";  // that of the form; grant_type's has another value
    const auto at = request.body.find(field);
    const std::string given =
        at == std::string::npos ? "" : request.body.substr(at + 14, request.body.find('&', at) - at - 14);
    ++asked;
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    if (!has_answers) return lost();
    if (given != newest()) return answer(403, R"({"error":"invalid_grant","error_description":"no more"})");
    ++rotations;
    const std::string n = std::to_string(rotations);
    return answer(200, R"({"access_token":"access)" + n +
                           R"(","token_type":"Bearer","expires_in":3600,"refresh_token":")" + newest() + "\"}");
  }
  [[nodiscard]] std::string newest() const { return "refresh" + std::to_string(rotations); }

  std::function<void()> meanwhile;
  bool has_answers = true;
  int asked = 0, rotations = 0;

 private:
  static HttpResponse lost() {
    HttpResponse out;
    out.failure = "cut";
    return out;
  }
  static HttpResponse answer(int status, std::string body) {
    HttpResponse out;
    out.status = status;
    out.content_type = "application/json";
    out.body = std::move(body);
    return out;
  }
};

// Takes nothing when it is told so.
class Failing final : public Storage {
 public:
  Result<std::optional<std::string>> load(const std::string& name) override { return memory_->load(name); }
  Status save(const std::string& name, const std::string& value) override {
    return takes ? memory_->save(name, value) : Status(failure());
  }
  Status remove(const std::string& name) override { return memory_->remove(name); }
  Status reserve(const std::string& name, std::size_t size) override {
    (void)name;
    reserved = size;
    return has_room ? ok() : Status(failure());
  }
  Result<std::shared_ptr<void>> try_lock(const std::string& name) override { return memory_->try_lock(name); }

  bool takes = true, has_room = true;
  std::size_t reserved = 0;

 private:
  static Error failure() { return Error{"storage_error", "it is full", "cannot_write", 0, Fault::ours}; }
  std::shared_ptr<Storage> memory_ = memory_storage();
};

class SpentOnce : public testing::Test {
 protected:
  SpentOnce() { EXPECT_TRUE(one.store({.access_token = "access0", .expires_in = 3600, .refresh_token = "refresh0"})); }
  [[nodiscard]] WebAuth make() {
    WebAuthOptions o{.domain = "http://localhost", .client_id = "app"};
    o.environment.transport = authority;
    o.environment.log = [this](const LogRecord& r) { events.push_back(r.event); };
    return WebAuth(o);
  }
  [[nodiscard]] auto told() const { return std::count(events.begin(), events.end(), "tokens_not_kept"); }

  std::shared_ptr<Rotating> authority = std::make_shared<Rotating>();
  std::shared_ptr<Failing> storage = std::make_shared<Failing>();
  std::vector<std::string> events;
  WebAuth auth = make();
  Credentials one{auth, {.storage = storage}};
};

TEST_F(SpentOnce, NotBeforeTheStorageHasRoomForTheNext) {
  storage->has_room = false;
  EXPECT_EQ(one.refresh().error().reason, "cannot_write");
  EXPECT_EQ(authority->asked, 0);
  EXPECT_EQ(one.get()->access_token, "access0");
  storage->has_room = true;
  EXPECT_EQ(one.refresh()->access_token, "access1");
  EXPECT_EQ(Credentials(auth, {.storage = storage}).get()->access_token, "access1");
}

TEST_F(SpentOnce, RoomThatWasNotNeededIsGivenBack) {
  authority->has_answers = false;
  EXPECT_EQ(one.refresh().error().reason, "network_failed");
  EXPECT_EQ(storage->reserved, 0U);
  authority->has_answers = true;
  EXPECT_TRUE(one.refresh());
}

TEST_F(SpentOnce, WhatCannotBeSavedAfterAllIsGivenOutToldAndSavedLater) {
  storage->takes = false;
  const auto got = one.refresh();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->refresh_token, "refresh1");
  EXPECT_EQ(one.kept().error().reason, "cannot_write");
  EXPECT_GE(told(), 1);
  const Credentials copy = one;
  EXPECT_EQ(copy.kept().error().reason, "cannot_write");
  EXPECT_EQ(one.get()->access_token, "access1");
  EXPECT_EQ(one.refresh()->access_token, "access2");
  storage->takes = true;
  EXPECT_EQ(one.get()->access_token, "access2");
  EXPECT_TRUE(one.kept());
  EXPECT_EQ(Credentials(auth, {.storage = storage}).refresh()->access_token, "access3");
}

TEST_F(SpentOnce, WhatOneHasAloneNobodyElseRenews) {
  storage->takes = false;
  ASSERT_TRUE(one.refresh());
  Credentials other(auth, {.storage = storage});
  EXPECT_EQ(other.get()->access_token, "access0");
  EXPECT_EQ(other.refresh().error().reason, "newer_elsewhere");
  EXPECT_EQ(authority->asked, 1);
  storage->takes = true;
  ASSERT_TRUE(one.get());
  EXPECT_EQ(other.refresh()->access_token, "access2");
}

TEST_F(SpentOnce, WhatIsHeldIsSavedAtTheLatestWhenTheLastCopyGoes) {
  {
    Credentials brief(auth, {.storage = storage});
    storage->takes = false;
    ASSERT_TRUE(brief.refresh());
    storage->takes = true;
  }
  EXPECT_EQ(one.refresh()->access_token, "access2");
}

TEST_F(SpentOnce, ALoginOrLogoutOfAnotherCountsForMoreThanWhatIsHeld) {
  storage->takes = false;
  ASSERT_TRUE(one.refresh());
  storage->takes = true;
  Credentials other(auth, {.storage = storage});
  ASSERT_TRUE(other.store({.access_token = "theirs", .expires_in = 3600, .refresh_token = "another"}));
  EXPECT_EQ(one.get()->access_token, "theirs");
  EXPECT_TRUE(one.kept());

  ASSERT_TRUE(other.store({.access_token = "access1", .expires_in = 3600, .refresh_token = authority->newest()}));
  storage->takes = false;
  ASSERT_TRUE(one.refresh());
  ASSERT_TRUE(other.clear());
  EXPECT_EQ(one.get().error().reason, "nothing_kept");
}

TEST_F(SpentOnce, ClearForgetsWhatIsHeld) {
  storage->takes = false;
  ASSERT_TRUE(one.refresh());
  ASSERT_TRUE(one.clear());
  EXPECT_EQ(one.get().error().reason, "nothing_kept");
  EXPECT_TRUE(one.kept());
}

TEST_F(SpentOnce, ACompletionMayRenewAgain) {
  Loop loop;
  std::vector<std::string> got;
  one.async_refresh().start(loop, [&](const Result<AuthResult>& first) {
    got.push_back(first->access_token);
    one.async_refresh().start(loop, [&](const Result<AuthResult>& second) { got.push_back(second->access_token); });
  });
  loop.run();
  EXPECT_EQ(got, (std::vector<std::string>{"access1", "access2"}));
}

TEST_F(SpentOnce, AChildOfForkDoesNotSpendWhatItsParentHolds) {
  storage->takes = false;
  ASSERT_TRUE(one.refresh());
  const pid_t child = fork();
  if (child == 0) _exit(one.refresh().error().reason == "newer_elsewhere" ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(one.refresh()->access_token, "access2");
}

// Two who wait at different locks, as two versions of a program do, or two options.
class TwoLocks : public SpentOnce {
 protected:
  TwoLocks() {
    std::string name = (std::filesystem::temp_directory_path() / "ostia-locks-").string() + std::string(6, 'X');
    directory = mkdtemp(name.data());
  }
  ~TwoLocks() override { std::filesystem::remove_all(directory); }
  Credentials elsewhere() { return Credentials(auth, {.storage = storage, .lock_directory = directory}); }
  std::string directory;
};

TEST_F(TwoLocks, WhoLosesTheRaceTakesWhatTheOtherSaved) {
  auto other = elsewhere();
  authority->meanwhile = [&] { EXPECT_EQ(other.refresh()->access_token, "access1"); };
  EXPECT_EQ(one.refresh()->access_token, "access1");
  EXPECT_EQ(other.get()->access_token, "access1");
  EXPECT_EQ(one.refresh()->access_token, "access2");
}

TEST_F(TwoLocks, TheEndOfAnOldLoginDoesNotEndANewOne) {
  auto other = elsewhere();
  authority->rotations = 5;  // what is kept has ended
  authority->meanwhile = [&] {
    ASSERT_TRUE(other.store({.access_token = "new", .expires_in = 10, .refresh_token = authority->newest()}));
  };
  EXPECT_EQ(one.get({.force_refresh = true})->access_token, "access6");  // "new" is not good for long enough
  authority->rotations = 9;
  EXPECT_EQ(one.refresh().error().reason, "refresh_token_ended");
  EXPECT_EQ(one.get().error().code, "login_required");
}

// How long tokens live, whatever the clocks do.
struct Case {
  const char* name;
  sdk::Moment now;
  std::int64_t left;
};
std::int64_t left_of(const sdk::Moment& now) {
  Value kept = Value::object();
  sdk::note_life(kept, 3600, {.wall_ms = 1'000'000'000, .steady_ms = 50'000, .run = "a"});
  return sdk::life_left(kept, now);
}
sdk::Moment at(std::int64_t wall_s, std::int64_t steady_s, const char* run = "a", bool is_one_clock = true) {
  return {.wall_ms = 1'000'000'000 + wall_s * 1000,
          .steady_ms = 50'000 + steady_s * 1000,
          .run = run,
          .is_one_clock = is_one_clock};
}

TEST(TokenLife, AClockThatJumpsMakesATokenNeitherOlderNorYounger) {
  const Case cases[] = {
      {"at once", at(0, 0), 3600},
      {"a second before its end", at(3599, 3599), 1},
      {"at its end", at(3600, 3600), 0},
      {"two hours ahead", at(7200 + 60, 60), 3540},
      {"two hours back", at(-7200 + 60, 60), 3540},
      {"two years back, at its end", at(-63'000'000, 3600), 0},
      {"another run: as the wall says", at(600, -20, "b"), 3000},
      {"another run: at its end", at(3600, 0, "b"), 0},
      {"another run: given in the future", at(-1, 0, "b"), 0},
      {"another run: two years back", at(-63'000'000, 0, "b"), 0},
      {"the same run, yet earlier: as the wall says", at(600, -1), 3000},
      {"a clock of the program's own, ahead", at(4000, 0, "a", false), 0},
      {"a clock of the program's own, back", at(-4000, 0, "a", false), 0},
      {"a clock of the program's own, standing still", at(0, 3000, "a", false), 600},
      {"a clock of the program's own, in step", at(100, 0, "a", false), 3500},
  };
  for (const auto& one : cases) EXPECT_EQ(left_of(one.now), one.left) << one.name;
}

TEST(TokenLife, OfEarlierVersionsAndWithoutEnd) {
  const Value old = Value::object({{"expires_at", 1'000'600}});
  EXPECT_EQ(sdk::life_left(old, at(0, 0)), 600);
  EXPECT_EQ(sdk::life_left(old, at(601, 0)), 0);
  for (const std::int64_t life : {std::int64_t{0}, std::int64_t{-5}, INT64_MIN}) {
    Value kept = Value::object();
    sdk::note_life(kept, life, at(0, 0));
    EXPECT_EQ(sdk::life_left(kept, at(0, 0)), 0);
  }
  Value kept = Value::object();
  sdk::note_life(kept, INT64_MAX, at(0, 0));
  EXPECT_GT(sdk::life_left(kept, at(0, 0)), 1'000'000'000);
}

}  // namespace
}  // namespace ostia
