// Where `Credentials` keeps what it keeps.
#pragma once

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
};

/// Options of `file_storage`.
struct FileStorageOptions {
  std::string directory = {};   ///< empty: `$XDG_STATE_HOME/ostia`, else `~/.local/state/ostia`
  std::string passphrase = {};  ///< from which the key is made (scrypt); empty: a random key in the kernel's keyring
};

/// Encrypted files (AES-256-GCM, mode 0600). Without a passphrase the key lives in the user's kernel keyring, which a
/// restart of the machine empties: then nobody is logged in. Errors: `storage_error` (reasons `no_key`, `wrong_key`,
/// `file_damaged`, `unsafe_directory`, …).
OSTIA_API std::shared_ptr<Storage> file_storage(FileStorageOptions options = {});

/// The desktop's secret store through libsecret (GNOME Keyring, KWallet, KeePassXC), which is loaded when it is used.
/// Null where there is none.
OSTIA_API std::shared_ptr<Storage> secret_service_storage();

/// Memory, for tests and for programs that must not keep anything.
OSTIA_API std::shared_ptr<Storage> memory_storage();

/// The desktop's secret store where there is one, else files.
OSTIA_API std::shared_ptr<Storage> default_storage();

}  // namespace ostia
