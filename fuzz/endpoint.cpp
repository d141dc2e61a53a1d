// Property: whatever requests say, one after the other, each is answered and none by a defect, no forged token opens
// anything, nobody is sent to a foreign address, no origin is let in that no application lists, markup comes back as
// text, what calls itself JSON is JSON, and no hash of a password goes out.
#include "demo.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace ostia::fuzz;
  static std::uint32_t count = 0;
  const auto requests = split({reinterpret_cast<const char*>(data), size});
  Demo& d = demo();
  Conversation conversation(d);
  for (const auto request : requests) conversation.ask(request);
  // What single requests leave behind, such as one more session, hardly matters and is put back now and then.
  if (requests.size() > 1 || conversation.is_changed() || ++count % 64 == 0) d.put_back();
  return 0;
}
