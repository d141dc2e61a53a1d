// Recursive descent over RFC 8259's grammar; one function a rule, depth bounded by the caller.
#include "ostia/json/cursor.hpp"
#include "ostia/json/rep.hpp"
#include "ostia/text/utf8.hpp"

namespace ostia::json {

class Parser : Cursor {
 public:
  Parser(std::string_view in, int depth) : Cursor(in), begin_(in.data()), depth_(depth) {}

  Result<Value> document() {
    Value value;
    if (!any(value)) return failure();
    space();
    if (p_ != end_) return failure();
    return value;
  }

 private:
  [[nodiscard]] Error failure() const {
    return peer_error("invalid_json", "not valid JSON at byte " + text::decimal(p_ - begin_), "json_malformed");
  }

  bool any(Value& out) {
    space();
    if (p_ == end_) return false;
    switch (*p_) {
      case '{': return nested(out, &Parser::object);
      case '[': return nested(out, &Parser::array);
      case '"': return string(out.make(Value::Kind::string).text);
      case 't': out = Value(true); return literal("true");
      case 'f': out = Value(false); return literal("false");
      case 'n': return literal("null");
      default: return number(out);
    }
  }

  bool nested(Value& out, bool (Parser::*rule)(Value&)) {
    if (depth_-- == 0) return false;
    ++p_;
    const bool fine = (this->*rule)(out);
    ++depth_;
    return fine;
  }

  bool array(Value& out) {
    auto& items = out.make(Value::Kind::array).items;
    space();
    if (take(']')) return true;
    do {
      if (!any(items.emplace_back())) return false;
      space();
    } while (take(','));
    return take(']');
  }

  bool object(Value& out) {
    Value::Rep& rep = out.make(Value::Kind::object);
    space();
    if (take('}')) return true;
    do {
      space();
      if (!string(rep.keys.emplace_back())) return false;
      space();
      if (!take(':') || !any(rep.items.emplace_back())) return false;
      space();
    } while (take(','));
    return take('}');
  }

  bool number(Value& out) {
    const char* start = p_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    out = Value::number(std::string(start, p_));
    return true;
  }

  bool hex4(std::uint32_t& code) {
    if (end_ - p_ < 4) return false;
    code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text::to_lower(*p_++);
      const int digit = text::is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
      if (digit < 0) return false;
      code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  bool unicode_escape(std::string& out) {
    std::uint32_t code = 0;
    if (!hex4(code)) return false;
    if (code >= 0xD800 && code <= 0xDFFF) {  // a pair, or nothing that UTF-8 could hold
      std::uint32_t low = 0;
      if (code > 0xDBFF || !take('\\') || !take('u') || !hex4(low) || low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    text::append_utf8(out, code);
    return true;
  }

  bool escape(std::string& out) {
    if (p_ == end_) return false;
    switch (*p_++) {
      case '"': out += '"'; return true;
      case '\\': out += '\\'; return true;
      case '/': out += '/'; return true;
      case 'b': out += '\b'; return true;
      case 'f': out += '\f'; return true;
      case 'n': out += '\n'; return true;
      case 'r': out += '\r'; return true;
      case 't': out += '\t'; return true;
      case 'u': return unicode_escape(out);
      default: return false;
    }
  }

  bool string(std::string& out) {
    if (!take('"')) return false;
    while (p_ < end_) {
      const char* run = p_;
      while (p_ < end_ && *p_ != '"' && *p_ != '\\' && static_cast<unsigned char>(*p_) >= 0x20) ++p_;
      out.append(run, p_);
      if (take('"')) return text::is_utf8(out);
      if (!take('\\') || !escape(out)) return false;
    }
    return false;
  }

  const char* begin_;
  int depth_;
};

Result<Value> parse(std::string_view text, int depth) { return Parser(text, depth).document(); }

}  // namespace ostia::json
