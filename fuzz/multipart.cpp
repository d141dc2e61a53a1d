// Property: a form's parts lie inside its body, each with a name, none with the boundary in it; and the same fields,
// written plainly, are read back.
#include "http/multipart.hpp"

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

// The first line of an input is the Content-Type.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace ostia::authority;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(input.find('\n'), input.size());
  const std::string_view type = input.substr(0, end), body = input.substr(std::min(end + 1, input.size()));
  const auto parts = read_multipart(type, body);
  if (!parts) return 0;
  const std::string boundary(70, '_');
  std::string again;
  for (const FormPart& part : *parts) {
    const bool lies_inside =
        part.content.empty() ||
        (part.content.data() >= body.data() && part.content.data() + part.content.size() <= body.data() + body.size());
    if (!lies_inside || part.name.empty()) __builtin_trap();
    if (part.content.find(boundary) != part.content.npos) return 0;
    again += "--" + boundary + "\r\nContent-Disposition: form-data; filename=" + quoted(part.filename) +
             "; name=" + quoted(part.name) + "\r\n\r\n" + std::string(part.content) + "\r\n";
  }
  again += "--" + boundary + "--";
  const auto copy = read_multipart("multipart/form-data; boundary=" + boundary, again, {.header_bytes = 1 << 20});
  if (!copy || copy->size() != parts->size()) __builtin_trap();
  for (std::size_t i = 0; i < parts->size(); ++i)
    if ((*copy)[i].name != (*parts)[i].name || (*copy)[i].filename != (*parts)[i].filename ||
        (*copy)[i].content != (*parts)[i].content)
      __builtin_trap();
  return 0;
}
