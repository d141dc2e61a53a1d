// libraries: Qt6NetworkAuth Qt6Network Qt6Core
#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkReply>
#include <QOAuth2AuthorizationCodeFlow>
#include <QOAuthHttpServerReplyHandler>
#include <QSslConfiguration>
#include <QUrl>
#include <cstdio>

int main(int count, char** arguments) {
  QCoreApplication application(count, arguments);
  auto tls = QSslConfiguration::defaultConfiguration();
  tls.addCaCertificates(qEnvironmentVariable("CA"));
  QSslConfiguration::setDefaultConfiguration(tls);
  const QString issuer = qEnvironmentVariable("ISSUER");
  // recipe
  QOAuth2AuthorizationCodeFlow flow;
  flow.setAuthorizationUrl(issuer + "authorize");
  flow.setAccessTokenUrl(issuer + "oauth/token");
  flow.setClientIdentifier(qEnvironmentVariable("CLIENT_ID"));
  flow.setClientIdentifierSharedKey(qEnvironmentVariable("CLIENT_SECRET"));
  flow.setScope("openid email offline_access");
  flow.setReplyHandler(new QOAuthHttpServerReplyHandler(qEnvironmentVariableIntValue("PORT"), &flow));
  QObject::connect(&flow, &QAbstractOAuth::authorizeWithBrowser, [](const QUrl& url) {
    std::printf("@follow %s\n", url.toEncoded().constData());
    std::fflush(stdout);
  });
  QObject::connect(&flow, &QAbstractOAuth::granted, [&] {
    auto* reply = flow.get(issuer + "userinfo");
    QObject::connect(reply, &QNetworkReply::finished, [reply] {
      const auto user = QJsonDocument::fromJson(reply->readAll()).object();
      std::puts(user["email"].toString() == qEnvironmentVariable("EMAIL") ? "@done" : "not so: profile");
      std::fflush(stdout);
      QCoreApplication::exit(user["email"].toString() != qEnvironmentVariable("EMAIL"));
    });
  });
  flow.grant();
  // end
  return application.exec();
}
