#include <qrencode.h>
#include <unistd.h>

#include <memory>

#include "account.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

struct DeviceOptionsOfVerb {
  AccountOptions account;
  bool no_qr = false;
};

// Two modules a character, dark on light whatever the terminal's colours are, with the quiet zone that scanners need.
std::string qr_code(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L),
                                                        QRcode_free);
  if (!code) return {};
  constexpr int quiet = 2;
  const auto is_dark = [&](int x, int y) {
    const bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
    return inside && (code->data[y * code->width + x] & 1) != 0;
  };
  std::string out;
  for (int y = -quiet; y < code->width + quiet; y += 2) {
    out += "  \x1b[30;107m";
    for (int x = -quiet; x < code->width + quiet; ++x) {
      const bool upper = is_dark(x, y), lower = is_dark(x, y + 1);
      out += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    out += "\x1b[0m\n";
  }
  return out;
}

json::Value to_json(const DeviceCode& code) {
  return json::Value::object({{"user_code", code.user_code},
                              {"verification_uri", code.verification_uri},
                              {"verification_uri_complete", code.verification_uri_complete},
                              {"expires_in", code.expires_in}});
}

void show(const DeviceCode& code, bool with_qr) {
  tell("");
  tell("  Open  " + code.verification_uri);
  tell("  Enter " + code.user_code);
  tell("");
  if (with_qr && !code.verification_uri_complete.empty()) draw(qr_code(code.verification_uri_complete) + "\n");
  tell("  The code works for " + std::to_string((code.expires_in + 59) / 60) + " minutes.");
}

int device(DeviceOptionsOfVerb o) {
  if (auto prepared = prepare_login(o.account); !prepared) return report(prepared.error(), o.account.json);
  WebAuth auth(o.account.auth);
  Device flow = auth.device();
  const auto code = flow.start();
  if (!code) return report(code.error(), o.account.json);
  if (o.account.json)
    say_json(to_json(*code));
  else
    show(*code, !o.no_qr && isatty(STDERR_FILENO) != 0);
  const auto result = flow.poll(*code);
  if (!result) return report(result.error(), o.account.json);
  return finish_login(o.account, auth, *result);
}

}  // namespace

Run add_device(CLI::App& app) {
  auto o = std::make_shared<DeviceOptionsOfVerb>();
  CLI::App* verb = app.add_subcommand("device", "Logs you in on another device, where there is no browser here.");
  add_account_options(*verb, o->account);
  add_login_options(*verb, o->account);
  verb->add_flag("--no-qr", o->no_qr, "Show no QR code");
  return [o] { return device(*o); };
}

}  // namespace ostia::cli
