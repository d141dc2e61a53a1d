// What `make build` made of dashboard/, as part of this program (cmake/embed_folder.cmake).
#pragma once

#include <string_view>
#include <vector>

namespace ostia::authority::dashboard {

struct File {
  std::string_view path, content;
};
/// Empty if the program was built without them.
std::vector<File> dashboard_files();

}  // namespace ostia::authority::dashboard
