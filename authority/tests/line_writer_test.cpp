#include "base/line_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <string>

namespace ostia::authority {
namespace {

std::string dropped(std::uint64_t count) { return "dropped " + std::to_string(count) + "\n"; }

struct Pipe : testing::Test {
  int ends[2];
  Pipe() {
    signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    EXPECT_GT(fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
  }
  std::string read_until(const std::string& end) const {
    std::string out;
    char buffer[4096];
    while (!out.ends_with(end)) {
      const auto count = read(ends[0], buffer, sizeof buffer);
      if (count <= 0) break;
      out.append(buffer, static_cast<std::size_t>(count));
    }
    return out;
  }
};

TEST_F(Pipe, GetsLinesInTheirOrder) {
  LineWriter writer(ends[1], 1000, dropped);
  for (const char* line : {"one\n", "two\n", "three\n"}) writer.write(line);
  EXPECT_EQ(read_until("three\n"), "one\ntwo\nthree\n");
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST_F(Pipe, ThatNobodyReadsKeepsNobodyWaitingAndTellsWhatIsMissing) {
  LineWriter writer(ends[1], 10'000, dropped);
  const std::string line = std::string(999, 'x') + "\n";
  for (int i = 0; i < 100; ++i) writer.write(line);
  EXPECT_GE(writer.dropped(), 80U);
  const std::string all = read_until(dropped(writer.dropped()));
  EXPECT_TRUE(all.ends_with("x\n" + dropped(writer.dropped()))) << all.substr(all.size() - 100);
  EXPECT_EQ((all.size() - dropped(writer.dropped()).size()) / 1000, 100 - writer.dropped());
  writer.write("next\n");
  EXPECT_EQ(read_until("next\n"), "next\n") << "told once";
}

TEST_F(Pipe, WhoseReaderIsGoneIsTriedAgain) {
  const std::string name = "/tmp/ostia-line-writer-" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(name.c_str(), 0600), 0);
  const int first = open(name.c_str(), O_RDONLY | O_NONBLOCK), to = open(name.c_str(), O_WRONLY);
  close(first);
  LineWriter writer(to, 1000, dropped);
  writer.write("while nobody is there\n");
  ends[0] = open(name.c_str(), O_RDONLY);
  EXPECT_EQ(read_until("there\n"), "while nobody is there\n");
  unlink(name.c_str());
}

TEST_F(Pipe, ThatIsClosedOrStallsDelaysTheEndByAMomentOnly) {
  const int none = open("/dev/null", O_RDONLY);
  std::optional<LineWriter> writer;
  writer.emplace(none, 1000, dropped);
  writer->write("to nobody\n");
  writer.reset();
  writer.emplace(ends[1], 10'000, dropped);
  writer->write(std::string(9000, 'x') + "\n");
  writer.reset();
}

}  // namespace
}  // namespace ostia::authority
