#include "http/multipart.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "ostia/text/ascii.hpp"
#include "ostia/text/utf8.hpp"

namespace ostia::authority {
namespace {

constexpr std::size_t longest_boundary = 70;  // RFC 2046 section 5.1.1

Error malformed(std::string description) {
  return {"invalid_request", std::move(description), "multipart_malformed", 400, Fault::caller};
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }

// RFC 9110 section 5.6.2, which is RFC 2045's token without braces.
bool is_token(char c) { return text::is_alnum(c) || is_one_of(c, "!#$%&'*+-.^_`|~"); }

// What headers may hold: bytes of UTF-8 (RFC 7578 section 5.1) and tabs, and no other control characters.
bool is_field_text(std::string_view text) {
  return text::is_utf8(text) && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return c == '\t' || (byte >= 0x20 && byte != 0x7F);
         });
}

// A header's value with parameters: `form-data; name="a"; filename="b \" c"`.
struct Parameterised {
  std::string value;                                        // in lower case
  std::vector<std::pair<std::string, std::string>> params;  // names in lower case

  [[nodiscard]] const std::string* find(std::string_view name) const {
    const auto found = std::find_if(params.begin(), params.end(), [&](const auto& one) { return one.first == name; });
    return found == params.end() ? nullptr : &found->second;
  }
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // Nothing where it is not well-formed, or a parameter comes twice.
  std::optional<Parameterised> run() {
    Parameterised out;
    skip();
    while (at_ < text_.size() && (is_token(text_[at_]) || text_[at_] == '/')) out.value += text::to_lower(text_[at_++]);
    if (out.value.empty()) return {};
    for (skip(); at_ < text_.size(); skip()) {
      if (text_[at_++] != ';') return {};
      skip();
      if (at_ == text_.size()) break;  // a last semicolon, which some senders write
      std::string name = text::lower(token());
      if (name.empty() || at_ == text_.size() || text_[at_] != '=') return {};
      ++at_;
      auto value = at_ < text_.size() && text_[at_] == '"' ? quoted() : std::optional(token());
      if (!value || out.find(name)) return {};
      out.params.emplace_back(std::move(name), *std::move(value));
    }
    return out;
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  std::string token() {
    const auto start = at_;
    while (at_ < text_.size() && is_token(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }
  std::optional<std::string> quoted() {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
      if (at_ == text_.size()) return {};
      out += text_[at_];
    }
    if (at_ == text_.size()) return {};
    ++at_;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<std::string> boundary_of(std::string_view content_type) {
  const auto type = is_field_text(content_type) ? Reader(content_type).run() : std::nullopt;
  if (!type || type->value != "multipart/form-data") return malformed("Content-Type must be multipart/form-data");
  const std::string* boundary = type->find("boundary");
  const auto may_be = [](char c) { return text::is_alnum(c) || is_one_of(c, "'()+_,-./:=? "); };
  if (!boundary || boundary->empty() || boundary->size() > longest_boundary || boundary->ends_with(' ') ||
      !std::all_of(boundary->begin(), boundary->end(), may_be))
    return malformed("Content-Type has no boundary that can be one");
  return *boundary;
}

// One line of a part's head.
Status take_header(std::string_view line, FormPart& part, bool& is_named) {
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0 || !std::all_of(line.begin(), line.begin() + colon, is_token) ||
      !is_field_text(line))
    return malformed("A part has a header that is none");
  const std::string name = text::lower(line.substr(0, colon));
  const std::string_view value = text::trimmed(line.substr(colon + 1));
  if (name == "content-disposition") {
    const auto disposition = Reader(value).run();
    const std::string* field = disposition ? disposition->find("name") : nullptr;
    if (!field || field->empty() || disposition->value != "form-data" || std::exchange(is_named, true))
      return malformed("A part's Content-Disposition must be form-data, once, with a name");
    part.name = *field;
    if (const std::string* filename = disposition->find("filename")) part.filename = *filename;
  } else if (name == "content-type") {
    const auto type = Reader(value).run();
    if (!type || !part.content_type.empty()) return malformed("A part's Content-Type cannot be read");
    part.content_type = type->value;
  } else if (name == "content-transfer-encoding") {
    const std::string encoding = text::lower(value);
    if (encoding != "7bit" && encoding != "8bit" && encoding != "binary")
      return malformed("A part is encoded, which parts of forms are not");
  }
  return ok();
}

Result<FormPart> read_part(std::string_view text, std::size_t most_header_bytes) {
  FormPart part;
  bool is_named = false;
  // A head without content ends with its last line.
  const auto blank = text.find("\r\n\r\n");
  std::string_view head = text.substr(0, blank == text.npos ? text.size() : blank + 2);
  if (head.size() > most_header_bytes) return malformed("A part has too many headers");
  if (blank != text.npos) part.content = text.substr(blank + 4);
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    if (end == head.npos) return malformed("A part has a header without an end");
    if (auto taken = take_header(head.substr(0, end), part, is_named); !taken) return std::move(taken).error();
    head.remove_prefix(end + 2);
  }
  if (!is_named) return malformed("A part's Content-Disposition must be form-data, once, with a name");
  return part;
}

// Where the boundary's line stands in `body`, from `from` on: at its beginning, or at the beginning of a line.
std::size_t find_line(std::string_view body, const std::string& line, std::size_t from) {
  if (from == 0 && body.starts_with(line)) return 0;
  const auto found = body.find("\r\n" + line, from);
  return found == body.npos ? found : found + 2;
}

}  // namespace

Result<std::vector<FormPart>> read_multipart(std::string_view content_type, std::string_view body,
                                             const FormLimits& limits) {
  const auto boundary = boundary_of(content_type);
  if (!boundary) return boundary.error();
  const std::string line = "--" + *boundary;
  std::vector<FormPart> out;
  // What stands before the first boundary and after the last is nobody's (RFC 2046 section 5.1.1).
  for (auto at = find_line(body, line, 0); at != body.npos;) {
    std::string_view rest = body.substr(at + line.size());
    const bool is_last = rest.starts_with("--");
    if (is_last) rest.remove_prefix(2);
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);  // of gateways
    if (is_last && (rest.empty() || rest.starts_with("\r\n"))) return out;
    if (is_last || !rest.starts_with("\r\n")) return malformed("A line begins with the boundary and goes on");
    if (out.size() == limits.parts) return malformed("The form has too many parts");
    const auto start = static_cast<std::size_t>(rest.data() - body.data()) + 2;
    at = find_line(body, line, start);
    if (at == body.npos) break;
    auto part = read_part(body.substr(start, at - 2 - start), limits.header_bytes);
    if (!part) return std::move(part).error();
    out.push_back(*std::move(part));
  }
  return malformed("The form does not end with its boundary");
}

}  // namespace ostia::authority
