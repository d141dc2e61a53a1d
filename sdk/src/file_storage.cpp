// Encrypted files. A file is `version salt nonce ciphertext tag`; its name is authenticated with it, so that files
// cannot be swapped. Written aside, synced and renamed, so that a crash leaves the old one or the new one.
#include <fcntl.h>
#include <linux/keyctl.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "aside.hpp"
#include "directories.hpp"
#include "file_lock.hpp"
#include "fork_safe_mutex.hpp"
#include "openssl.hpp"
#include "ostia/environment.hpp"
#include "ostia/storage.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia {
namespace {

using namespace sdk;

constexpr std::size_t salt_size = 16, nonce_size = 12, tag_size = 16, key_size = 32;
constexpr std::size_t head_size = 1 + salt_size + nonce_size;
constexpr std::size_t file_limit = std::size_t{1} << 20;
constexpr char version = 1;

unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

Error failed(const std::string& text, const char* reason) {
  return Error{"storage_error", text, reason, 0, Fault::ours};
}

std::string random_text(std::size_t size) {
  std::string out(size, '\0');
  if (RAND_bytes(bytes(out), static_cast<int>(size)) != 1) out.clear();
  return out;
}

// OWASP's parameters for scrypt: 128 MB, about a third of a second.
std::string derive(const std::string& passphrase, const std::string& salt) {
  const Handle<EVP_KDF, EVP_KDF_free> kdf(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  const Handle<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(kdf.get()));
  std::uint64_t n = 1 << 17, memory = std::uint64_t{256} << 20;
  std::uint32_t r = 8, p = 1;
  const std::array parameters = {
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, const_cast<char*>(passphrase.data()),
                                        passphrase.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, const_cast<char*>(salt.data()), salt.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
      OSSL_PARAM_construct_end()};
  std::string key(key_size, '\0');
  if (EVP_KDF_derive(context.get(), bytes(key), key.size(), parameters.data()) != 1) key.clear();
  return key;
}

// The key of that name in the user's keyring; empty without one.
std::string find_keyring_key(const std::string& name) {
  const long found = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name.c_str(), 0);
  std::string key(key_size, '\0');
  const long size = found < 0 ? -1 : syscall(SYS_keyctl, KEYCTL_READ, found, key.data(), key.size());
  return size == static_cast<long>(key_size) ? key : "";
}

// The same, made at the first use. It survives logout, not a restart. Adding a key replaces one of the same name, and
// with it whatever that had encrypted, so only one process at a time, which has looked again, may.
std::string make_keyring_key(const std::string& name, const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || flock(fd, LOCK_EX) != 0) {
    if (fd >= 0) close(fd);
    return {};
  }
  std::string key = find_keyring_key(name);
  if (key.empty()) {
    key = random_text(key_size);
    if (syscall(SYS_add_key, "user", name.c_str(), key.data(), key.size(), KEY_SPEC_USER_KEYRING) < 0) key.clear();
  }
  close(fd);
  return key;
}

bool crypt(bool encrypts, const std::string& key, std::string_view nonce, std::string_view name, std::string_view in,
           std::string& out, std::string& tag) {
  const Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context(EVP_CIPHER_CTX_new());
  out.assign(in.size(), '\0');
  int size = 0, rest = 0;
  EVP_CIPHER_CTX* c = context.get();
  if (EVP_CipherInit_ex2(c, EVP_aes_256_gcm(), bytes(key), bytes(nonce), encrypts ? 1 : 0, nullptr) != 1) return false;
  if (!encrypts && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size), tag.data()) != 1)
    return false;
  if (EVP_CipherUpdate(c, nullptr, &size, bytes(name), static_cast<int>(name.size())) != 1 ||
      EVP_CipherUpdate(c, bytes(out), &size, bytes(in), static_cast<int>(in.size())) != 1 ||
      EVP_CipherFinal_ex(c, bytes(out) + size, &rest) != 1)
    return false;
  tag.resize(tag_size);
  return !encrypts || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size), tag.data()) == 1;
}

// What is no file is not waited for: a pipe in its place would have nothing to say for ever.
Result<std::optional<std::string>> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && errno == ENOENT) return std::optional<std::string>();
  if (fd < 0) return failed("cannot read " + path + ": " + std::strerror(errno), "cannot_read");
  struct stat is{};
  std::string out(file_limit + 1, '\0');
  std::size_t size = 0;
  const bool is_file = fstat(fd, &is) == 0 && S_ISREG(is.st_mode);
  ssize_t got = is_file ? 1 : 0;
  for (; got > 0 && size < out.size(); size += static_cast<std::size_t>(std::max<ssize_t>(got, 0)))
    got = ::read(fd, out.data() + size, out.size() - size);
  const int why = errno;
  close(fd);
  if (!is_file) return failed(path + " is not a file: something else has its name", "file_damaged");
  if (got < 0) return failed("cannot read " + path + ": " + std::strerror(why), "cannot_read");
  if (size > file_limit) return failed(path + " is larger than 1 MB", "file_damaged");
  out.resize(size);
  return std::optional(std::move(out));
}

class FileStorage final : public Storage {
 public:
  explicit FileStorage(FileStorageOptions options)
      : directory_(options.directory.empty() ? state_directory() : options.directory),
        passphrase_(std::move(options.passphrase)) {
    tidy({});
  }

  Result<std::optional<std::string>> load(const std::string& name) override {
    if (auto safe = check_private_directory(directory_); !safe) return std::move(safe).error();
    auto content = read_file(path(name));
    if (!content) return content;
    if (!*content) return content;
    const std::string& file = **content;
    if (file.size() < head_size + tag_size || file[0] != version)
      return failed(path(name) + " is not a file of this program", "file_damaged");
    auto key = key_for(file.substr(1, salt_size), false);
    if (!key) return std::move(key).error();
    std::string plain, tag = file.substr(file.size() - tag_size);
    const std::string_view cipher = std::string_view(file).substr(head_size, file.size() - head_size - tag_size);
    if (!crypt(false, *key, std::string_view(file).substr(1 + salt_size, nonce_size), name, cipher, plain, tag))
      return failed(path(name) + " does not open with this " + (passphrase_.empty() ? "machine's key" : "passphrase") +
                        ", or is damaged",
                    "wrong_key");
    return std::optional(std::move(plain));
  }

  Status save(const std::string& name, const std::string& value) override {
    if (auto made = make_private_directory(directory_); !made) return made;
    const std::string salt = random_salt(), nonce = random_text(nonce_size);
    auto key = key_for(salt, true);
    if (!key) return std::move(key).error();
    std::string cipher, tag;
    if (nonce.empty() || !crypt(true, *key, nonce, name, value, cipher, tag)) return failed("cannot encrypt", "no_key");
    auto aside = take_reserved(name);
    if (!aside) {
      tidy(name);
      auto made = Aside::make(path(name));
      if (!made) return std::move(made).error();
      aside = *std::move(made);
    }
    return aside->replace(std::string(1, version) + salt + nonce + cipher + tag);
  }

  Status remove(const std::string& name) override {
    take_reserved(name);
    remove_asides(directory_, file_name(name), true);
    if (unlink(path(name).c_str()) == 0 || errno == ENOENT) return ok();
    return failed("cannot remove " + path(name) + ": " + std::strerror(errno), "cannot_write");
  }

  // All that a save needs but the rename, which needs no room: the folder, a key, and a file of that size.
  Status reserve(const std::string& name, std::size_t size) override {
    take_reserved(name);
    if (size == 0) return ok();
    if (auto made = make_private_directory(directory_); !made) return made;
    if (auto key = key_for(random_salt(), true); !key) return std::move(key).error();
    tidy(name);
    auto aside = Aside::make(path(name));
    if (!aside) return std::move(aside).error();
    if (auto filled = (*aside)->fill(head_size + size + tag_size); !filled) return filled;
    const std::lock_guard lock(mutex_);
    reserved_[name] = *std::move(aside);
    return ok();
  }

  Result<std::shared_ptr<void>> try_lock(const std::string& name) override {
    if (auto made = make_private_directory(directory_); !made) return std::move(made).error();
    return try_file_lock(directory_ + "/" + file_name(name) + ".lock");
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_ + "/" + file_name(name) + ".secret";
  }

  // Removes what dead processes left beside the file of `name`; of none: beside any.
  void tidy(const std::string& name) const {
    if (!directory_.empty() && check_private_directory(directory_))
      remove_asides(directory_, name.empty() ? "" : file_name(name), false);
  }

  std::shared_ptr<Aside> take_reserved(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto node = reserved_.extract(name);
    return node ? node.mapped() : nullptr;
  }

  // One salt as long as this object lives: the key is made once, which takes long on purpose.
  std::string random_salt() {
    const std::lock_guard lock(mutex_);
    if (salt_.empty()) salt_ = random_text(salt_size);
    return salt_;
  }

  Result<std::string> key_for(const std::string& salt, bool may_make) {
    const std::lock_guard lock(mutex_);
    if (passphrase_.empty()) return keyring_key(may_make);
    if (key_.empty() || salt != salt_) {
      key_ = derive(passphrase_, salt);
      salt_ = salt;
    }
    if (key_.empty()) return failed("cannot make a key of the passphrase", "no_key");
    return key_;
  }

  Result<std::string> keyring_key(bool may_make) {
    const std::string name = "ostia:" + text::base64url_encode(openssl_crypto()->digest(256, directory_));
    if (key_.empty()) key_ = may_make ? make_keyring_key(name, directory_) : find_keyring_key(name);
    if (!key_.empty()) return key_;
    return may_make ? failed("There is no kernel keyring here: a passphrase is required", "no_key")
                    : failed("The key of " + directory_ +
                                 " is gone: the machine was restarted, or it was encrypted "
                                 "with a passphrase",
                             "wrong_key");
  }

  std::string directory_, passphrase_;
  ForkSafeMutex mutex_;
  std::string salt_, key_;
  std::map<std::string, std::shared_ptr<Aside>> reserved_;
};

}  // namespace

std::shared_ptr<Storage> file_storage(FileStorageOptions options) {
  return std::make_shared<FileStorage>(std::move(options));
}

}  // namespace ostia
