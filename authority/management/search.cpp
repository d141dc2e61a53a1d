#include "management/search.hpp"

#include <algorithm>
#include <vector>

#include "base/address.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::management {

using json::Value;

// An inner node has children; a leaf compares a field.
struct Query::Node {
  enum class Kind : std::uint8_t { all, any, not_, term, range, exists, everything };
  Kind kind = Kind::everything;
  std::vector<std::shared_ptr<const Node>> children{};
  std::string field{};
  std::string value{};    // in lower case; `*` and `?` are wildcards
  std::string address{};  // the value as an e-mail address is kept: what an `email` is compared with
  bool quoted = false;
  std::string low{}, high{};  // of a range; `*`: open
  bool with_low = true, with_high = true;
};

namespace {

using Node = Query::Node;
using NodePtr = std::shared_ptr<const Node>;

void compare_with(Node& node, std::string_view value) {
  node.value = text::lower(value);
  node.address = canonical_login(value);
}

constexpr int deepest = 20;
constexpr std::string_view default_fields[] = {"name",  "nickname", "given_name",   "family_name",
                                               "email", "username", "phone_number", "user_id"};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> run() {
    auto node = any(0);
    if (!node) return node;
    skip();
    if (at_ < text_.size()) return wrong("an unexpected character");
    return node;
  }

 private:
  Error wrong(const std::string& what) const {
    return {"invalid_query_string", what + " at position " + std::to_string(at_), {}, 400, Fault::caller};
  }

  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool takes(std::string_view token) {
    skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    const char next = at_ + token.size() < text_.size() ? text_[at_ + token.size()] : ' ';
    if (text::is_alpha(token.back()) && next != ' ' && next != '(')
      return false;  // a word that begins like an operator
    at_ += token.size();
    return true;
  }
  bool ends() {
    skip();
    return at_ >= text_.size() || text_[at_] == ')';
  }
  bool is_next(std::string_view token) {
    const auto before = at_;
    const bool yes = takes(token);
    at_ = before;
    return yes;
  }

  static NodePtr of(Node::Kind kind, std::vector<NodePtr> children) {
    if (children.size() == 1 && kind != Node::Kind::not_) return children[0];
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->children = std::move(children);
    return node;
  }

  Result<NodePtr> any(int depth) {
    if (depth > deepest) return wrong("too many levels of parentheses");
    std::vector<NodePtr> parts;
    do {
      auto part = all(depth);
      if (!part) return part;
      parts.push_back(*std::move(part));
    } while (takes("OR") || takes("||"));
    return of(Node::Kind::any, std::move(parts));
  }

  // Two terms beside each other are both wanted.
  Result<NodePtr> all(int depth) {
    std::vector<NodePtr> parts;
    do {
      auto part = one(depth);
      if (!part) return part;
      parts.push_back(*std::move(part));
    } while (takes("AND") || takes("&&") || (!ends() && !is_next("OR") && !is_next("||")));
    return of(Node::Kind::all, std::move(parts));
  }

  Result<NodePtr> one(int depth) {
    if (takes("NOT") || takes("!") || takes("-")) {
      if (depth > deepest) return wrong("too many negations");
      auto inner = one(depth + 1);
      if (!inner) return inner;
      return of(Node::Kind::not_, {*std::move(inner)});
    }
    (void)takes("+");
    if (takes("(")) {
      auto inner = any(depth + 1);
      if (!inner) return inner;
      if (!takes(")")) return wrong("a missing \")\"");
      return inner;
    }
    return term({}, depth);
  }

  static bool ends_word(char c) { return std::string_view(" \t\r\n()[]{}\"").find(c) != std::string_view::npos; }

  // Up to a colon (of a field's name), a blank or a parenthesis. A backslash takes the next character as it is.
  Result<std::string> word(bool stops_at_colon) {
    std::string out;
    while (at_ < text_.size() && !ends_word(text_[at_])) {
      if (stops_at_colon && text_[at_] == ':') break;
      if (text_[at_] == '\\') ++at_;
      if (at_ >= text_.size()) return wrong("a backslash without a character after it");
      out += text_[at_++];
    }
    if (out.empty()) return wrong("a missing term");
    return out;
  }

  Result<std::string> quoted() {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    if (at_ >= text_.size()) return wrong("a missing closing quote");
    ++at_;
    return out;
  }

  Result<NodePtr> range(Node node) {
    node.kind = Node::Kind::range;
    node.with_low = text_[at_++] == '[';
    skip();
    auto low = at_ < text_.size() && text_[at_] == '"' ? quoted() : word(false);
    if (!low) return std::move(low).error();
    if (!takes("TO")) return wrong("a missing TO");
    skip();
    auto high = at_ < text_.size() && text_[at_] == '"' ? quoted() : word(false);
    if (!high) return std::move(high).error();
    skip();
    if (at_ >= text_.size() || (text_[at_] != ']' && text_[at_] != '}')) return wrong("a missing \"]\"");
    node.with_high = text_[at_++] == ']';
    node.low = text::lower(*low);
    node.high = text::lower(*high);
    return NodePtr(std::make_shared<Node>(std::move(node)));
  }

  // `field:(a OR b)` is read as `field:a OR field:b`.
  Result<NodePtr> group(const std::string& field, int depth) {
    std::vector<NodePtr> parts;
    bool is_any = false;
    for (++at_; !takes(")");) {
      if (at_ >= text_.size()) return wrong("a missing \")\"");
      is_any = takes("OR") || takes("||") || is_any;
      (void)(takes("AND") || takes("&&"));
      auto part = term(field, depth + 1);
      if (!part) return part;
      parts.push_back(*std::move(part));
      skip();
    }
    if (parts.empty()) return wrong("an empty group");
    return of(is_any ? Node::Kind::any : Node::Kind::all, std::move(parts));
  }

  Result<NodePtr> term(const std::string& field, int depth) {
    skip();
    if (at_ >= text_.size()) return wrong("a missing term");
    if (depth > deepest) return wrong("too many levels");
    Node node;
    node.kind = Node::Kind::term;
    node.field = field;
    if (!field.empty() && (text_[at_] == '[' || text_[at_] == '{')) return range(std::move(node));
    if (!field.empty() && text_[at_] == '(') return group(field, depth);
    if (text_[at_] == '"') {
      auto value = quoted();
      if (!value) return std::move(value).error();
      compare_with(node, *value);
      node.quoted = true;
      return NodePtr(std::make_shared<Node>(std::move(node)));
    }
    for (const std::string_view comparison : {">=", "<=", ">", "<"}) {
      if (field.empty() || !text_.substr(at_).starts_with(comparison)) continue;
      at_ += comparison.size();
      auto bound = word(false);
      if (!bound) return std::move(bound).error();
      node.kind = Node::Kind::range;
      const bool is_low = comparison[0] == '>';
      node.low = is_low ? text::lower(*bound) : "*";
      node.high = is_low ? "*" : text::lower(*bound);
      node.with_low = node.with_high = comparison.size() == 2;
      return NodePtr(std::make_shared<Node>(std::move(node)));
    }
    auto value = word(field.empty());
    if (!value) return std::move(value).error();
    if (*value == "AND" || *value == "OR" || *value == "NOT") return wrong("an operator where a term should be");
    if (field.empty() && at_ < text_.size() && text_[at_] == ':') {
      ++at_;
      if (*value == "_exists_") {
        auto name = word(false);
        if (!name) return std::move(name).error();
        node.kind = Node::Kind::exists;
        node.field = *name;
        return NodePtr(std::make_shared<Node>(std::move(node)));
      }
      return term(*value, depth + 1);
    }
    if (field.empty() && *value == "*") return NodePtr(std::make_shared<Node>());
    if (value->starts_with('*') && value->size() > 1 && value->size() < 4)
      return wrong("a wildcard before fewer than three characters");
    compare_with(node, *value);
    return NodePtr(std::make_shared<Node>(std::move(node)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Calls `look` with each value that a path such as `identities.connection` leads to; lists are looked through.
template <class Look>
bool any_value(const Value& value, std::string_view path, const Look& look) {
  if (value.is_array())
    return std::any_of(value.items().begin(), value.items().end(),
                       [&](const Value& one) { return any_value(one, path, look); });
  if (path.empty()) return !value.is_null() && look(value);
  const auto dot = path.find('.');
  if (dot != path.npos && value.find(path)) return any_value(*value.find(path), {}, look);  // a name with a dot in it
  const Value* next = value.find(path.substr(0, dot));
  return next && any_value(*next, dot == path.npos ? std::string_view() : path.substr(dot + 1), look);
}

bool fits_pattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++t;
      ++p;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string text_of(const Value& v) {
  if (v.is_bool()) return v.as_bool() ? "true" : "false";
  return text::lower(v.text());
}

// Numbers as numbers; dates and everything else as texts, which ISO 8601 sorts by.
bool is_within(const Value& v, const Node& n) {
  const auto compare = [&](const std::string& bound) {
    auto number = json::parse(bound);
    if (v.is_number() && number && number->is_number()) {
      const double x = v.as_double().value_or(0), y = number->as_double().value_or(0);
      return x < y ? -1 : x > y ? 1 : 0;
    }
    const int c = text_of(v).substr(0, std::max<std::size_t>(bound.size(), 1)).compare(bound);
    return c < 0 ? -1 : c > 0 ? 1 : 0;
  };
  if (!v.is_number() && !v.is_string()) return false;
  if (n.low != "*" && (n.with_low ? compare(n.low) < 0 : compare(n.low) <= 0)) return false;
  return n.high == "*" || (n.with_high ? compare(n.high) <= 0 : compare(n.high) < 0);
}

bool is_found(const Value& document, const Node& n) {
  const bool has_wildcards = !n.quoted && n.value.find_first_of("*?") != std::string::npos;
  const auto fits = [&](const std::string& text, const std::string& wanted) {
    return has_wildcards ? fits_pattern(text, wanted) : text == wanted;
  };
  const auto look_in = [&](std::string_view field, const Value& v) {
    if (n.kind == Node::Kind::range) return is_within(v, n);
    return fits(text_of(v), n.value) || (field == "email" && fits(canonical_login(v.text()), n.address));
  };
  if (!n.field.empty()) return any_value(document, n.field, [&](const Value& v) { return look_in(n.field, v); });
  return std::any_of(std::begin(default_fields), std::end(default_fields), [&](std::string_view field) {
    return any_value(document, field, [&](const Value& v) {
      if (look_in(field, v)) return true;
      const auto words = text::split(v.text(), ' ');
      return std::any_of(words.begin(), words.end(), [&](auto word) { return look_in({}, Value(word)); });
    });
  });
}

bool matches_node(const Value& document, const Node& n) {
  const auto match = [&](const NodePtr& child) { return matches_node(document, *child); };
  switch (n.kind) {
    case Node::Kind::everything: return true;
    case Node::Kind::all: return std::all_of(n.children.begin(), n.children.end(), match);
    case Node::Kind::any: return std::any_of(n.children.begin(), n.children.end(), match);
    case Node::Kind::not_: return !match(n.children[0]);
    case Node::Kind::exists: return any_value(document, n.field, [](const Value&) { return true; });
    case Node::Kind::term:
    case Node::Kind::range: return is_found(document, n);
  }
  return false;
}

}  // namespace

// AZ-1208 · Auth0: user search
Result<Query> Query::parse(std::string_view text) {
  constexpr std::size_t longest = 4096;
  if (text.size() > longest)
    return Error{"invalid_query_string", "it is longer than 4096 bytes", {}, 400, Fault::caller};
  Query out;
  if (text::split(text, ' ').empty()) {
    out.root_ = std::make_shared<Node>();
    return out;
  }
  auto root = Parser(text).run();
  if (!root) return std::move(root).error();
  out.root_ = *std::move(root);
  return out;
}

Query Query::of_field(std::string field, std::string_view value) {
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::term;
  node->field = std::move(field);
  compare_with(*node, value);
  node->quoted = true;
  Query out;
  out.root_ = std::move(node);
  return out;
}

Query Query::both(const Query& one, const Query& other) {
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::all;
  for (const auto& root : {one.root_, other.root_})
    if (root->kind == Node::Kind::all)
      node->children.insert(node->children.end(), root->children.begin(), root->children.end());
    else
      node->children.push_back(root);
  Query out;
  out.root_ = std::move(node);
  return out;
}

bool Query::matches(const Value& document) const { return matches_node(document, *root_); }

std::optional<std::string> Query::demands(std::string_view field) const {
  const auto demanded = [&](const Node& n) {
    return n.kind == Node::Kind::term && n.field == field && (n.quoted || n.value.find_first_of("*?") == n.value.npos);
  };
  if (demanded(*root_)) return root_->value;
  if (root_->kind != Node::Kind::all) return {};
  for (const auto& child : root_->children)
    if (demanded(*child)) return child->value;
  return {};
}

}  // namespace ostia::authority::management
