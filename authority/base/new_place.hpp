// How a file or a folder comes to be: written whole under another name beside its own, and then put there, in no case
// over something that is there already.
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::authority {

class NewPlace {
 public:
  /// Errors: something has that name (an empty folder does not count), or nothing can be made beside it. What earlier
  /// runs that were killed have left there is removed.
  static Result<NewPlace> beside(const std::string& target);
  NewPlace(NewPlace&& other) noexcept;
  NewPlace& operator=(NewPlace&&) = delete;
  /// Removes what has not appeared.
  ~NewPlace();

  /// Where to write it: a file, or a folder that is to be made.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Puts what was written on the disk.
  [[nodiscard]] Status sync() const;
  /// Syncs it and gives it its name. The error: something else has appeared there meanwhile, and stays.
  [[nodiscard]] Status appear();

 private:
  NewPlace() = default;

  std::string target_, folder_, path_;
  int lock_ = -1;  // of the folder: it is in use
};

/// Refuses a file that is there, or beside which a database of that name has left something.
Status check_new_database(const std::string& file);
/// Refuses what is there, unless it is an empty folder.
Status check_new_folder(const std::string& folder);

}  // namespace ostia::authority
