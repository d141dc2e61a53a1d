// Jobs: work that takes longer than a request. Users come in by the thousand, and go out.
#include <zlib.h>

#include <map>
#include <thread>

#include "accounts/registration.hpp"
#include "accounts/users_file.hpp"
#include "base/log.hpp"
#include "http/multipart.hpp"
#include "logs/journal.hpp"
#include "management/csv.hpp"
#include "management/endpoints.hpp"
#include "management/user_handlers.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "state/ticket.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::int64_t link_lifetime = 3600;  // seconds

Statement put_job(const std::string& id, const Value& job, std::int64_t now) {
  return {
      "INSERT INTO jobs (id, created_at, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
      {id, now, json::write(job)}};
}

Value new_job(const Authority& a, const char* type) {
  return Value::object({{"id", "job_" + random_id().substr(0, 16)},
                        {"type", type},
                        {"status", "pending"},
                        {"created_at", iso_time(a.clock.now())}});
}

// An export has no address until somebody asks who may read users: whoever has it has them all.
Value shown_job(const Authority& a, const Call& call, Value job) {
  Value what = job["export"];
  job.erase("export");
  if (!what.is_object() || !call.has_scope("read:users")) return job;
  what.set("client_id", call.token["azp"]);  // who asked, for the log of who fetches it
  if (call.token["gty"].is_null()) what.set("user_id", call.token["sub"]);
  const std::string file = job["id"].text() + (what["format"].is("csv") ? ".csv.gz" : ".json.gz");
  job.set("location",
          call.request.issuer + "exports/" + file + "?ticket=" + seal_ticket(a, "users_export", what, link_lifetime));
  return job;
}

Async<Value> job_of(Authority& a, std::string id) {
  CO_TRY(const auto rows, a.store.query({"SELECT body FROM jobs WHERE id = $1", {std::move(id)}}));
  if (rows.empty()) co_return not_found("The job does not exist", "inexistent_job");
  co_return json::parse(text_at(rows.first(), 0));
}

Handling get_job(Authority& a, Call call) {
  CO_TRY(auto job, job_of(a, call.path[0]));
  co_return Reply{200, shown_job(a, call, std::move(job))};
}

Handling get_errors(Authority& a, Call call) {
  CO_TRY(const auto rows, a.store.query({"SELECT result FROM jobs WHERE id = $1", {call.path[0]}}));
  if (rows.empty()) co_return not_found("The job does not exist", "inexistent_job");
  if (text_at(rows.first(), 0).empty()) co_return Reply{204, {}};
  auto errors = json::parse(text_at(rows.first(), 0));
  if (!errors) co_return std::move(errors).error();
  co_return Reply{200, *std::move(errors)};
}

Handling keep_job(Authority& a, Value job, int status) {
  CO_TRY_VOID(a.store.write(put_job(job["id"].text(), job, a.clock.now())));
  co_return Reply{status, std::move(job)};
}

Handling send_verification(Authority& a, Call call) {
  CO_TRY(const auto user, user_of(a, call.body["user_id"].text()));
  if (user.email.empty()) co_return api_error(400, "operation_not_supported", "The user has no e-mail address.");
  Value job = new_job(a, "verification_email");
  job.set("status", "completed");
  CO_TRY_VOID(a.store.commit(together(verification_mail(a, call.request, user, call.body["client_id"].text()),
                                      put_job(job["id"].text(), job, a.clock.now()))));
  a.outbox.wake();
  co_return Reply{201, std::move(job)};
}

// ---- Import

// The fields that an import has, each once: of two, nobody could say which one counts.
Result<std::map<std::string, std::string_view, std::less<>>> import_form(const Request& request) {
  const auto parts = read_multipart(request.header("content-type"), request.body);
  if (!parts) return invalid_body("'" + parts.error().description + "'.");
  std::map<std::string, std::string_view, std::less<>> out;
  for (const FormPart& part : *parts)
    if (!out.emplace(part.name, part.content).second) return invalid_body("'Repeated property: " + part.name + "'.");
  return out;
}

Value shown_mistakes(const UsersImported& imported) {
  Value out = Value::array();
  for (const auto& m : imported.mistakes)
    out.push_back(Value::object(
        {{"user", m.user},
         {"index", m.index},
         {"line", m.line},
         {"errors", Value::array({Value::object(
                        {{"code", m.code}, {"message", place_of(m) + ": " + m.message}, {"path", m.path}})})}}));
  return out;
}

// On a thread of its own: it hashes, and it waits for the disk.
void run_import(Authority& a, Value job, const std::string& text, const UsersImport& how) {
  job.set("status", "processing");
  const auto keep = [&](const std::string& result) {
    auto stored = a.store.commit_now({put_job(job["id"].text(), job, how.now),
                                      {"UPDATE jobs SET result = $2 WHERE id = $1", {job["id"].text(), result}}});
    if (!stored) log_event("error", "job_failed", {{"what", stored.error().description}});
  };
  auto imported = import_users(a.store, text, how, [&](std::int64_t done, double) {
    job.set("time_left_seconds", done == 0 ? 0 : 1);
    keep({});
  });
  job.set("status", imported ? "completed" : "failed");
  job.erase("time_left_seconds");
  if (!imported) {
    log_event("error", "job_failed", {{"what", imported.error().description}});
    return keep({});
  }
  const auto failed = static_cast<std::int64_t>(imported->mistakes.size());
  job.set("summary", Value::object({{"total", imported->total},
                                    {"inserted", imported->inserted},
                                    {"updated", imported->updated},
                                    {"failed", failed}}));
  keep(failed > 0 ? json::write(shown_mistakes(*imported)) : "");
}

Handling start_import(Authority& a, Call call) {
  const auto form = import_form(call.request);
  if (!form) co_return form.error();
  const auto field = [&](std::string_view name) {
    const auto found = form->find(name);
    return found == form->end() ? std::string() : std::string(found->second);
  };
  auto users = std::make_shared<const std::string>(field("users"));
  const std::string id = field("connection_id");
  if (users->empty()) co_return invalid_body("'Missing required property: users'.");
  const auto c = call.tenant->find_connection_by_id(id);
  if (!c) co_return api_error(400, "inexistent_connection", "The connection does not exist.");
  if (c->is_upstream())
    co_return api_error(400, "operation_not_supported",
                        "Users can be imported into database and passwordless connections.");
  Value job = new_job(a, "users_import");
  job.set("connection_id", id);
  job.set("connection", c->name);
  job.set("upsert", field("upsert") == "true");
  if (const auto external = field("external_id"); !external.empty()) job.set("external_id", external);
  UsersImport how{c->name,      c->is_database() ? "auth0" : c->strategy, field("upsert") == "true", false, false,
                  a.clock.now()};
  CO_AWAIT(auto reply, keep_job(a, job, 202));
  if (reply) a.run_apart([&a, job, users, how] { run_import(a, job, *users, how); });
  co_return reply;
}

// ---- Export

Handling start_export(Authority& a, Call call) {
  Value job = new_job(a, "users_export");
  const std::string id = call.body["connection_id"].text();
  const auto c = id.empty() ? nullptr : call.tenant->find_connection_by_id(id);
  if (!id.empty() && !c) co_return api_error(400, "inexistent_connection", "The connection does not exist.");
  const std::string format = text_or(call.body["format"], "json");
  Value ticket = Value::object({{"format", format}, {"fields", call.body["fields"]}, {"limit", call.body["limit"]}});
  if (c) ticket.set("connection", c->name);
  job.set("status", "completed");
  job.set("format", format);
  if (c) job.set("connection_id", id);
  // Made when it is fetched.
  job.set("export", std::move(ticket));
  CO_AWAIT(auto reply, keep_job(a, std::move(job), 201));
  if (reply) reply->body = shown_job(a, call, std::move(reply->body));
  co_return reply;
}

Value member_at(const Value& document, std::string_view path) {
  Value v = document;
  for (const auto name : text::split(path, '.')) {
    const auto index = v.is_array() ? text::parse_int(name) : std::nullopt;
    v = Value(index && *index >= 0 ? v.at(static_cast<std::size_t>(*index)) : v[name]);
  }
  return v;
}

struct Column {
  std::string name, as;
};

std::vector<Column> columns_of(const Value& fields) {
  std::vector<Column> out;
  for (const auto& field : fields.items())
    out.push_back(
        {field["name"].text(), field["export_as"].is_string() ? field["export_as"].text() : field["name"].text()});
  if (out.empty())
    for (const char* name : {"user_id", "email", "email_verified", "name", "nickname", "given_name", "family_name",
                             "picture", "connection", "created_at", "updated_at"})
      out.push_back({name, name});
  return out;
}

std::string line_of(const Value& document, const std::vector<Column>& columns, bool is_csv) {
  if (is_csv) {
    std::string out;
    for (const auto& c : columns)
      out.append(out.empty() && &c == &columns.front() ? "" : ",").append(csv_cell(member_at(document, c.name)));
    return out + "\n";
  }
  Value out = Value::object();
  for (const auto& c : columns) out.set(c.as, member_at(document, c.name));
  return json::write(out) + "\n";
}

// Compresses as it goes, so that no step takes long and no whole file stands in memory.
class Gzip {
 public:
  Gzip() { deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY); }
  ~Gzip() { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void add(const std::string& text) { run(text, Z_NO_FLUSH); }
  std::string finish() {
    run({}, Z_FINISH);
    return std::move(out_);
  }

 private:
  void run(const std::string& text, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      char chunk[16 * 1024];
      stream_.next_out = reinterpret_cast<Bytef*>(chunk);
      stream_.avail_out = sizeof chunk;
      deflate(&stream_, flush);
      out_.append(chunk, sizeof chunk - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::string out_;
};

}  // namespace

Routes job_routes() {
  return {
      on("POST", "jobs/users-imports", "create:users", "import_users", "Import users from a file", start_import),
      on("POST", "jobs/users-exports", "read:users", "export_users", "Export users to a file", start_export)
          .takes("users_export"),
      on("POST", "jobs/verification-email", "update:users", "send_verification_email", "Send a verification mail",
         send_verification)
          .takes("verification_email"),
      on("GET", "jobs/{id}", "create:users read:users create:passwords_checking_job", "get_job", "Get a job", get_job),
      on("GET", "jobs/{id}/errors", "create:users read:users create:passwords_checking_job", "get_job_errors",
         "Get what a job could not do", get_errors),
  };
}

}  // namespace ostia::authority::management

namespace ostia::authority {

namespace {

// The users that the ticket of an export asks for, as its file.
Async<std::string> export_file(Authority& a, json::Value ticket, LongReads::TurnPtr turn) {
  const auto columns = management::columns_of(ticket["fields"]);
  const bool is_csv = ticket["format"].is("csv");
  management::Gzip file;
  std::string text;
  if (is_csv) {
    for (const auto& c : columns) text.append(text.empty() ? "" : ",").append(management::csv_text(c.as));
    text += "\n";
  }
  std::int64_t left = at_least(ticket["limit"], 1, std::numeric_limits<std::int64_t>::max());
  const std::string connection = ticket["connection"].text();
  for (std::string after; left > 0;) {
    CO_TRY_VOID(turn->next());
    CO_TRY(const auto documents, read_documents(a, after, 500));
    if (documents.empty()) break;
    for (json::Value document : documents) {
      after = document["user_id"].text();
      document.set("connection", document["identities"].at(0)["connection"]);
      if ((!connection.empty() && document["connection"].text() != connection) || left == 0) continue;
      text += management::line_of(document, columns, is_csv);
      --left;
    }
    file.add(std::exchange(text, {}));
  }
  file.add(text);
  co_return file.finish();
}

}  // namespace

// The file of an export job, for whoever has its link.
Answering download_export(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const auto v = open_ticket(a, "users_export", query.get("ticket"));
  if (!v) co_return text_response(403, "The link is not good any more: start another export.\n");
  auto apart = a.long_reads.run<std::string>(
      (*v)["client_id"].text(), [&a, v](LongReads::TurnPtr turn) { return export_file(a, *v, std::move(turn)); });
  CO_AWAIT(auto file, std::move(apart));
  if (!file) {
    const Error& e = file.error();
    if (e.status == 503) co_return text_response(503, e.description + "\n");
    co_return text_response(500, "The users could not be read; try again.\n");
  }
  record(a, request,
         {.type = "sapi",
          .description = "Fetch an export of users",
          .client_id = (*v)["client_id"].text(),
          .user_id = (*v)["user_id"].text(),
          .details = json::Value::object(
              {{"request", json::Value::object({{"method", request.method}, {"path", request.path}})},
               {"response", json::Value::object({{"statusCode", 200}})}}),
          .is_audited = true});
  co_return Response{200, {{"Content-Type", "application/gzip"}, {"Cache-Control", "no-store"}}, *std::move(file)};
}

}  // namespace ostia::authority
