#include "messages/liquid.hpp"

#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"

namespace ostia::authority {
namespace {

using json::Value;

std::string escape_html(std::string_view s) {
  std::string out;
  for (const char c : s) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

std::string to_text(const Value& v) {
  if (v.is_bool()) return v.as_bool() ? "true" : "false";
  if (v.is_object() || v.is_array()) return json::write(v);
  return v.text();
}

bool is_true(const Value& v) { return !v.is_null() && !(v.is_bool() && !v.as_bool()); }

// Splits at a separator outside of quotes.
std::vector<std::string_view> split_outside(std::string_view s, std::string_view separator) {
  std::vector<std::string_view> out;
  char quote = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (quote == 0 && (s[i] == '"' || s[i] == '\''))
      quote = s[i];
    else if (s[i] == quote)
      quote = 0;
    else if (quote == 0 && s.substr(i).starts_with(separator)) {
      out.push_back(s.substr(start, i - start));
      start = i + separator.size();
      i = start - 1;
    }
  }
  out.push_back(s.substr(start));
  return out;
}

class Renderer {
 public:
  Renderer(std::string_view source, Value values, bool escapes)
      : source_(source), values_(std::move(values)), escapes_(escapes) {}

  Result<std::string> run() {
    while (at_ < source_.size() && !failed()) {
      step();
      if (out_.size() > most_output) fail("it makes more than a megabyte");
    }
    if (!failed() && !blocks_.empty()) fail("a block is not closed");
    if (failed())
      return Error{"invalid_template", "line " + text::decimal(line()) + ": " + problem_, "template_malformed"};
    return std::move(out_);
  }

 private:
  static constexpr std::size_t most_output = 1 << 20;  // bytes

  // An `if` or `unless` that is open: whether its present branch is shown, and whether one has been.
  struct Block {
    bool shown, was_shown, outer;
  };

  [[nodiscard]] bool failed() const { return !problem_.empty(); }
  void fail(std::string problem) {
    if (!failed()) problem_ = std::move(problem);
  }
  [[nodiscard]] std::int64_t line() const {
    return 1 + std::count(source_.begin(), source_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, source_.size())),
                          '\n');
  }
  [[nodiscard]] bool showing() const { return blocks_.empty() || (blocks_.back().shown && blocks_.back().outer); }

  void step() {
    const auto next = std::min(std::min(source_.find("{{", at_), source_.find("{%", at_)), source_.size());
    if (showing()) out_ += source_.substr(at_, next - at_);
    at_ = next;
    if (at_ == source_.size()) return;
    const bool is_output = source_[at_ + 1] == '{';
    const auto end = source_.find(is_output ? "}}" : "%}", at_);
    if (end == std::string_view::npos) return fail("a tag is not closed");
    std::string_view inside = source_.substr(at_ + 2, end - at_ - 2);
    if (inside.starts_with('-')) {  // {%- strips what is before, -%} what comes after
      inside.remove_prefix(1);
      while (!out_.empty() && (out_.back() == ' ' || out_.back() == '\n')) out_.pop_back();
    }
    const bool strips = inside.ends_with('-');
    if (strips) inside.remove_suffix(1);
    if (is_output)
      output(text::trimmed(inside));
    else
      tag(text::trimmed(inside));
    if (failed()) return;
    if (!moved_) at_ = end + 2;
    moved_ = false;
    while (strips && at_ < source_.size() && (source_[at_] == ' ' || source_[at_] == '\n')) ++at_;
  }

  void output(std::string_view expression) {
    if (!showing()) return;
    const auto parts = split_outside(expression, "|");
    std::string text = to_text(value_of(text::trimmed(parts[0])));
    bool raw = !escapes_;
    for (std::size_t i = 1; i < parts.size(); ++i) apply(text::trimmed(parts[i]), text, raw);
    out_ += raw ? text : escape_html(text);
  }

  void apply(std::string_view filter, std::string& text, bool& raw) {
    const auto colon = std::min(filter.find(':'), filter.size());
    const std::string_view name = text::trimmed(filter.substr(0, colon));
    const Value argument = colon < filter.size() ? value_of(text::trimmed(filter.substr(colon + 1))) : Value();
    if (name == "escape") {
      text = escape_html(text);
      raw = true;
      return;
    }
    if (name == "raw")
      raw = true;
    else if (name == "upcase")
      std::transform(text.begin(), text.end(), text.begin(), text::to_upper);
    else if (name == "downcase")
      text = text::lower(text);
    else if (name == "capitalize") {
      if (!text.empty()) text[0] = text::to_upper(text[0]);
    } else if (name == "url_encode")
      text = url::percent_encode(text);
    else if (name == "strip")
      text = std::string(text::trimmed(text));
    else if (name == "default") {
      if (text.empty() || text == "false") text = to_text(argument);
    } else if (name == "append")
      text += to_text(argument);
    else if (name == "prepend")
      text.insert(0, to_text(argument));
    else
      fail("the filter \"" + std::string(name) + "\" is not known");
  }

  void tag(std::string_view inside) {
    const auto space = std::min(inside.find_first_of(" \t\n"), inside.size());
    const std::string_view name = inside.substr(0, space), rest = text::trimmed(inside.substr(space));
    if (name == "if" || name == "unless") {
      if (blocks_.size() >= 32) return fail("blocks are nested too deeply");
      const bool holds = showing() && condition(rest) == (name == "if");
      blocks_.push_back({holds, holds, showing()});
    } else if (name == "elsif" || name == "else") {
      if (blocks_.empty()) return fail("else outside of if");
      Block& block = blocks_.back();
      block.shown = !block.was_shown && block.outer && (name == "else" || condition(rest));
      block.was_shown = block.was_shown || block.shown;
    } else if (name == "endif" || name == "endunless") {
      if (blocks_.empty()) return fail("end of a block that is not open");
      blocks_.pop_back();
    } else if (name == "assign") {
      const auto equals = rest.find('=');
      if (equals == std::string_view::npos) return fail("assign needs name = value");
      if (showing())
        values_.set(text::trimmed(rest.substr(0, equals)), value_of(text::trimmed(rest.substr(equals + 1))));
    } else if (name == "comment") {
      const auto end = source_.find("endcomment", at_);
      const auto close = end == std::string_view::npos ? end : source_.find("%}", end);
      if (close == std::string_view::npos) return fail("a comment is not closed");
      at_ = close + 2;
      moved_ = true;
    } else {
      fail("the tag \"" + std::string(name) + "\" is not known");
    }
  }

  // `a and b or c`, from right to left as Liquid does.
  bool condition(std::string_view s) {
    for (const std::string_view word : {" and ", " or "}) {
      const auto parts = split_outside(s, word);
      if (parts.size() < 2) continue;
      const std::string_view rest = s.substr(parts[0].size() + word.size());
      const std::string_view other = word == " and " ? " or " : " and ";
      if (split_outside(parts[0], other).size() > 1) continue;
      const bool first = comparison(text::trimmed(parts[0]));
      return word == " and " ? first && condition(rest) : first || condition(rest);
    }
    return comparison(text::trimmed(s));
  }

  bool comparison(std::string_view s) {
    for (const std::string_view sign : {"==", "!=", " contains "}) {
      const auto parts = split_outside(s, sign);
      if (parts.size() != 2) continue;
      const Value left = value_of(text::trimmed(parts[0])), right = value_of(text::trimmed(parts[1]));
      if (sign == " contains ")
        return left.is_array() ? std::find(left.items().begin(), left.items().end(), right) != left.items().end()
                               : to_text(left).find(to_text(right)) != std::string::npos;
      const bool equal = left == right || (left.is_null() && right.is_null());
      return (sign == "==") == equal;
    }
    return is_true(value_of(s));
  }

  Value value_of(std::string_view s) {
    if (s.empty() || s == "nil" || s == "null") return {};
    if (s == "true" || s == "false") return s == "true";
    if (s.size() >= 2 && (s[0] == '"' || s[0] == '\'') && s.back() == s[0]) return s.substr(1, s.size() - 2);
    if (const auto number = text::parse_int(s)) return *number;
    const Value* value = &values_;
    for (const auto part : text::split(s, '.')) value = &(*value)[part];
    return *value;
  }

  std::string_view source_;
  Value values_;
  bool escapes_;
  std::size_t at_ = 0;
  bool moved_ = false;
  std::string out_, problem_;
  std::vector<Block> blocks_;
};

}  // namespace

Result<std::string> render_liquid(std::string_view source, const Value& values, bool escapes) {
  return Renderer(source, values, escapes).run();
}

}  // namespace ostia::authority
