#include "base/files.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace ostia::authority {

Error invalid_option(std::string what) { return caller_error("invalid_option", std::move(what), "invalid_option"); }

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  if (in) text << in.rdbuf();
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) return invalid_option("cannot read " + path + ": it is a folder");
  if (!in) return invalid_option("cannot read " + path);
  return text.str();
}

}  // namespace ostia::authority
