// An API that protects itself: `./api-server PORT DOMAIN AUDIENCE`. GET / answers who asks, if the token has
// read:messages.
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <cstdio>
#include <cstdlib>
#include <ostia/ostia.hpp>

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

namespace {

http::response<http::string_body> answer(ostia::TokenVerifier& verifier,
                                         const http::request<http::string_body>& request) {
  const auto respond = [](int status, const std::string& body) {
    http::response<http::string_body> response(static_cast<http::status>(status), 11, body + "\n");
    if (status == 401) response.set(http::field::www_authenticate, "Bearer error=\"invalid_token\"");
    response.prepare_payload();
    return response;
  };
  const auto token = verifier.verify_header(std::string(request[http::field::authorization]));
  if (!token) return respond(token.error().status, token.error().reason + ": " + token.error().description);
  if (!token->has_scope("read:messages")) return respond(403, "insufficient_scope");
  return respond(200, "Hello " + token->subject());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: api-server PORT DOMAIN AUDIENCE\n"), 2;
  ostia::TokenVerifier verifier({.domain = argv[2], .audience = argv[3]});
  boost::asio::io_context io;
  tcp::acceptor acceptor(io,
                         {boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::atoi(argv[1]))});
  std::printf("listening\n");
  std::fflush(stdout);
  for (;;) {
    tcp::socket socket = acceptor.accept();
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    boost::system::error_code error;
    http::read(socket, buffer, request, error);
    if (!error) http::write(socket, answer(verifier, request), error);
  }
}
