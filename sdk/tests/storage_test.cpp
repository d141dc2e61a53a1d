// Encrypted files: what is kept, and what somebody else does to it.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <ostia/storage.hpp>

namespace ostia {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  Files() {
    std::string name = (fs::temp_directory_path() / "ostia-storage-").string() + std::string(6, 'X');
    directory = mkdtemp(name.data());
  }
  ~Files() override { fs::remove_all(directory); }
  [[nodiscard]] std::shared_ptr<Storage> open(const std::string& passphrase = "correct horse") const {
    return file_storage({.directory = directory, .passphrase = passphrase});
  }
  [[nodiscard]] auto files() const {
    return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
  }
  [[nodiscard]] fs::path only_file() const { return fs::directory_iterator(directory)->path(); }
  static void change(const fs::path& file, std::streamoff at) {
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekg(at);
    const char c = static_cast<char>(f.get() ^ 1);
    f.seekp(at);
    f.put(c);
  }
  std::string directory;
};

TEST_F(Files, KeepReplaceRemove) {
  const auto storage = open();
  EXPECT_FALSE(storage->load("a")->has_value());
  ASSERT_TRUE(storage->save("a", "one"));
  ASSERT_TRUE(storage->save("a", "two"));
  EXPECT_EQ(**open()->load("a"), "two");
  EXPECT_FALSE(storage->load("b")->has_value());
  ASSERT_TRUE(storage->remove("a"));
  ASSERT_TRUE(storage->remove("a"));
  EXPECT_FALSE(storage->load("a")->has_value());
}

TEST_F(Files, NobodyElseReadsThem) {
  ASSERT_TRUE(open()->save("name", "the secret"));
  struct stat is{};
  ASSERT_EQ(stat(only_file().c_str(), &is), 0);
  EXPECT_EQ(is.st_mode & 0777, 0600U);
  std::ifstream in(only_file());
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(bytes.find("secret"), std::string::npos);
  EXPECT_EQ(only_file().string().find("name"), std::string::npos);
}

TEST_F(Files, AWrongPassphraseAndAChangedFileAreRefused) {
  ASSERT_TRUE(open()->save("a", "secret"));
  EXPECT_EQ(open("wrong horse")->load("a").error().reason, "wrong_key");
  const auto size = static_cast<std::streamoff>(fs::file_size(only_file()));
  for (const std::streamoff at : {std::streamoff{0}, std::streamoff{3}, std::streamoff{20}, size - 20, size - 1}) {
    change(only_file(), at);
    const auto loaded = open()->load("a");
    ASSERT_FALSE(loaded) << at;
    EXPECT_EQ(loaded.error().code, "storage_error");
    change(only_file(), at);
  }
  fs::resize_file(only_file(), 10);
  EXPECT_EQ(open()->load("a").error().reason, "file_damaged");
}

TEST_F(Files, FilesCannotBeSwapped) {
  const auto storage = open();
  ASSERT_TRUE(storage->save("a", "of a"));
  const auto a = only_file();
  const auto kept = directory + "/kept";
  fs::rename(a, kept);
  ASSERT_TRUE(storage->save("b", "of b"));
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path() != kept) fs::copy_file(kept, entry.path(), fs::copy_options::overwrite_existing);
  EXPECT_EQ(storage->load("b").error().reason, "wrong_key");
}

TEST_F(Files, ADirectoryThatOthersWriteInIsRefused) {
  ASSERT_TRUE(open()->save("a", "secret"));
  for (const auto mode : {fs::perms::all, fs::perms::owner_all | fs::perms::group_write}) {
    fs::permissions(directory, mode);
    EXPECT_EQ(open()->save("a", "secret").error().reason, "unsafe_directory");
    EXPECT_EQ(open()->load("a").error().reason, "unsafe_directory");
    EXPECT_EQ(open()->reserve("a", 10).error().reason, "unsafe_directory");
    EXPECT_EQ(open()->try_lock("a").error().reason, "unsafe_directory");
  }
  fs::permissions(directory, fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read);
  EXPECT_TRUE(open()->load("a"));
}

TEST_F(Files, WhatIsNoFileIsNamedAndNotWaitedFor) {
  ASSERT_TRUE(open()->save("a", "secret"));
  const auto file = only_file();
  fs::remove(file);
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(open()->load("a").error().reason, "file_damaged");
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_EQ(open()->load("a").error().reason, "file_damaged");
  fs::remove(file);
  if (mknod(file.c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) {  // root may: /dev/zero
    EXPECT_EQ(open()->load("a").error().reason, "file_damaged");
  }
  fs::remove(file);
  fs::create_symlink("/dev/zero", file);
  EXPECT_EQ(open()->load("a").error().code, "storage_error");
}

// Runs `work` in a process that ends there, as by SIGKILL.
void in_a_process_that_dies(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

TEST_F(Files, WhatADeadProcessLeftIsRemovedWhenOpenedSavedAndRemoved) {
  const std::function<void(const std::shared_ptr<Storage>&)> ways[] = {
      [](const auto&) {},  // it was opened
      [](const auto& s) { ASSERT_TRUE(s->save("a", "secret")); },
      [](const auto& s) {
        ASSERT_TRUE(s->reserve("a", 100));
        ASSERT_TRUE(s->reserve("a", 0));
      },
      [](const auto& s) { ASSERT_TRUE(s->remove("a")); },
  };
  for (const auto& way : ways) {
    ASSERT_TRUE(open()->save("a", "secret"));
    const auto early = open();
    in_a_process_that_dies([&] { (void)early->reserve("a", 4000); });
    EXPECT_EQ(files(), 2);
    way(&way == &ways[0] ? open() : early);
    EXPECT_LE(files(), 1);
  }
}

TEST_F(Files, WhatALivingOneHasAsideStaysUntilItIsRemoved) {
  const auto storage = open();
  ASSERT_TRUE(storage->save("a", "one"));
  ASSERT_TRUE(storage->reserve("a", 4000));
  in_a_process_that_dies([&] { auto copy = storage; });
  ASSERT_TRUE(open()->save("b", "other"));
  EXPECT_EQ(files(), 3);
  ASSERT_TRUE(storage->save("a", "two"));
  EXPECT_EQ(files(), 2);
  EXPECT_EQ(**open()->load("a"), "two");
  ASSERT_TRUE(storage->reserve("a", 4000));
  ASSERT_TRUE(open()->remove("a"));
  EXPECT_EQ(files(), 1);
}

TEST_F(Files, RoomThatThereIsNotIsNamedBeforeItIsNeeded) {
  in_a_process_that_dies([&] {
    const rlimit small{8192, 8192};
    setrlimit(RLIMIT_FSIZE, &small);
    std::ofstream out(directory + "/said");
    const auto storage = open();
    out << storage->reserve("a", 4000).has_value() << storage->reserve("a", 9000).error().reason;
  });
  std::ifstream in(directory + "/said");
  std::string said;
  in >> said;
  EXPECT_EQ(said, "1cannot_write");
}

TEST_F(Files, OneLockForAllWhoShareTheFolder) {
  auto held = open()->try_lock("a");
  ASSERT_TRUE(held && *held);
  EXPECT_EQ(*open()->try_lock("a"), nullptr);
  EXPECT_NE(*open()->try_lock("b"), nullptr);
  const std::string link = directory + "-link";
  fs::create_directory_symlink(directory, link);
  EXPECT_EQ(*file_storage({.directory = link, .passphrase = "x"})->try_lock("a"), nullptr);
  fs::remove(link);
  in_a_process_that_dies([&] { held->reset(); });  // a child's copy is not the lock
  EXPECT_EQ(*open()->try_lock("a"), nullptr);
  held->reset();
  EXPECT_NE(*open()->try_lock("a"), nullptr);
}

TEST(Memory, OneLockForAllWhoShareIt) {
  const auto storage = memory_storage();
  auto held = storage->try_lock("a");
  EXPECT_EQ(*storage->try_lock("a"), nullptr);
  EXPECT_NE(*memory_storage()->try_lock("a"), nullptr);
  held->reset();
  EXPECT_NE(*storage->try_lock("a"), nullptr);
}

}  // namespace
}  // namespace ostia
