// Every vector of core/testdata, natively. tools/vectors runs the same files in WebAssembly and JavaScript.
#include "vectors.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

using ostia::json::Value;

struct Vector {
  std::string name;
  Value body;
};

std::vector<Vector> load() {
  std::vector<Vector> out;
  for (const auto& file : std::filesystem::directory_iterator(OSTIA_TESTDATA)) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path());
    std::stringstream text;
    text << in.rdbuf();
    const auto parsed = ostia::json::parse(text.str());
    if (!parsed) {
      out.push_back({file.path().stem().string() + "_is_not_json", Value()});
      continue;
    }
    for (const auto& one : parsed->items()) {
      std::string name = file.path().stem().string() + "_" + std::to_string(out.size());
      out.push_back({name, one});
    }
  }
  return out;
}

class Vectors : public testing::TestWithParam<Vector> {};

TEST_P(Vectors, AnswerAsWritten) {
  const Value& v = GetParam().body;
  SCOPED_TRACE(v["name"].text());
  ASSERT_TRUE(v.find("expect")) << "a vector without an expectation cannot fail";
  EXPECT_EQ(ostia::json::write(ostia::vectors::call(v)), ostia::json::write(v["expect"]));
}

INSTANTIATE_TEST_SUITE_P(Core, Vectors, testing::ValuesIn(load()), [](const auto& one) { return one.param.name; });

}  // namespace
