// Encrypted files: what is kept, and what somebody else does to it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
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
  fs::permissions(directory, fs::perms::all);
  EXPECT_EQ(open()->save("a", "secret").error().reason, "unsafe_directory");
}

}  // namespace
}  // namespace ostia
