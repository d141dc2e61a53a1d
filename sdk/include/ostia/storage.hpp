// Where `Credentials` keeps what it keeps.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "ostia/result.hpp"

namespace ostia {

/// Keeps secrets by name. Safe for several threads at once; what `save` acknowledged, `load` gives, also after a crash.
class OSTIA_API Storage {
 public:
  virtual ~Storage() = default;
  virtual Result<std::optional<std::string>> load(const std::string& name) = 0;
  virtual Status save(const std::string& name, const std::string& value) = 0;
  virtual Status remove(const std::string& name) = 0;

  /// Makes sure that a value of up to `size` octets can be saved under `name`, and keeps the room for it until the next
  /// `save` or `remove` of that name; `size` 0 gives it back. `Credentials` asks before it spends a refresh token, and
  /// does not spend it after an error. A storage that does not override this promises nothing.
  virtual Status reserve(const std::string& name, std::size_t size);
  /// The lock of `name` for all who share this storage, threads and processes: held until the pointer goes, or the
  /// process; null when somebody else holds it. Does not wait. Unless it is overridden: a file in
  /// `~/.local/state/ostia`, with the home that the password database names, so that it is the same one for a desktop,
  /// cron, ssh and a service of one person, whatever their environment says. Errors: `storage_error`.
  virtual Result<std::shared_ptr<void>> try_lock(const std::string& name);
};

/// Options of `file_storage`.
struct FileStorageOptions {
  /// Empty: `$XDG_STATE_HOME/ostia`, else `~/.local/state/ostia`. Locks are in it, beside the files.
  std::string directory = {};
  std::string passphrase = {};  ///< from which the key is made (scrypt); empty: a random key in the kernel's keyring
};

/// Encrypted files (AES-256-GCM, mode 0600). Without a passphrase the key lives in the user's kernel keyring, which a
/// restart of the machine empties: then nobody is logged in. Written aside, synced and renamed; what a dead process
/// left aside is removed when the storage is opened, and at each `save` and `remove`. Errors: `storage_error` (reasons
/// `no_key`, `wrong_key`, `file_damaged`, `unsafe_directory`, `cannot_read`, `cannot_write`, `cannot_lock`,
/// `no_directory`).
OSTIA_API std::shared_ptr<Storage> file_storage(FileStorageOptions options = {});

/// The desktop's secret store through libsecret (GNOME Keyring, KWallet, KeePassXC), which is loaded when it is used.
/// Null where there is none. `reserve` has it take as much under a second name, and reads that back: what its own disk
/// does afterwards cannot be promised. Errors: `storage_error` (reason `secret_service`), also when it has gone since.
OSTIA_API std::shared_ptr<Storage> secret_service_storage();

/// Memory, for tests and for programs that must not keep anything.
OSTIA_API std::shared_ptr<Storage> memory_storage();

/// The desktop's secret store where there is one, else files.
OSTIA_API std::shared_ptr<Storage> default_storage();

}  // namespace ostia
