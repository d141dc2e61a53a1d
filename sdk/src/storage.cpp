#include "ostia/storage.hpp"

#include <map>
#include <mutex>

namespace ostia {
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

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> values_;
};

}  // namespace

std::shared_ptr<Storage> memory_storage() { return std::make_shared<MemoryStorage>(); }

std::shared_ptr<Storage> default_storage() {
  if (auto desktop = secret_service_storage()) return desktop;
  return file_storage();
}

}  // namespace ostia
