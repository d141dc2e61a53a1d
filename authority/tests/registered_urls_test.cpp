// Addresses that answers go to, on both sides of what may be registered.
#include "tenant/registered_urls.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

using json::Value;

TEST(RegisteredUrls, SchemesThatABrowserRunsOrOpensAreRefusedInEachList) {
  for (const char* uri :
       {"javascript:alert(1)", "JavaScript://app.example/%0aalert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
        "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://app.example/x", "about:blank",
        "view-source:https://app.example", "filesystem:https://app.example/x"})
    for (const char* member : {"callbacks", "allowed_logout_urls", "web_origins", "allowed_origins"}) {
      const auto checked = check_registered_urls(Value::object({{member, Value::array({uri})}}));
      ASSERT_FALSE(checked) << uri;
      EXPECT_NE(checked.error().description.find(member), std::string::npos);
      EXPECT_NE(checked.error().description.find(uri), std::string::npos);
    }
  for (const char* uri : {"https://app.example/cb", "com.example.app://cb", "http://127.0.0.1/cb", "myapp:/cb",
                          "https://*.app.example/cb", "https://app.example/?next=javascript:x", "database:x",
                          "https://xn--bcher-kva.example/cb"})
    EXPECT_TRUE(check_registered_urls(Value::object({{"callbacks", Value::array({uri})}}))) << uri;
}

TEST(RegisteredUrls, WhatWouldBeRightIsSaid) {
  const auto said = [](const char* uri) {
    return check_registered_urls(Value::object({{"callbacks", Value::array({uri})}})).error().description;
  };
  EXPECT_NE(said("https://b\xC3\xBC"
                 "cher.example/cb")
                .find("\"xn--bcher-kva.example\""),
            std::string::npos)
      << said(
             "https://b\xC3\xBC"
             "cher.example/cb");
  EXPECT_NE(said("https://app.example/\xC3\xBC").find("percent-encoding"), std::string::npos);
  EXPECT_NE(said("app.example/cb").find("absolute"), std::string::npos);
  EXPECT_NE(said("https://app.example/cb#x").find("fragment"), std::string::npos);
}

TEST(RegisteredUrls, WherePeopleAreSentToLogInIsAWebPage) {
  const auto takes = [](const char* uri) {
    return static_cast<bool>(check_registered_urls(Value::object({{"initiate_login_uri", uri}})));
  };
  for (const char* uri : {"https://app.example/login", "http://localhost:4000/login?x=y", ""}) EXPECT_TRUE(takes(uri));
  for (const char* uri : {"javascript:x", "com.example.app://login", "/login", "https://app.example/#x"})
    EXPECT_FALSE(takes(uri)) << uri;
}

}  // namespace
}  // namespace ostia::authority
