// How a file or a folder comes to be: written whole under another name beside its own, and then put there, in no case
// over something that is there already.
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::authority {

class NewPlace {
 public:
  /// What `target` leads to (`real_path`) is the place. Errors: something has that name (an empty folder does not
  /// count), or nothing can be made beside it. What earlier runs that were killed have left there is removed.
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
  /// The same for a file that is of no use without the folder `other`, which is to appear next: until `keep`, or if
  /// this run is killed before that folder is there, it is taken back, by the destructor or by whoever writes there
  /// next.
  [[nodiscard]] Status appear_before(const std::string& other);
  void keep() { is_provisional_ = false; }

 private:
  NewPlace() = default;

  std::string target_, folder_, path_;
  int lock_ = -1;  // of the folder: it is in use
  bool is_provisional_ = false;
};

/// What `path` leads to: whole, without dots and slashes too many, each link followed; of a link to nothing, the place
/// where whoever writes to it makes something. A path that cannot be followed (a circle of links) stays what it is.
std::string real_path(const std::string& path);

/// Refuses a file that is there (but one that a run that was killed has left there takes back), or beside which a
/// database of that name has left something.
Status check_new_database(const std::string& target);
/// Refuses what is there, unless it is an empty folder.
Status check_new_folder(const std::string& target);

}  // namespace ostia::authority
