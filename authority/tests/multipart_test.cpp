// Forms with files, as they come and as somebody may send them.
#include "http/multipart.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view type = "multipart/form-data; boundary=b";

std::string form(std::string_view head, std::string_view content = "x") {
  return "--b\r\n" + std::string(head) + "\r\n\r\n" + std::string(content) + "\r\n--b--\r\n";
}

// `name/filename/content_type=content` of each part, or what is wrong.
std::string read(std::string_view body, std::string_view content_type = type, const FormLimits& limits = {}) {
  const auto parts = read_multipart(content_type, body, limits);
  if (!parts) {
    EXPECT_EQ(parts.error().reason, "multipart_malformed");
    EXPECT_EQ(parts.error().status, 400);
    return "refused: " + parts.error().description;
  }
  std::string out;
  for (const auto& part : *parts)
    out.append(out.empty() ? "" : " | ")
        .append(part.name + "/" + part.filename + "/" + part.content_type + "=")
        .append(part.content);
  return out;
}

std::string disposition(std::string_view parameters) {
  return read(form("Content-Disposition: form-data" + std::string(parameters)));
}

TEST(Multipart, AsBrowsersSendIt) {
  EXPECT_EQ(read("------WebKitFormBoundaryA0\r\nContent-Disposition: form-data; name=\"connection_id\"\r\n\r\ncon_1\r\n"
                 "------WebKitFormBoundaryA0\r\nContent-Disposition: form-data; name=\"users\"; filename=\"u.json\"\r\n"
                 "Content-Type: application/json\r\n\r\n[\r\n{}\r\n]\r\n------WebKitFormBoundaryA0--\r\n",
                 "multipart/form-data; boundary=----WebKitFormBoundaryA0"),
            "connection_id//=con_1 | users/u.json/application/json=[\r\n{}\r\n]");
}

TEST(Multipart, ParametersInAnyOrderCaseAndForm) {
  EXPECT_EQ(disposition(R"(; name="a"; filename="f")"), "a/f/=x");
  EXPECT_EQ(disposition(R"(; filename="f"; name="a")"), "a/f/=x");
  EXPECT_EQ(disposition(R"(; filename="name=\"evil\""; name="a")"), R"(a/name="evil"/=x)");
  EXPECT_EQ(disposition(R"(; filename="; name=evil"; name="a")"), "a/; name=evil/=x");
  EXPECT_EQ(disposition(R"(;NAME=a ;  FileName=f)"), "a/f/=x");
  EXPECT_EQ(disposition(R"(; name="a\"b\\c")"), R"(a"b\c//=x)");
  EXPECT_EQ(disposition(R"(; name="a"; filename*=utf-8''f)"), "a//=x") << "a name that forms do not have";
  EXPECT_EQ(read(form("CONTENT-DISPOSITION:FORM-DATA; name=\"a\"\r\ncontent-type: Text/Plain; charset=\"utf-8\"")),
            "a//text/plain=x");
}

TEST(Multipart, PartsWithoutAName) {
  for (const char* wrong :
       {"", ";", "; filename=\"f\"", "; filename=\"name=\\\"a\\\"\"", "; name=\"\"", "; name=", "; xname=\"a\"",
        "; name*=utf-8''a", "; name=\"a", "; name=\"a\\", "; name=\"a\" filename=f", "; name=\"a\"; name=\"b\"",
        "; name=\"a\"; Name=\"a\"", "; =a", " name=\"a\""})
    EXPECT_TRUE(disposition(wrong).starts_with("refused: ")) << wrong;
  for (const char* head :
       {"Content-Disposition: attachment; name=\"a\"", "Content-Type: text/plain", "X: y",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"",
        "Content-Disposition: form-data;\r\n name=\"a\"", "Content-Disposition : form-data; name=\"a\"",
        "Content-Disposition: form-data; name=\"a\"\r\n: x", "Content-Disposition: form-data; name=\"a\"\r\nno colon",
        "Content-Disposition: form-data; name=\"a\nb\"", "Content-Disposition: form-data; name=\"\xff\"",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64"})
    EXPECT_TRUE(read(form(head)).starts_with("refused: ")) << head;
  EXPECT_TRUE(read(form({})).starts_with("refused: "));
  EXPECT_TRUE(read("--b\r\n--b--").starts_with("refused: "));
}

TEST(Multipart, Boundaries) {
  const std::string body = form("Content-Disposition: form-data; name=\"a\"");
  for (const char* good : {"multipart/form-data; boundary=b", "Multipart/Form-Data;BOUNDARY=\"b\"",
                           "multipart/form-data; charset=utf-8; boundary=b", "multipart/form-data; boundary=b;"})
    EXPECT_EQ(read(body, good), "a//=x") << good;
  for (const char* wrong :
       {"", "multipart/form-data", "multipart/mixed; boundary=b", "multipart/form-data; xboundary=b",
        "multipart/form-data; x=\"boundary=b\"", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"b", "multipart/form-data; boundary=b; boundary=c",
        "multipart/form-data; boundary=\"b \"", "multipart/form-data; boundary=\"a\\\\b\"",
        "multipart/form-dataX; boundary=b", "application/json", "multipart/form-data boundary=b"})
    EXPECT_TRUE(read(body, wrong).starts_with("refused: ")) << wrong;
  const std::string longest(70, 'b');
  EXPECT_EQ(read("--" + longest + "--", "multipart/form-data; boundary=" + longest), "");
  EXPECT_TRUE(read("--" + longest + "b--", "multipart/form-data; boundary=" + longest + "b").starts_with("refused: "));
  EXPECT_EQ(read("--it's (a) ?--", "multipart/form-data; boundary=\"it's (a) ?\""), "");
}

TEST(Multipart, ContentIsWhatStandsBetween) {
  const char* head = "Content-Disposition: form-data; name=\"a\"";
  for (const std::string_view content : {""sv, "\r\n"sv, "-b"sv, "x\n--b"sv, "x --b--"sv, "\r\n-b"sv, "\0\xff"sv})
    EXPECT_EQ(read(form(head, content)), "a//=" + std::string(content));
  EXPECT_EQ(read("--b\r\n" + std::string(head) + "\r\n\r\n--b--"), "a//=") << "a head alone";
  EXPECT_EQ(read("before\r\n" + form(head) + "after"), "a//=x") << "nobody's text";
  EXPECT_EQ(read("--b \t\r\n" + std::string(head) + "\r\n\r\nx\r\n--b-- \r\n"), "a//=x") << "padding";
  EXPECT_EQ(read("--b--"), "");
  for (const char* wrong : {"", "x", "--b", "--b\r\n", "--c--", "--b-", "--b--x", "--b\n--b--", " --b--"})
    EXPECT_TRUE(read(wrong).starts_with("refused: ")) << wrong;
  EXPECT_TRUE(read(form(head, "x\r\n--bb")).starts_with("refused: ")) << "the boundary, and on";
  EXPECT_TRUE(read("--b\r\n" + std::string(head) + "\r\n\r\nx").starts_with("refused: ")) << "cut off";
}

TEST(Multipart, Limits) {
  const std::string part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n";
  EXPECT_EQ(read(part + part + "--b--", type, {.parts = 2}), "a//= | a//=");
  EXPECT_TRUE(read(part + part + part + "--b--", type, {.parts = 2}).starts_with("refused: "));
  EXPECT_EQ(read(part + "--b--", type, {.header_bytes = 44}), "a//=");
  EXPECT_TRUE(read(part + "--b--", type, {.header_bytes = 40}).starts_with("refused: "));
}

}  // namespace
}  // namespace ostia::authority
