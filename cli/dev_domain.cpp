// `ostia dev-domain NAME`: what an authority needs on a developer's machine for clients that refuse `localhost` and
// ports in a domain: a name in the hosts file, the port 443 for everybody, and its certificate among those that the
// machine trusts. `--undo` takes all of it back.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "ostia/text/ascii.hpp"
#include "state/data.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string name, data, root = "/";
  bool undoes = false;

  [[nodiscard]] std::string at(const char* file) const { return (fs::path(root) / file).string(); }
};

constexpr const char *hosts = "etc/hosts", *port_now = "proc/sys/net/ipv4/ip_unprivileged_port_start",
                     *port_kept = "etc/sysctl.d/60-ostia-dev-domain.conf", *trusted = "usr/local/share/ca-certificates";
constexpr int port = 443, usual_port = 1024;

Error bad_name(const std::string& name, const char* why) {
  return authority::invalid_option("dev-domain: " + name + " " + why + ". Take a name such as login.example.test");
}

// What the DNS has (RFC 1123 section 2.1), and no client takes for this machine itself.
Status check_name(const std::string& name) {
  const auto labels = text::split(name, '.');
  const auto is_label = [](std::string_view label) {
    const auto is_allowed = [](char c) { return text::is_alnum(c) || c == '-'; };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), is_allowed);
  };
  if (name.size() > 253 || name.empty() || !std::all_of(labels.begin(), labels.end(), is_label) ||
      std::count(name.begin(), name.end(), '.') + 1 != static_cast<std::ptrdiff_t>(labels.size()))
    return bad_name(name, "is no name of the DNS");
  if (labels.size() < 2)
    return bad_name(name, "has one label only, which clients take for a name of the local network");
  const std::string last = text::lower(labels.back());
  if (last == "localhost") return bad_name(name, "is this machine itself, which such clients refuse");
  if (last == "local") return bad_name(name, "belongs to multicast DNS (RFC 6762)");
  if (std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return bad_name(name, "reads as an address");
  return ok();
}

// Names that nobody can own (RFC 2606, RFC 6761, and `internal`).
bool is_for_trials(const std::string& name) {
  const std::string last = text::lower(text::split(name, '.').back());
  return last == "test" || last == "example" || last == "invalid" || last == "internal";
}

std::string contents_of(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// In its place and not over it: containers mount single files.
Status write_system_file(const std::string& file, const std::string& contents) {
  errno = 0;
  std::error_code ec;
  fs::create_directories(fs::path(file).parent_path(), ec);
  std::ofstream out(file, std::ios::trunc);
  out << contents;
  out.close();
  if (out) return ok();
  return authority::invalid_option("cannot write " + file + ": " + std::strerror(errno) +
                                   (geteuid() == 0 ? "" : ". Run it as root (sudo)"));
}

std::string mark_of(const Options& o) { return "# ostia dev-domain " + o.name; }

std::string without_own_lines(const Options& o, const std::string& before) {
  std::string out;
  std::istringstream lines(before);
  for (std::string line; std::getline(lines, line);)
    if (!line.ends_with(mark_of(o))) out += line + "\n";
  if (!before.empty() && !before.ends_with('\n') && out.ends_with('\n')) out.pop_back();
  return out;
}

// The address that somebody else's line gives the name; empty: there is none.
std::string other_address(const Options& o, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address, name;
    words >> address;
    while (words >> name)
      if (text::lower(name) == text::lower(o.name)) return address;
  }
  return {};
}

Status name_it(const Options& o) {
  const std::string file = o.at(hosts), before = contents_of(file), others = without_own_lines(o, before);
  const std::string address = other_address(o, others);
  const bool is_here = address == "127.0.0.1" || address == "::1";
  if (!address.empty() && !is_here && !o.undoes)
    return authority::invalid_option("dev-domain: " + file + " gives " + o.name + " the address " + address +
                                     ": take that line out, or take another name");
  std::string wanted = others;
  if (!o.undoes && !is_here) {
    if (!wanted.empty() && !wanted.ends_with('\n')) wanted += '\n';
    for (const char* here : {"127.0.0.1", "::1"}) wanted += std::string(here) + " " + o.name + " " + mark_of(o) + "\n";
  }
  if (wanted == before) return ok();
  if (auto written = write_system_file(file, wanted); !written) return written;
  say((o.undoes ? "taken out of " : "added to ") + file + ": " + o.name);
  return ok();
}

constexpr const char* was = "# before: ";

// What the file says was there before it.
std::string port_before(const std::string& setting) {
  const auto at = setting.find(was);
  const std::string said = at == setting.npos ? "" : setting.substr(at + std::strlen(was), setting.find('\n', at));
  const auto number = text::parse_int(text::trimmed(said.substr(0, said.find('\n'))));
  return std::to_string(number.value_or(usual_port));
}

// Whoever is no root may listen on 443 then. Nothing is changed where that is so already.
Status open_port(const Options& o) {
  const std::string kept = o.at(port_kept), now = o.at(port_now);
  if (o.undoes) {
    std::error_code ec;
    if (contents_of(o.at(hosts)).find("# ostia dev-domain ") != std::string::npos) return ok();  // others need it
    const std::string before = port_before(contents_of(kept));
    if (!fs::remove(kept, ec)) return ok();
    if (auto written = write_system_file(now, before + "\n"); !written) return written;
    say("ports below " + before + " are for root again");
    return ok();
  }
  const std::string first_free(text::trimmed(contents_of(now)));
  if (text::parse_int(first_free).value_or(usual_port) <= port) return ok();
  const std::string setting =
      was + first_free + "\nnet.ipv4.ip_unprivileged_port_start = " + std::to_string(port) + "\n";
  if (auto written = write_system_file(kept, setting); !written) return written;
  if (auto written = write_system_file(now, std::to_string(port) + "\n"); !written) return written;
  say("everybody on this machine may listen on port " + std::to_string(port) + " and above (" + kept + ")");
  return ok();
}

Status update_trust(const Options& o) {
  if (o.root != "/" || std::system("update-ca-certificates > /dev/null 2>&1") == 0) return ok();
  return authority::invalid_option(
      "dev-domain: update-ca-certificates failed; run it yourself, or set "
      "NODE_EXTRA_CA_CERTS and SSL_CERT_FILE to DATA/ca.pem");
}

Status trust_it(const Options& o) {
  const std::string file = o.at(trusted) + "/ostia-" + o.name + ".crt";
  std::error_code ec;
  if (o.undoes) {
    if (!fs::remove(file, ec)) return ok();
    if (auto updated = update_trust(o); !updated) return updated;
    say("not trusted any more: " + file);
    return ok();
  }
  if (o.data.empty()) return ok();
  const std::string certificate = contents_of(o.data + "/ca.pem");
  if (contents_of(file) == certificate) return ok();
  if (auto written = write_system_file(file, certificate); !written) return written;
  if (auto updated = update_trust(o); !updated) return updated;
  say("programs of this machine trust " + o.data + "/ca.pem (" + file + ")");
  return ok();
}

// Before anything is changed.
Status check_places(const Options& o) {
  if (!fs::is_directory(o.root)) return authority::invalid_option("--root: there is no folder " + o.root);
  if (!o.undoes && !o.data.empty() && contents_of(o.data + "/ca.pem").empty())
    return authority::invalid_option("--data: there is no ca.pem in " + o.data +
                                     ": start the authority once, and run this again");
  return ok();
}

int dev_domain(const Options& o) {
  if (auto good = check_name(o.name); !good) return report(good.error());
  if (!o.undoes && !is_for_trials(o.name))
    tell("ostia: warning: " + o.name + " may be somebody's: until --undo, this machine reaches itself by that name");
  if (auto good = check_places(o); !good) return report(good.error());
  for (const auto step : {name_it, open_port, trust_it})
    if (auto done = step(o); !done) return report(done.error());
  if (o.undoes) {
    say(o.name + " is as it was before.");
    return Exit::done;
  }
  const std::string with_data = o.data.empty() ? "" : " --data " + o.data;
  say("Start it with: ostia serve --dev --issuer https://" + o.name + "/ --listen 127.0.0.1:443" + with_data);
  if (o.data.empty())
    say("Then run this again with --data DIR, its data folder, so that this machine's programs trust its certificate. "
        "Node has a list of its own: NODE_EXTRA_CA_CERTS=DIR/ca.pem");
  say("Take it back with: ostia dev-domain " + o.name + " --undo" + (o.root == "/" ? "" : " --root " + o.root));
  return Exit::done;
}

}  // namespace

Run add_dev_domain(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "dev-domain", "Gives an authority on this machine a name and the port 443, for clients that refuse localhost.");
  verb->add_option("name", o->name, "The name, such as login.example.test")->type_name("NAME")->required();
  verb->add_option("--data", o->data, "Folder of the authority, whose ca.pem this machine is to trust")
      ->type_name("DIR");
  verb->add_option("--root", o->root, "Folder of the system that is changed")->type_name("DIR")->capture_default_str();
  verb->add_flag("--undo", o->undoes, "Takes all of it back");
  return [o] { return dev_domain(*o); };
}

}  // namespace ostia::cli
