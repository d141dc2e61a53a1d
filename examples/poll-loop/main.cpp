// A loop that only polls, as a game's: `./poll-loop DOMAIN CLIENT-ID`. The person logs in on another device while
// frames go on being drawn.
#include <chrono>
#include <cstdio>
#include <ostia/ostia.hpp>
#include <thread>

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: poll-loop DOMAIN CLIENT-ID\n"), 2;
  ostia::Loop loop;
  ostia::WebAuth auth({.domain = argv[1], .client_id = argv[2], .environment = {.loop = &loop}});

  int exit_code = -1;
  const auto fail = [&](const ostia::Error& error) {
    std::fprintf(stderr, "%s\n", error.description.c_str());
    exit_code = 1;
  };
  auth.device().async_start().start([&](ostia::Result<ostia::DeviceCode> code) {
    if (!code) return fail(code.error());
    std::printf("Open %s\n", code->verification_uri_complete.c_str());
    std::fflush(stdout);
    auth.device().async_poll(*code).start([&](ostia::Result<ostia::AuthResult> tokens) {
      if (!tokens) return fail(tokens.error());
      std::printf("Hello %s\n", tokens->id_token_payload["name"].text().c_str());
      exit_code = 0;
    });
  });

  long frames = 0;
  while (exit_code < 0) {
    ++frames;                                                    // draw a frame
    loop.poll();                                                 // never waits
    std::this_thread::sleep_for(std::chrono::milliseconds(16));  // the frame's time
  }
  std::printf("after %ld frames\n", frames);
  return exit_code;
}
