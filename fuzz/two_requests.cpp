// Property: two requests that are answered at once keep to all that `endpoint` demands of one.
//
// The last two requests of an input go out together, those before them one after the other; a single one meets itself.
// As in the server, each has an event loop with a thread of its own.
#include <future>
#include <latch>
#include <thread>

#include "demo.hpp"

namespace {

using namespace ostia::fuzz;
namespace asio = boost::asio;

asio::awaitable<Response> answer_with(Authority& a, Request request, std::latch& start) {
  start.arrive_and_wait();  // a thread takes longer to wake up than many a request takes
  auto answering = route(a, std::move(request));
  co_return co_await std::move(answering);
}

class Loop {
 public:
  ~Loop() {
    guard_.reset();
    thread_.join();
  }

  std::future<Response> begin(Authority& a, Request request, std::latch& start) {
    auto answered = std::make_shared<std::promise<Response>>();
    asio::co_spawn(context_, answer_with(a, std::move(request), start),
                   [answered](std::exception_ptr failure, Response response) {
                     demand(!failure, "nothing is thrown");
                     answered->set_value(std::move(response));
                   });
    return answered->get_future();
  }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = make_work_guard(context_);
  std::thread thread_{[this] { context_.run(); }};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  Demo& d = demo();
  static Loop loops[2];
  auto requests = split({reinterpret_cast<const char*>(data), size});
  const auto last = requests.back();
  requests.pop_back();
  const auto beside = requests.empty() ? last : requests.back();
  if (!requests.empty()) requests.pop_back();
  Conversation conversation(d);
  for (const auto request : requests) conversation.ask(request);

  Asked one = conversation.prepare(beside), other = conversation.prepare(last);
  one.is_changed = other.is_changed;  // which of the two comes first is nobody's to say
  one.has_own_markup = other.has_own_markup;
  std::latch start(2);
  auto first = loops[0].begin(d.authority(), one.request, start);
  auto second = loops[1].begin(d.authority(), other.request, start);
  const Response answers[] = {first.get(), second.get()};
  check(d, one, answers[0]);
  check(d, other, answers[1]);
  d.put_back();
  return 0;
}
