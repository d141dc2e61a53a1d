#include "protocol/registration.hpp"

#include <gtest/gtest.h>

namespace ostia::authority::protocol {
namespace {

using json::Value;

Value asked(const char* text) { return *json::parse(text); }

Result<ClientMetadata> registered(const char* text) {
  return judge_metadata(asked(text), MetadataSource::registration);
}

TEST(RegistrationRules, WhatIsLeftOutHasTheStandardsDefault) {
  const auto taken = registered(R"({"redirect_uris":["https://app.example/cb"]})");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->auth_method, "client_secret_basic");
  EXPECT_EQ(taken->grant_types, std::vector<std::string>{"authorization_code"});
  EXPECT_EQ(taken->name, "app.example");
  EXPECT_FALSE(taken->is_native);
}

TEST(RegistrationRules, RedirectUrisOfBothSidesOfEachEdge) {
  for (const char* good : {"https://a.example/cb", "http://127.0.0.1:3000/cb", "http://localhost/cb", "http://[::1]/cb",
                           "com.example.app:/cb", "cursor://anysphere/cb"})
    EXPECT_TRUE(registered((R"({"redirect_uris":[")" + std::string(good) + "\"]}").c_str())) << good;
  for (const char* bad : {"http://a.example/cb", "https://*.a.example/cb", "https://a.example/cb#x", "/cb", "",
                          "javascript:alert(1)", "data:text/html,x", "https://user@a.example/cb"}) {
    const auto refused = registered((R"({"redirect_uris":[")" + std::string(bad) + "\"]}").c_str());
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, "invalid_redirect_uri") << bad;
  }
  EXPECT_FALSE(registered(R"({"redirect_uris":[]})"));
  EXPECT_FALSE(registered(R"({"redirect_uris":"https://a.example/cb"})"));
  EXPECT_FALSE(registered("{}"));
  EXPECT_FALSE(registered("[]"));
}

TEST(RegistrationRules, WhatIsForOwnApplicationsIsRefused) {
  for (const char* member :
       {R"("grant_types":["client_credentials"])", R"("grant_types":["implicit"])", R"("grant_types":["password"])",
        R"("grant_types":[])", R"("response_types":["token"])", R"("token_endpoint_auth_method":"private_key_jwt")",
        R"("client_name":"")", R"("client_name":"a\u0007b")", R"("client_name":7)"}) {
    const auto refused =
        registered((R"({"redirect_uris":["https://a.example/cb"],)" + std::string(member) + "}").c_str());
    ASSERT_FALSE(refused) << member;
    EXPECT_EQ(refused.error().code, "invalid_client_metadata") << member;
  }
}

TEST(RegistrationRules, ASchemeIsOneApplicationsOwnOrRefused) {
  const auto takes = [](const std::string& uri) {
    return registered((R"({"redirect_uris":[")" + uri + R"("]})").c_str()).has_value();
  };
  for (const char* own : {"com.example.app:/cb", "com.example.app://host/cb", "cursor://anysphere.cursor-mcp/cb",
                          "vscode://publisher.extension/cb", "http://127.0.0.1:7/cb", "https://a.example/cb"})
    EXPECT_TRUE(takes(own)) << own;
  for (const char* other : {"ms-msdt:/id",
                            "search-ms:query",
                            "mailto:x@y.example",
                            "tel:1",
                            "ftp://e.example/x",
                            "ws://x.example/y",
                            "content://x",
                            "chrome://x/",
                            "resource://x/",
                            "x:y",
                            "intent://x",
                            "ssh://x.example/",
                            "Ms-Msdt:/id",
                            "vscode://vscode.git/clone?url=x",
                            "vscode://file/etc/passwd",
                            "cursor://settings/",
                            "https:/evil.example/cb",
                            "https:evil.example/cb",
                            "https:?x",
                            "javascript:alert(1)",
                            "http://a.example/cb"})
    EXPECT_FALSE(takes(other)) << other;
}

TEST(RegistrationRules, ADocumentHoldsNoSecret) {
  const auto judged = [](const char* text) { return judge_metadata(asked(text), MetadataSource::document); };
  const auto taken = judged(R"({"redirect_uris":["https://a.example/cb"]})");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->auth_method, "none");
  EXPECT_FALSE(
      judged(R"({"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"client_secret_post"})"));
  EXPECT_FALSE(judged(R"({"redirect_uris":["https://a.example/cb"],"client_secret":"x"})"));
}

TEST(RegistrationRules, AddressesOfDocuments) {
  EXPECT_EQ(wrong_with_client_url("https://app.example/client.json", false), "");
  EXPECT_EQ(wrong_with_client_url("https://app.example:8443/a/b?c=d", false), "");
  EXPECT_EQ(wrong_with_client_url("http://localhost:3000/client.json", true), "");
  for (const char* bad :
       {"https://app.example", "https://app.example/", "http://app.example/c", "https://u@app.example/c",
        "https://app.example/c#f", "https://app.example/../c", "https://app.example/./c", "app"})
    EXPECT_NE(wrong_with_client_url(bad, true), "") << bad;
  EXPECT_NE(wrong_with_client_url("http://localhost:3000/client.json", false), "");
  EXPECT_NE(wrong_with_client_url("https://a.example/" + std::string(2000, 'x'), false), "");
}

}  // namespace
}  // namespace ostia::authority::protocol
