// The servers that a URL names, and how each is connected to. All of it waits, on threads where that is fine.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "store/postgres/connection.hpp"
#include "store/postgres/lineage.hpp"

namespace ostia::authority::postgres {

/// One of the servers of a URL: `db1:5432`. Empty parts are as the URL has them, if it has them at all.
struct Server {
  std::string url, host, address, port;
  [[nodiscard]] std::string name() const;
};

/// In the order of the URL. Errors: it is none.
Result<std::vector<Server>> servers_of(const std::string& url);

/// A connection that may be written to, and to what.
struct Open {
  Handle handle;
  Lineage lineage;         ///< timeline 0: the server does not say
  std::size_t server = 0;  ///< which one of the list
};

/// To a server that takes writes and is of the history that is followed; `first` is asked first, then those after it.
/// Errors: none of them, in the words of all.
Result<Open> open_session(const std::vector<Server>& servers, std::size_t first, Role role, Lineages& lineages);

/// Asks each server, primary or not, which history it is of: a replica that has been promoted is noticed while the old
/// primary still answers. Keeps a connection to each for a while.
class Lookout {
 public:
  Lookout(std::vector<Server> servers, Lineages& lineages);
  /// Once. True: there is something newer than before.
  bool look();

 private:
  struct Post {
    Server server;
    Handle handle;
    std::chrono::steady_clock::time_point until;
  };
  bool look_at(Post& post);

  std::vector<Post> posts_;
  Lineages& lineages_;
};

/// Whether what stands before each server gives a session to one client alone (`pool_mode = session`), if something
/// stands there at all. Errors: it does not. A server that cannot be reached says nothing.
Status check_sessions(const std::vector<Server>& servers);

}  // namespace ostia::authority::postgres
