#include <cstdlib>
#include <ctime>

#include "base/clock.hpp"
#include "doctor/doctor.hpp"
#include "http/curl.hpp"
#include "ostia/json/value.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::doctor {
namespace {

struct Answer {
  CURLcode code = CURLE_OK;
  long status = 0;
  std::string body, date;
};

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<Answer*>(to)->body.append(data, size * count);
  return size * count;
}

std::size_t keep_date(char* data, std::size_t size, std::size_t count, void* to) {
  const std::string line(data, size * count);
  if (text::lower(line.substr(0, 5)) == "date:") static_cast<Answer*>(to)->date = line.substr(5);
  return size * count;
}

Answer get(const std::string& url, const std::string& ca) {
  static const auto egress = Egress::everywhere();  // it was typed by whoever reads the answer
  const curl::Transfer easy(egress, url, "http,https", {5, 10});
  Answer out;
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &out);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, keep_date);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &out);
  if (!ca.empty()) curl_easy_setopt(easy.get(), CURLOPT_CAINFO, ca.c_str());
  out.code = curl_easy_perform(easy.get());
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &out.status);
  return out;
}

// Why nothing came, as its reader can mend it.
Finding explain(const std::string& url, const Answer& answer) {
  switch (answer.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return fault("network", url + ": there is no such name", "add it to the DNS, or to /etc/hosts to try it out");
    case CURLE_COULDNT_CONNECT:
      return fault("network", url + ": nobody listens there", "start the authority, or open the firewall");
    case CURLE_OPERATION_TIMEDOUT:
      return fault("network", url + ": no answer within 10 seconds", "look at the firewall and at the proxy");
    case CURLE_PEER_FAILED_VERIFICATION:
      return fault("certificate", url + ": its certificate is not trusted here, or is another name's",
                   "with a certificate of the authority's own, name DATA/ca.pem with --ca; else renew it");
    default: return fault("network", url + ": " + curl_easy_strerror(answer.code), "look at the proxy's log");
  }
}

Finding examine_date(const Answer& answer) {
  constexpr std::int64_t most = 30;  // seconds
  const std::int64_t theirs = curl_getdate(answer.date.c_str(), nullptr);
  if (theirs < 0) return warning("clock", "the authority does not say what time it is", "let the proxy keep Date");
  const std::int64_t apart = theirs - Clock::real();
  if (std::abs(apart) <= most) return fine("clock", "the authority's and this machine's agree");
  return fault("clock",
               "the authority's clock is " + std::to_string(std::abs(apart)) + " seconds " +
                   (apart > 0 ? "ahead of" : "behind") + " this machine's",
               "set the one that is wrong; until then `leeway` helps applications over a few seconds");
}

Finding examine_issuer(const std::string& domain, const json::Value& document) {
  const std::string& issuer = document["issuer"].text();
  if (issuer == domain + "/") return fine("issuer", issuer);
  return fault("issuer", "whoever asks " + domain + " is told that it is " + issuer,
               "start the authority with --issuer " + domain + ", or list the name in customDomains");
}

// Where it may be administered from is the operator's option, which this can only see by asking.
Finding examine_administration(const std::string& domain, const std::string& ca) {
  const Answer asked = get(domain + "/api/v2/users", ca);
  const auto body = json::parse(asked.body);
  if (asked.status == 403 && body && (*body)["errorCode"].is("network_not_allowed"))
    return fine("administration", "not from this machine: --admin-network names others");
  return fine("administration", "answers this machine; --admin-network can narrow it");
}

}  // namespace

Findings examine_service(const Options& o) {
  std::string domain = o.domain.find("://") == std::string::npos ? "https://" + o.domain : o.domain;
  while (domain.ends_with('/')) domain.pop_back();
  const Answer discovery = get(domain + "/.well-known/openid-configuration", o.ca);
  if (discovery.code != CURLE_OK) return {explain(domain, discovery)};
  const auto document = json::parse(discovery.body);
  if (discovery.status != 200 || !document || !document->is_object())
    return {fault("network",
                  domain + " answers, but is not an authority (status " + std::to_string(discovery.status) + ")",
                  "let the proxy hand on all paths, and look at /health/ready")};
  Findings out = {examine_issuer(domain, *document), examine_date(discovery)};
  const Answer keys = get(domain + "/.well-known/jwks.json", o.ca), ready = get(domain + "/health/ready", o.ca);
  const auto set = json::parse(keys.body);
  out.push_back(set && (*set)["keys"].size() > 0
                    ? fine("keys", std::to_string((*set)["keys"].size()) + " published")
                    : fault("keys", "no signing key is published", "look at the authority's log"));
  out.push_back(ready.status == 200 ? fine("health", "ready")
                                    : fault("health", "not ready", "look at the authority's log: its database?"));
  out.push_back(examine_administration(domain, o.ca));
  return out;
}

}  // namespace ostia::authority::doctor
