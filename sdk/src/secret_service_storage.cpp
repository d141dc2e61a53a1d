// The desktop's secret store. libsecret is opened at run time: programs do not depend on it, and on GLib, where there
// is no desktop.
#include "fork_safe_mutex.hpp"
#include "ostia/storage.hpp"

#ifdef OSTIA_LIBSECRET
#include <dlfcn.h>
#include <libsecret/secret.h>

#include <cstdlib>
#include <mutex>
#include <set>

namespace ostia {
namespace {

struct Library {
  void* handle = nullptr;
  decltype(&secret_password_storev_sync) store = nullptr;
  decltype(&secret_password_lookupv_sync) lookup = nullptr;
  decltype(&secret_password_clearv_sync) clear = nullptr;
  decltype(&secret_password_free) free_password = nullptr;
  decltype(&secret_service_get_sync) get_service = nullptr;
  decltype(&secret_service_disconnect) disconnect = nullptr;
  decltype(&g_hash_table_new) new_table = nullptr;
  decltype(&g_hash_table_insert) insert = nullptr;
  decltype(&g_hash_table_unref) unref_table = nullptr;
  decltype(&g_str_hash) hash = nullptr;
  decltype(&g_str_equal) equal = nullptr;
  decltype(&g_error_free) free_error = nullptr;
  decltype(&g_object_unref) unref = nullptr;

  template <class F>
  bool find(F& function, const char* name) {
    function = reinterpret_cast<F>(dlsym(handle, name));
    return function != nullptr;
  }
  bool open() {
    handle = dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL);
    return handle && find(store, "secret_password_storev_sync") && find(lookup, "secret_password_lookupv_sync") &&
           find(clear, "secret_password_clearv_sync") && find(free_password, "secret_password_free") &&
           find(get_service, "secret_service_get_sync") && find(disconnect, "secret_service_disconnect") &&
           find(new_table, "g_hash_table_new") && find(insert, "g_hash_table_insert") &&
           find(unref_table, "g_hash_table_unref") && find(hash, "g_str_hash") && find(equal, "g_str_equal") &&
           find(free_error, "g_error_free") && find(unref, "g_object_unref");
  }
};

const Library* library() {
  static Library loaded;
  static const bool is_there = loaded.open();
  return is_there ? &loaded : nullptr;
}

SecretSchema make_schema() {
  SecretSchema schema{};
  schema.name = "io.github.ostia.Credentials";
  schema.flags = SECRET_SCHEMA_NONE;
  schema.attributes[0] = {"name", SECRET_SCHEMA_ATTRIBUTE_STRING};
  return schema;
}
const SecretSchema schema = make_schema();

class SecretServiceStorage final : public Storage {
 public:
  explicit SecretServiceStorage(const Library& lib) : lib_(lib) {}

  Result<std::optional<std::string>> load(const std::string& name) override {
    GError* error = nullptr;
    GHashTable* attributes = attributes_of(name);
    gchar* found = lib_.lookup(&schema, attributes, nullptr, &error);
    lib_.unref_table(attributes);
    if (error) return failed(error);
    std::optional<std::string> out;
    if (found) out = found;
    lib_.free_password(found);
    return out;
  }

  Status save(const std::string& name, const std::string& value) override {
    auto saved = store(name, value);
    if (saved) release(name);
    return saved;
  }

  Status remove(const std::string& name) override {
    release(name);
    return clear(name);
  }

  // It knows no room that is kept, so it shows that it takes as much: it is there, not locked, and could write.
  Status reserve(const std::string& name, std::size_t size) override {
    if (size == 0) return release(name), ok();
    const std::string filler(size, '-');
    if (auto stored = store(name + beside, filler); !stored) return stored;
    {
      const std::lock_guard lock(mutex_);
      reserved_.insert(name);
    }
    const auto taken = load(name + beside);
    if (!taken) return taken.error();
    if (*taken == filler) return ok();
    return Error{"storage_error", "The desktop's secret store did not keep what it was given", "secret_service", 0,
                 Fault::ours};
  }

 private:
  static constexpr const char* beside = " (room for the next)";

  Status store(const std::string& name, const std::string& value) const {
    GError* error = nullptr;
    GHashTable* attributes = attributes_of(name);
    const gboolean stored = lib_.store(&schema, attributes, SECRET_COLLECTION_DEFAULT, ("Ostia: " + name).c_str(),
                                       value.c_str(), nullptr, &error);
    lib_.unref_table(attributes);
    if (error) return failed(error);
    if (stored) return ok();
    return Error{"storage_error", "The desktop's secret store took nothing", "secret_service", 0, Fault::ours};
  }

  Status clear(const std::string& name) const {
    GError* error = nullptr;
    GHashTable* attributes = attributes_of(name);
    lib_.clear(&schema, attributes, nullptr, &error);
    lib_.unref_table(attributes);
    if (error) return failed(error);
    return ok();
  }

  // What stays for want of the service has nothing in it.
  void release(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (reserved_.erase(name) > 0) (void)clear(name + beside);
  }

  [[nodiscard]] GHashTable* attributes_of(const std::string& name) const {
    GHashTable* table = lib_.new_table(lib_.hash, lib_.equal);
    lib_.insert(table, const_cast<char*>("name"), const_cast<char*>(name.c_str()));
    return table;
  }
  [[nodiscard]] Error failed(GError* error) const {
    Error out{"storage_error", std::string("The desktop's secret store: ") + error->message, "secret_service", 0,
              Fault::ours};
    lib_.free_error(error);
    lib_.disconnect();  // should it have been started anew, the next call finds it
    return out;
  }

  const Library& lib_;
  sdk::ForkSafeMutex mutex_;
  std::set<std::string> reserved_;
};

}  // namespace

std::shared_ptr<Storage> secret_service_storage() {
  // Without a session bus, libsecret would start one, or wait for one.
  const char* bus = std::getenv("DBUS_SESSION_BUS_ADDRESS");
  const Library* lib = bus && *bus ? library() : nullptr;
  if (!lib) return nullptr;
  GError* error = nullptr;
  SecretService* service = lib->get_service(SECRET_SERVICE_OPEN_SESSION, nullptr, &error);
  if (error) lib->free_error(error);
  if (!service) return nullptr;
  lib->unref(service);
  return std::make_shared<SecretServiceStorage>(*lib);
}

}  // namespace ostia

#else  // built where libsecret's headers are not

std::shared_ptr<ostia::Storage> ostia::secret_service_storage() { return nullptr; }

#endif
