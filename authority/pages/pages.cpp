#include "pages/pages.hpp"

#include <kainjow/mustache.hpp>

#include "crypto/crypto.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority::pages {

extern const std::string_view style_css, layout_template, login_template, setup_template, error_template,
    message_template, form_post_template, web_message_template, web_message_script;

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr std::string_view submit_script = "document.forms[0].submit()";

std::string render(std::string_view text, const data& values) {
  mustache page{std::string(text)};
  return page.render(values);
}

std::string source_hash(std::string_view text) { return "'sha256-" + text::base64_encode(sha256(text)) + "'"; }

Response html(int status, std::string body, const std::string& policy) {
  return {status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Content-Security-Policy", "default-src 'none'; base-uri 'none'; " + policy},
           {"Cache-Control", "no-store"},
           {"Referrer-Policy", "no-referrer"}},
          std::move(body)};
}

// A page with the common frame around `content`; its form may lead to `form_targets`.
Response framed(int status, const std::string& title, const std::string& content, const std::string& form_targets) {
  static const std::string style_source = source_hash(style_css);
  data values;
  values.set("title", title);
  values.set("style", std::string(style_css));
  values.set("content", content);
  Response response = html(status, render(layout_template, values),
                           "style-src " + style_source + "; form-action " + form_targets + "; frame-ancestors 'none'");
  return response.with("X-Frame-Options", "DENY");
}

// A source expression for the place that a redirect URI leads to.
std::string source_of(const std::string& redirect_uri) {
  std::string origin = url::origin_of(redirect_uri);
  if (!origin.empty()) return origin;
  const auto parsed = url::parse(redirect_uri);
  return parsed ? std::string(parsed->scheme) + ":" : "'none'";
}

data members(std::initializer_list<std::pair<const char*, std::string>> values) {
  data out;
  for (const auto& [name, value] : values)
    if (!value.empty()) out.set(name, value);
  return out;
}

// JSON inside a script element: nothing in it may look like markup.
std::string for_script(const json::Value& value) {
  std::string out;
  for (const char c : json::write(value)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

Response login(int status, const LoginPage& page) {
  const std::string content = render(login_template, members({{"tenant", page.tenant},
                                                              {"client", page.client},
                                                              {"state", page.state},
                                                              {"username", page.username},
                                                              {"error", page.error}}));
  // Browsers apply form-action to the redirects that follow a form, so the application's place must be allowed too.
  return framed(status, "Log in | " + page.client, content, "'self' " + source_of(page.continue_to));
}

Response setup(int status, const SetupPage& page) {
  const std::string content =
      render(setup_template, members({{"ticket", page.ticket}, {"username", page.username}, {"error", page.error}}));
  return framed(status, "First administrator", content, "'self'");
}

Response error(const ErrorPage& page) {
  std::string content =
      render(error_template,
             members({{"heading", page.heading}, {"text", page.text}, {"code", page.code}, {"hint", page.hint}}));
  return framed(page.status, page.heading, content, "'none'");
}

Response message(std::string_view heading, std::string_view text) {
  return framed(200, std::string(heading),
                render(message_template, members({{"heading", std::string(heading)}, {"text", std::string(text)}})),
                "'none'");
}

Response form_post(const std::string& redirect_uri, const std::vector<std::pair<std::string, std::string>>& fields) {
  static const std::string script_source = source_hash(submit_script);
  data list{data::type::list};
  for (const auto& [name, value] : fields) {
    data field;
    field.set("name", name);
    field.set("value", value);
    list << field;
  }
  data values;
  values.set("action", redirect_uri);
  values.set("fields", list);
  values.set("script", std::string(submit_script));
  return html(200, render(form_post_template, values),
              "script-src " + script_source + "; form-action " + source_of(redirect_uri) + "; frame-ancestors 'none'");
}

Response web_message(const std::string& origin, const json::Value& response) {
  static const std::string script_source = source_hash(web_message_script);
  data values;
  values.set("message", for_script(json::Value::object({{"origin", origin}, {"response", response}})));
  values.set("script", std::string(web_message_script));
  return html(200, render(web_message_template, values), "script-src " + script_source + "; frame-ancestors " + origin);
}

}  // namespace ostia::authority::pages
