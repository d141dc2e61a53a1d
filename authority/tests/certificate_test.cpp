#include "crypto/certificate.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

constexpr std::int64_t day = 86'400, from = 1'800'000'000;
constexpr Validity year{from, from + 360 * day};

TEST(Certificate, IsRenewedWhenTwoThirdsOfItsTimeAreOver) {
  EXPECT_FALSE(is_due_for_renewal(year, from));
  EXPECT_FALSE(is_due_for_renewal(year, from + 240 * day - 1));
  EXPECT_TRUE(is_due_for_renewal(year, from + 240 * day));
  EXPECT_TRUE(is_due_for_renewal(year, year.until));
  EXPECT_TRUE(is_due_for_renewal(year, year.until + 1000 * day));
}

TEST(Certificate, IsRenewedWhereItsTimeHasNotBegun) {
  EXPECT_TRUE(is_due_for_renewal(year, from - 1));
  EXPECT_FALSE(is_due_for_renewal(year, from));
}

TEST(Certificate, ItsEndIsToldOf21DaysBefore) {
  const auto news = [](std::int64_t now) { return news_of(year, now, soon_for_certificate); };
  EXPECT_EQ(news(year.until - 21 * day - 1), CertificateNews::none);
  EXPECT_EQ(news(year.until - 21 * day), CertificateNews::ends_soon);
  EXPECT_EQ(news(year.until - 1), CertificateNews::ends_soon);
  EXPECT_EQ(news(year.until), CertificateNews::has_ended);
}

TEST(Certificate, ItsAuthorityHasASuccessorInItsLast30Days) {
  EXPECT_FALSE(is_authority_at_its_end(year, year.until - 30 * day - 1));
  EXPECT_TRUE(is_authority_at_its_end(year, year.until - 30 * day));
  EXPECT_TRUE(is_authority_at_its_end(year, year.until + 1));
}

TEST(Certificate, OfOurOwnIsFromItsAuthorityForItsNames) {
  const std::vector<std::string> names = {"login.example.com", "192.0.2.7", "2001:db8::7"};
  const OwnAuthority authority = make_own_authority(names);
  ASSERT_TRUE(is_good_authority(authority));
  const TlsIdentity one = make_own_certificate(authority, names, "");
  const auto validity = validity_of(one.certificate);
  ASSERT_TRUE(validity);
  EXPECT_EQ(problem_of(one, validity->from), "");
  EXPECT_EQ(problem_of(one, validity->until - 1), "");
  EXPECT_NE(problem_of(one, validity->from - 1), "");
  EXPECT_NE(problem_of(one, validity->until), "");
  EXPECT_TRUE(is_own_certificate(one.certificate));
  EXPECT_TRUE(is_from(authority, one.certificate));
  EXPECT_EQ(missing_name(one.certificate, names), "");
  EXPECT_EQ(missing_name(one.certificate, {"other.example.com"}), "other.example.com");
  EXPECT_LE(validity->until, validity_of(authority.certificate)->until);
}

TEST(Certificate, KeepsItsKeyAndIsNotAnotherAuthoritys) {
  const OwnAuthority authority = make_own_authority({}), other = make_own_authority({});
  const TlsIdentity one = make_own_certificate(authority, {}, ""), next = make_own_certificate(authority, {}, one.key);
  EXPECT_EQ(next.key, one.key);
  EXPECT_NE(next.certificate, one.certificate);
  EXPECT_FALSE(is_from(other, next.certificate));
  const std::int64_t now = validity_of(one.certificate)->from;
  EXPECT_NE(problem_of({one.certificate, make_own_certificate(other, {}, "").key}, now), "");
  EXPECT_NE(problem_of({"nothing", one.key}, now), "");
  EXPECT_NE(problem_of({one.certificate, "nothing"}, now), "");
}

}  // namespace
}  // namespace ostia::authority
