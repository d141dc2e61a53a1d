// A desktop program with a login: `./qt-desktop DOMAIN CLIENT-ID`. Tokens are kept, so the next start needs no login.
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <ostia/ostia.hpp>
#include <ostia/qt.hpp>

namespace {

class Window : public QWidget {
 public:
  Window(ostia::WebAuth& auth, ostia::Credentials& credentials) : auth_(auth), credentials_(credentials) {
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(&text_);
    layout->addWidget(&button_);
    setWindowTitle("Ostia with Qt");
    connect(&button_, &QPushButton::clicked, this, [this] { log_in(); });
    credentials_.async_get().start([this](const ostia::Result<ostia::AuthResult>& kept) {
      if (kept)
        show_person(kept->id_token_payload);
      else
        text_.setText("Nobody is logged in.");
    });
  }

 private:
  void log_in() {
    button_.setEnabled(false);
    text_.setText("Waiting for the browser …");
    auth_.async_authorize({.scope = "openid profile email offline_access"})
        .start([this](ostia::Result<ostia::AuthResult> result) {
          button_.setEnabled(true);
          if (!result) return text_.setText(QString::fromStdString(result.error().description));
          if (auto kept = credentials_.store(*result); !kept) text_.setToolTip("This login will not last.");
          show_person(result->id_token_payload);
          std::printf("%s\n", text_.text().toUtf8().constData());
          std::fflush(stdout);
        });
  }
  void show_person(const ostia::json::Value& claims) {
    text_.setText("Hello " + QString::fromStdString(claims["name"].text()));
  }

  ostia::WebAuth& auth_;
  ostia::Credentials& credentials_;
  QLabel text_;
  QPushButton button_{"Log in"};
};

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  if (argc < 3) return std::fprintf(stderr, "usage: qt-desktop DOMAIN CLIENT-ID\n"), 2;
  ostia::Loop loop;
  ostia::qt::drive(loop, &app);
  ostia::WebAuth auth({.domain = argv[1], .client_id = argv[2], .environment = {.loop = &loop}});
  ostia::Credentials credentials(auth, {.name = "qt-desktop"});
  Window window(auth, credentials);
  window.show();
  if (argc > 3) window.findChild<QPushButton*>()->click();  // any third argument: as if the button was pressed
  const int code = QApplication::exec();
  loop.cancel_calls();
  loop.run();  // a renewal is not cut off; it ends while there still is a window to tell
  return code;
}
