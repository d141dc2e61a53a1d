// `/metrics`: of what, and how it is answered.
#include "base/log.hpp"
#include "operations/certificate.hpp"
#include "operations/metrics.hpp"
#include "operations/proxy_notes.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

namespace {

void watch_certificate(Metrics& metrics, const ServedCertificate& certificate) {
  const char *name = "ostia_certificate_expiry_seconds", *help = "When a certificate ends, in seconds since 1970";
  metrics.watch(name, help, [&certificate] { return static_cast<double>(certificate.ends_at()); },
                {{"certificate", "server"}});
  if (certificate.is_own())
    metrics.watch(name, help, [&certificate] { return static_cast<double>(certificate.authority_ends_at()); },
                  {{"certificate", "authority"}});
}

}  // namespace

std::shared_ptr<Metrics> make_metrics(const Authority& a, const Server& server, const ServedCertificate* certificate) {
  auto metrics = std::make_shared<Metrics>();
  if (certificate) watch_certificate(*metrics, *certificate);
  metrics->watch("ostia_log_lines_dropped",
                 "Lines of the log since the start that nobody will read: whoever reads it was too slow",
                 [] { return static_cast<double>(log_lines_dropped()); });
  metrics->watch("ostia_connections_open", "Connections that clients hold open",
                 [&server] { return static_cast<double>(server.places().open()); });
  metrics->watch("ostia_connections_refused",
                 "Connections that were refused since the start: their network has its share",
                 [&server] { return static_cast<double>(server.places().refused()); });
  metrics->watch("ostia_connections_ended", "Idle connections that were ended since the start, to make room",
                 [&server] { return static_cast<double>(server.places().ended()); });
  if (a.proxy_notes)
    metrics->watch("ostia_forwarded_unreadable",
                   "Requests since the start in which a proxy wrote an address that cannot be read",
                   [notes = a.proxy_notes] { return static_cast<double>(notes->unreadable_count()); });
  metrics->watch("ostia_passwords_waiting", "Passwords that wait for their hash to be computed",
                 [&a] { return static_cast<double>(a.passwords.waiting()); });
  metrics->watch("ostia_log_entries_lost", "Entries of the tenant's log since the start that could not be written",
                 [&a] { return static_cast<double>(a.lost_log_entries); });
  metrics->watch("ostia_log_entries_untaken",
                 "Entries of the tenant's log since the start that no log stream took in time",
                 [&a] { return static_cast<double>(a.untaken_log_entries); });
  metrics->watch("ostia_messages_waiting", "E-mails and text messages that are still to be sent",
                 [m = metrics.get()] { return static_cast<double>(m->messages_waiting); });
  metrics->watch("ostia_posts_given_up",
                 "Entries of the tenant's log and other writes that nobody waits for, lost since the start",
                 [&a] { return static_cast<double>(a.store.posts_given_up()); });
  watch_process(*metrics);
  return metrics;
}

boost::asio::awaitable<Response> answer_metrics(const Authority& a, Request request) {
  if (request.path != "/metrics") co_return text_response(404, "the metrics are at /metrics\n");
  CO_AWAIT(const auto count, a.store.query({"SELECT count(*) FROM messages WHERE state = 'queued'", {}}));
  a.metrics->messages_waiting = count ? int_at(count->first(), 0) : -1;  // -1: the database cannot say
  co_return Response{200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, a.metrics->text()};
}

}  // namespace ostia::authority
