#include "ostia/json/members.hpp"

#include "ostia/json/cursor.hpp"
#include "ostia/text/utf8.hpp"

namespace ostia::json {

// The same grammar as `parse`'s, with nothing kept but where things stand.
class MembersReader : Cursor {
 public:
  using Cursor::Cursor;

  bool object(Members& out) {
    space();
    if (!take('{')) return false;
    space();
    if (!take('}') && !members(out)) return false;
    space();
    return p_ == end_;
  }

  // An array of a few strings without escapes, which is what an audience is.
  bool strings(Member::Items& out) {
    if (!take('[')) return false;
    space();
    if (take(']')) return true;
    do {
      space();
      if (out.count == out.texts.size()) return false;
      std::string_view& text = out.texts[out.count++];
      if (!plain_string(text)) return false;
      space();
    } while (take(','));
    return take(']');
  }

 private:
  bool members(Members& out) {
    do {
      if (out.count_ == out.members_.size()) return false;
      Member& member = out.members_[out.count_++];
      space();
      if (!plain_string(member.key_)) return false;
      space();
      if (!take(':')) return false;
      space();
      if (!value(member)) return false;
      space();
    } while (take(','));
    return take('}');
  }

  bool plain_string(std::string_view& out) {
    if (!take('"')) return false;
    const char* start = p_;
    while (p_ < end_ && *p_ != '"' && *p_ != '\\' && static_cast<unsigned char>(*p_) >= 0x20) ++p_;
    out = {start, static_cast<std::size_t>(p_ - start)};
    return take('"');
  }

  bool number(std::string_view& out) {
    const char* start = p_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (p_ < end_ && (*p_ == '.' || *p_ == 'e' || *p_ == 'E')) return false;
    out = {start, static_cast<std::size_t>(p_ - start)};
    return true;
  }

  bool value(Member& out) {
    if (p_ == end_) return false;
    const char* start = p_;
    switch (*p_) {
      case '"': out.kind_ = Value::Kind::string; return plain_string(out.raw_);
      case 't':
      case 'f': out.kind_ = Value::Kind::boolean; break;
      case 'n': out.kind_ = Value::Kind::null; break;
      case '[': out.kind_ = Value::Kind::array; break;
      case '{': out.kind_ = Value::Kind::object; break;
      default: out.kind_ = Value::Kind::number; return number(out.raw_);
    }
    if (!skip(8)) return false;
    out.raw_ = {start, static_cast<std::size_t>(p_ - start)};
    return true;
  }

  bool skip(int depth) {
    std::string_view ignored;
    if (p_ == end_ || depth == 0) return false;
    switch (*p_) {
      case '"': return plain_string(ignored);
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      case '[': return skip_list(depth, ']', false);
      case '{': return skip_list(depth, '}', true);
      default: return number(ignored);
    }
  }

  bool skip_list(int depth, char close, bool has_names) {
    std::string_view ignored;
    ++p_;
    space();
    if (take(close)) return true;
    do {
      space();
      if (has_names) {
        if (!plain_string(ignored)) return false;
        space();
        if (!take(':')) return false;
        space();
      }
      if (!skip(depth - 1)) return false;
      space();
    } while (take(','));
    return take(close);
  }
};

Member::Items Member::items() const {
  Items out;
  if (is_array() && !MembersReader(raw_).strings(out)) out.count = 0;
  return out;
}

std::optional<Members> Members::read(std::string_view text) {
  std::optional<Members> out(std::in_place);
  if (!text::is_utf8(text) || !MembersReader(text).object(*out)) return std::nullopt;
  // An audience of many, or of other things than strings, is for `parse` to read.
  const Member& aud = (*out)["aud"];
  Member::Items items;
  if (aud.is_array() && !MembersReader(aud.raw_).strings(items)) return std::nullopt;
  return out;
}

const Member* Members::find(std::string_view key) const {
  for (std::size_t i = count_; i-- > 0;)
    if (members_[i].key_ == key) return &members_[i];
  return nullptr;
}

const Member& Members::operator[](std::string_view key) const {
  static const Member nothing;
  const Member* found = find(key);
  return found ? *found : nothing;
}

}  // namespace ostia::json
