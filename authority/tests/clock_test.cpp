// Times that others wrote: taken for what they say, or not at all.
#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace ostia::authority {
namespace {

std::string read(const std::string& text) {
  const auto seconds = parse_foreign_time(text);
  return seconds ? iso_time(*seconds) : "refused";
}

TEST(ForeignTime, IsWrittenAsOurs) {
  const std::pair<const char*, const char*> times[] = {
      {"2020-03-29T02:30:00+02:00", "2020-03-29T00:30:00.000Z"},
      {"2020-01-01", "2020-01-01T00:00:00.000Z"},
      {"2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z"},
      {"2020-01-01T00:00:00.123Z", "2020-01-01T00:00:00.000Z"},
      {"2020-01-01T00:00:00", "2020-01-01T00:00:00.000Z"},
      {"2020-01-01T00:00:00-0130", "2020-01-01T01:30:00.000Z"},
      {"2020-01-01T00:00:00.5+14:00", "2019-12-31T10:00:00.000Z"},
      {"2020-02-29", "2020-02-29T00:00:00.000Z"},
      {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"},
  };
  for (const auto& [theirs, ours] : times) EXPECT_EQ(read(theirs), ours) << theirs;
}

TEST(ForeignTime, WhatIsNoTimeIsRefused) {
  for (const char* text : {"",
                           "yesterday",
                           "2020",
                           "2020-1-1",
                           "2020-02-30",
                           "2021-02-29",
                           "2020-13-01",
                           "2020-00-10",
                           "2020-01-01T24:00:00Z",
                           "2020-01-01T00:60:00Z",
                           "2020-01-01T00:00:61Z",
                           "2020-01-01T0:0:0Z",
                           "2020-01-01T00:00Z",
                           "2020-01-01 00:00:00",
                           "2020-01-01T00:00:00.Z",
                           "2020-01-01T00:00:00 Z",
                           "2020-01-01T00:00:00ZZ",
                           "2020-01-01T00:00:00+99:00",
                           "2020-01-01T00:00:00+",
                           " 2020-01-01",
                           "2020-01-01T00:00:00CET",
                           "01/02/2020",
                           "1577836800"})
    EXPECT_EQ(read(text), "refused") << text;
}

}  // namespace
}  // namespace ostia::authority
