// How a value keeps what it holds; for the files of this folder only.
#pragma once

#include "ostia/json/value.hpp"

namespace ostia::json {

struct Value::Rep {
  Kind kind = Kind::null;
  bool flag = false;
  std::string text;
  std::vector<Value> items;
  std::vector<std::string> keys;
};

}  // namespace ostia::json
