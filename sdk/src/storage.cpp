#include "ostia/storage.hpp"
#include "fork_safe_mutex.hpp"

#include <map>
#include <mutex>
#include <set>

#include "directories.hpp"
#include "file_lock.hpp"

namespace ostia {

using namespace sdk;

Status Storage::reserve(const std::string& name, std::size_t size) {
  (void)name, (void)size;
  return ok();
}

Result<std::shared_ptr<void>> Storage::try_lock(const std::string& name) {
  const std::string directory = lock_directory();
  if (auto made = make_private_directory(directory); !made) return std::move(made).error();
  return try_file_lock(directory + "/" + file_name(name) + ".lock");
}

namespace {

class MemoryStorage final : public Storage {
 public:
  Result<std::optional<std::string>> load(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(name);
    return found == values_.end() ? std::optional<std::string>() : found->second;
  }
  Status save(const std::string& name, const std::string& value) override {
    const std::lock_guard lock(mutex_);
    values_[name] = value;
    return ok();
  }
  Status remove(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    values_.erase(name);
    return ok();
  }
  // Who sees this memory is in this process.
  Result<std::shared_ptr<void>> try_lock(const std::string& name) override {
    const std::lock_guard lock(locks_->mutex);
    if (!locks_->held.insert(name).second) return std::shared_ptr<void>();
    return std::shared_ptr<void>(locks_.get(), [name, locks = locks_](void*) {
      const std::lock_guard guard(locks->mutex);
      locks->held.erase(name);
    });
  }

 private:
  struct Locks {
    ForkSafeMutex mutex;
    std::set<std::string> held;
  };
  std::shared_ptr<Locks> locks_ = std::make_shared<Locks>();
  ForkSafeMutex mutex_;
  std::map<std::string, std::string> values_;
};

}  // namespace

std::shared_ptr<Storage> memory_storage() { return std::make_shared<MemoryStorage>(); }

std::shared_ptr<Storage> default_storage() {
  if (auto desktop = secret_service_storage()) return desktop;
  return file_storage();
}

}  // namespace ostia
