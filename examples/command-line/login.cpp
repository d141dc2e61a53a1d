// A command-line program with a login: `./login http://localhost:8080 ostia-demo`.
#include <cstdio>
#include <ostia/ostia.hpp>

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: login DOMAIN CLIENT-ID\n"), 2;
  ostia::WebAuth auth({.domain = argv[1], .client_id = argv[2], .scope = "openid profile email"});

  auto result = auth.authorize();  // opens the browser and waits for the person
  if (!result) return std::fprintf(stderr, "%s\n", result.error().description.c_str()), 1;

  auto user = auth.client().user_info(result->access_token);
  if (!user) return std::fprintf(stderr, "%s\n", user.error().description.c_str()), 1;
  std::printf("Hello %s (%s)\n", user->name.c_str(), user->email.c_str());
}
