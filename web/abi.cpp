#include "abi.hpp"

#include <functional>
#include <memory>

#include "ostia/auth0/legacy.hpp"
#include "ostia/auth0/web_auth.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::abi {
namespace {

using json::Value;

Value thrown(const Error& error) { return Value::object({{"throw", error.description}}); }

template <class T>
Value outcome(Result<T> result) {
  return result ? Value::object({{"value", *std::move(result)}}) : thrown(result.error());
}

// ---- effects and answers as JSON -----------------------------------------------------------------------------------

Value describe(const Now&) { return Value::object({{"do", "now"}}); }
Value describe(const Random& e) { return Value::object({{"do", "random"}, {"count", e.count}}); }
Value describe(const Sha256& e) {
  return Value::object({{"do", "sha256"}, {"bytes", text::base64url_encode(e.bytes)}});
}
Value describe(const VerifySignature& e) {
  return Value::object(
      {{"do", "verify"}, {"key", e.key}, {"input", e.input}, {"signature", text::base64url_encode(e.signature)}});
}
Value describe(const StorePut& e) {
  // Minutes as thousandths: the writer has no fractions.
  const auto milliminutes = static_cast<std::int64_t>(e.minutes * 1000);
  return Value::object({{"do", "put"}, {"key", e.key}, {"value", e.value}, {"milliminutes", milliminutes}});
}
Value describe(const StoreGet& e) { return Value::object({{"do", "get"}, {"key", e.key}}); }
Value describe(const StoreRemove& e) { return Value::object({{"do", "remove"}, {"key", e.key}}); }
Value describe(const Http& e) {
  Value headers = Value::object();
  for (const auto& [name, value] : e.headers) headers.set(name, value);
  return Value::object({{"do", "http"}, {"method", e.method}, {"url", e.url}, {"headers", headers}, {"body", e.body}});
}
Value describe(const Navigate& e) { return Value::object({{"do", "navigate"}, {"url", e.url}}); }
Value describe(const Browse& e) { return Value::object({{"do", "browse"}, {"url", e.url}}); }
Value describe(const Frame& e) {
  return Value::object({{"do", "frame"},
                        {"url", e.url},
                        {"origin", e.origin},
                        {"state", e.state},
                        {"timeout", static_cast<std::int64_t>(e.timeout_ms)}});
}
Value describe(const Warn& e) { return Value::object({{"do", "warn"}, {"text", e.text}}); }
Value describe(const FormatTime& e) { return Value::object({{"do", "date"}, {"seconds", e.seconds}}); }
Value describe(const Location&) { return Value::object({{"do", "location"}}); }

template <class E>
Answer answer_as(const Value& value) {
  using A = typename E::Answer;
  if constexpr (std::same_as<A, std::int64_t>) return value.as_int().value_or(0);
  if constexpr (std::same_as<A, bool>) return value.as_bool();
  if constexpr (std::same_as<A, Value>) return value;
  if constexpr (std::same_as<A, std::string>) {
    if constexpr (std::same_as<E, FormatTime>) return value.text();
    return text::base64url_decode(value.text()).value_or("");
  }
  if constexpr (std::same_as<A, HttpResponse>)
    return HttpResponse{static_cast<int>(value["status"].as_int().value_or(0)), value["statusText"].text(),
                        value["type"].text(), value["body"].text(), value["failure"].text()};
  if constexpr (std::same_as<A, Result<std::string>>) return Result<std::string>(value.text());
  if constexpr (std::same_as<A, Unit>) return Unit{};
}

// ---- operations under way ------------------------------------------------------------------------------------------

class Running {
 public:
  virtual ~Running() = default;
  virtual Value step(const Value& answer) = 0;
};

template <class T>
class RunningTask final : public Running {
 public:
  using Finish = std::function<Value(T)>;
  RunningTask(Task<T> task, Finish finish) : operation_(std::move(task)), finish_(std::move(finish)) {}

  // Either {"effect": …} or an outcome.
  Value step(const Value& value) override {
    Answer answer = asked_ ? asked_(value) : Answer();
    const Effect* effect = operation_.step(std::move(answer));
    if (!effect) return finish_(std::move(operation_.result()));
    return std::visit(
        [&](const auto& e) {
          asked_ = &answer_as<std::decay_t<decltype(e)>>;
          return Value::object({{"effect", describe(e)}});
        },
        *effect);
  }

 private:
  Operation<T> operation_;
  Finish finish_;
  Answer (*asked_)(const Value&) = nullptr;
};

struct Table {
  std::int64_t last = 0;
  std::vector<std::pair<std::int64_t, std::unique_ptr<Running>>> running;
};

Table& table() {
  static Table it;
  return it;
}

Value advance(std::int64_t id, const Value& answer) {
  auto& running = table().running;
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (running[i].first != id) continue;
    Value next = running[i].second->step(answer);
    if (next.find("effect"))
      next.set("id", id);
    else
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
    return next;
  }
  return Value::object({{"throw", "this operation is over"}});
}

// A host whose request was called off; what is over already may be dropped again.
Value drop(std::int64_t id) {
  std::erase_if(table().running, [id](const auto& one) { return one.first == id; });
  return Value::object({{"value", nullptr}});
}

template <class T>
Value begin(Task<T> task, typename RunningTask<T>::Finish finish) {
  const std::int64_t id = ++table().last;
  table().running.emplace_back(id, std::make_unique<RunningTask<T>>(std::move(task), std::move(finish)));
  return advance(id, {});
}

// ---- how an outcome reaches JavaScript -----------------------------------------------------------------------------

Value to_callback(const Error& error, Value shape) {
  return Value::object({{"error", std::move(shape)}, {"reason", error.reason}, {"message", error.description}});
}

Value or_throw(Result<Value> r) { return outcome(std::move(r)); }

std::function<Value(Result<Value>)> raw(Value response) {
  return [response = std::move(response)](Result<Value> r) {
    if (r) return Value::object({{"value", *std::move(r)}});
    const Value shape = auth0::raw_error(r.error(), r.error().reason == "error_response" ? response : Value());
    return to_callback(r.error(), shape);
  };
}

Value session(Result<Value> r) {
  if (r) return Value::object({{"value", *std::move(r)}});
  const Error& e = r.error();
  if (e.reason == "invalid_option") return thrown(e);
  if (e.fault == Fault::caller && e.code == "error")
    return to_callback(e, Value::object({{"error", e.code}, {"error_description", e.description}}));
  return to_callback(e, auth0::wrapped_error(e));
}

Value answered(const HttpResponse& answer) {
  Value out = auth0::legacy_answer(answer);
  if (out.find("error")) {
    const auto read = auth0::read_answer(answer);
    if (!read) {
      out.set("reason", read.error().reason);
      out.set("message", read.error().description);
    }
  }
  return out;
}

// ---- names ---------------------------------------------------------------------------------------------------------

Value call(std::string_view name, const Value& a, const Value& b) {
  if (name == "derive_base") return outcome(auth0::derive_base(a));
  if (name == "build_logout_url") return outcome(auth0::build_logout_url(a, b));
  if (name == "build_authorize_url") {
    auto built = auth0::build_authorize_url(a, b);
    if (!built) return thrown(built.error());
    return Value::object({{"value", built->url}, {"warning", built->warning}});
  }
  return Value::object({{"throw", "no such call"}});
}

Value start(std::string_view name, Value a, Value b, Value c) {
  if (name == "authorize") return begin<Result<Value>>(auth0::authorize(std::move(a), std::move(b)), or_throw);
  if (name == "logout") return begin<Result<Value>>(auth0::logout(std::move(a), std::move(b)), or_throw);
  if (name == "check_session") return begin<Result<Value>>(auth0::check_session(std::move(a), std::move(b)), session);
  if (name == "user_info") return begin<HttpResponse>(auth0::user_info(std::move(a), b.text()), answered);
  if (name == "start_transaction")
    return begin<Result<Value>>(auth0::start_transaction(std::move(a), std::move(b)), or_throw);
  if (name == "parse_hash") {
    Value response = auth0::parse_fragment(auth0::text_of(b["hash"]));
    return begin<Result<Value>>(auth0::parse_hash(std::move(a), std::move(b)), raw(std::move(response)));
  }
  if (name == "validate_response")
    return begin<Result<Value>>(auth0::validate_response(std::move(a), std::move(b), std::move(c)), raw({}));
  if (name == "validate_token")
    return begin<Result<Value>>(auth0::validate_id_token(std::move(a), b.text(), {c, {}, {}}), raw({}));
  return Value::object({{"throw", "no such operation"}});
}

Value arg(const Value& message, std::size_t i) {
  const auto& args = message["args"].items();
  return i < args.size() ? args[i] : Value();
}

}  // namespace

std::string handle(std::string_view text) {
  auto message = json::parse(text);
  if (!message) return json::write(thrown(message.error()));
  const Value& m = *message;
  if (m.find("call")) return json::write(call(m["call"].text(), arg(m, 0), arg(m, 1)));
  if (m.find("start")) return json::write(start(m["start"].text(), arg(m, 0), arg(m, 1), arg(m, 2)));
  if (m.find("drop")) return json::write(drop(m["drop"].as_int().value_or(0)));
  return json::write(advance(m["resume"].as_int().value_or(0), m["answer"]));
}

}  // namespace ostia::abi
