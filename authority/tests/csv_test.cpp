// What people typed, in files that spreadsheets open.
#include "management/csv.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::management {
namespace {

using json::Value;

TEST(Csv, NoCellIsAFormula) {
  const std::pair<const char*, const char*> table[] = {{"ada", "ada"},
                                                       {"=1+1", "'=1+1"},
                                                       {"+49 30 1", "'+49 30 1"},
                                                       {"-1", "'-1"},
                                                       {"@SUM(A1)", "'@SUM(A1)"},
                                                       {"\t=1", "\"'\t'=1\""},
                                                       {"\r=1", "\"'\r'=1\""},
                                                       {"a=1+1", "a=1+1"},
                                                       {"ada@example.com", "ada@example.com"},
                                                       {"a-b", "a-b"},
                                                       {" =1", " '=1"},
                                                       {"\"=1", "\"\"\"'=1\""},
                                                       {"x;=1", "\"x;'=1\""},
                                                       {"x,=1", "\"x,'=1\""},
                                                       {"x\n=1", "\"x\n'=1\""},
                                                       {"x; \"@1", "\"x; \"\"'@1\""},
                                                       {"\xEF\xBC\x9D"
                                                        "1",
                                                        "'\xEF\xBC\x9D"
                                                        "1"},
                                                       {"\xC3\xA4rger", "\xC3\xA4rger"},
                                                       {"a,b", "\"a,b\""},
                                                       {"", ""}};
  for (const auto& [text, cell] : table) EXPECT_EQ(csv_text(text), cell) << text;
}

TEST(Csv, ValuesStayWhatTheyAre) {
  EXPECT_EQ(csv_cell(Value(-5)), "-5");
  EXPECT_EQ(csv_cell(Value(true)), "true");
  EXPECT_EQ(csv_cell(Value()), "");
  EXPECT_EQ(csv_cell(Value("=1")), "'=1");
}

TEST(Csv, JsonHasNoFormulaAndReadsAsTheSame) {
  for (const char* text : {"=1", "x;=1", "\t@x",
                           "\xEF\xBC\x9D"
                           "1",
                           "a\\=b", "plain", "x,\"=1\"", "\x01=1"}) {
    const Value value = Value::object({{text, Value::array({Value(text), Value(-2)})}});
    std::string cell = csv_cell(value);
    ASSERT_TRUE(cell.starts_with('"') && cell.ends_with('"')) << cell;
    std::string json;
    for (std::size_t at = 1; at + 1 < cell.size(); ++at) {
      json += cell[at];
      if (cell[at] == '"') ++at;
    }
    EXPECT_EQ(*json::parse(json), value) << json;
    for (const char* bad : {";=", "\"=", ",=", "\"@", "t@", "\"\xEF\xBC\x9D"})
      EXPECT_EQ(json.find(bad), json.npos) << json;
  }
}

}  // namespace
}  // namespace ostia::authority::management
