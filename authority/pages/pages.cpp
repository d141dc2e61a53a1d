#include "pages/pages.hpp"

#include <algorithm>
#include <kainjow/mustache.hpp>

#include "crypto/crypto.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "pages/browser.hpp"

namespace ostia::authority::pages {

extern const std::string_view style_css, layout_template, form_template, error_template, message_template,
    form_post_template, web_message_template, web_message_script, verify_cross_origin_template,
    verify_cross_origin_script, webauthn_script, captcha_script, mail_template, listing_template, hosted_form_template,
    account_template;

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr std::string_view submit_script = "document.forms[0].submit()";

std::string render(std::string_view text, const data& values) {
  mustache page{std::string(text)};
  return page.render(values);
}

std::string source_hash(std::string_view text) { return "'sha256-" + text::base64_encode(sha256(text)) + "'"; }

Response html(int status, std::string body, const std::string& policy, const char* referrers = "no-referrer") {
  return {status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Content-Security-Policy", "default-src 'none'; base-uri 'none'; " + policy},
           {"Cache-Control", "no-store"},
           {"Referrer-Policy", referrers}},
          std::move(body)};
}

// A colour goes into a style sheet: nothing but `#rgb` and `#rrggbb`.
bool is_colour(std::string_view s) {
  const auto is_hex = [](char c) {
    return text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'f');
  };
  return (s.size() == 4 || s.size() == 7) && s[0] == '#' && std::all_of(s.begin() + 1, s.end(), is_hex);
}

// White or black, whichever reads better on `colour` (by its relative luminance, roughly).
const char* ink_on(std::string_view colour) {
  const auto channel = [&](std::size_t i) {
    const std::string digits =
        colour.size() == 4 ? std::string(2, colour[i + 1]) : std::string(colour.substr(1 + 2 * i, 2));
    return std::stoi(digits, nullptr, 16);
  };
  return channel(0) * 299 + channel(1) * 587 + channel(2) * 114 > 150'000 ? "#000" : "#fff";
}

std::string style_of(const Branding& branding) {
  std::string style(style_css);
  if (is_colour(branding.primary))
    style += ":root{--accent:" + branding.primary + ";--on-accent:" + ink_on(branding.primary) + "}";
  if (is_colour(branding.background))
    style += "@media (prefers-color-scheme:light){:root{--ground:" + branding.background + "}}";
  return style;
}

// A page with the common frame around `content`; its form may lead to `form_targets`.
Response framed(const Look& look, int status, const std::string& title, const std::string& content,
                const std::string& form_targets, const std::string& script_policy = {},
                const std::string& more_styles = {}) {
  const std::string style = style_of(look.branding);
  const std::string logo_origin = url::origin_of(look.branding.logo);
  data values;
  values.set("language", look.texts.language());
  values.set("direction", look.texts.direction());
  values.set("title", title);
  values.set("tenant", look.tenant);
  values.set("style", style);
  values.set("content", content);
  if (!logo_origin.empty()) values.set("logo", look.branding.logo);
  Response response =
      html(status, render(layout_template, values),
           "style-src " + source_hash(style) + more_styles + (logo_origin.empty() ? "" : "; img-src " + logo_origin) +
               script_policy + "; form-action " + form_targets + "; frame-ancestors 'none'");
  return response.with("X-Frame-Options", "DENY").with("Content-Language", look.texts.language());
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

template <class List, class ToData>
data list_of(const List& list, ToData to_data) {
  data out{data::type::list};
  for (const auto& item : list) out << to_data(item);
  return out;
}

data pairs_of(const Pairs& pairs) {
  return list_of(pairs, [](const auto& p) {
    data one;
    one.set("name", p.first);
    one.set("value", p.second);
    return one;
  });
}

data links_of(const std::vector<Link>& links) {
  return list_of(links,
                 [](const Link& l) { return members({{"before", l.before}, {"text", l.text}, {"href", l.href}}); });
}

data buttons_of(const std::vector<Button>& buttons) {
  return list_of(buttons, [](const Button& b) {
    data one = members({{"value", b.value}, {"text", b.text}});
    one.set("secondary", b.is_secondary);
    return one;
  });
}

// A list within a page: what a row does not have must not be looked for around it.
data rows_of(const std::vector<AccountRow>& rows) {
  return list_of(rows, [](const AccountRow& r) {
    data one = members({{"title", r.title}, {"detail", r.detail}, {"action", r.action}, {"button", r.button}});
    if (r.detail.empty()) one.set("detail", false);
    if (r.action.empty()) one.set("action", false);
    return one;
  });
}

data sections_of(const std::vector<AccountSection>& sections) {
  return list_of(sections, [](const AccountSection& s) {
    data one = members({{"title", s.title}});
    one.set("empty", s.rows.empty() && !s.empty.empty() ? data(s.empty) : data(false));
    one.set("has_rows", !s.rows.empty());
    one.set("rows", rows_of(s.rows));
    one.set("buttons", buttons_of(s.buttons));
    return one;
  });
}

// The first field that is still empty has the focus; a page that was refused starts at its last one.
data fields_of(const FormPage& page) {
  const auto empty =
      std::find_if(page.fields.begin(), page.fields.end(), [](const Field& f) { return f.value.empty(); });
  return list_of(page.fields, [&](const Field& f) {
    data one = members({{"name", f.name},
                        {"label", f.label},
                        {"type", f.type},
                        {"autocomplete", f.autocomplete},
                        {"inputmode", f.inputmode}});
    if (!f.is_secret()) one.set("value", f.value.empty() ? data(false) : data(f.value));
    const std::string alert = page.alert.empty() ? "" : "alert",
                      rules = f.is_secret() && !page.list_title.empty() ? "rules" : "";
    one.set("described", alert.empty() && rules.empty()
                             ? data(false)
                             : data(alert + (alert.empty() || rules.empty() ? "" : " ") + rules));
    one.set("autofocus", empty != page.fields.end() && &f == &*empty);
    return one;
  });
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

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& item : list) out.append(out.empty() ? "" : " ").append(item);
  return out.empty() ? "'none'" : out;
}

json::Value array_of(const std::vector<std::string>& list) {
  json::Value out = json::Value::array();
  for (const auto& item : list) out.push_back(item);
  return out;
}

}  // namespace

Look look_of(const Tenant& tenant, const std::vector<std::string_view>& wanted) {
  return {Texts::choose(wanted, tenant.enabled_locales), tenant.name, tenant.branding,
          tenant.support_email.empty() ? tenant.support_url : tenant.support_email};
}

namespace {

// What the script of a question says, in the page's language.
std::string captcha_options(const Look& look, const Captcha& captcha) {
  json::Value out = captcha.options, texts = json::Value::object();
  for (const char* name : {"working", "done", "failed"})
    texts.set(name, look.texts.get(std::string("captcha.") + name));
  out.set("language", look.texts.language());
  out.set("texts", std::move(texts));
  return json::write(out);
}

// The page's own script, and what a provider's widget needs beside it.
std::string captcha_policy(const Captcha& captcha) {
  std::string out = "; script-src " + source_hash(captcha_script);
  for (const auto& [directive, sources] : captcha.sources)
    if (directive == "script-src") out += " " + sources;
  for (const auto& [directive, sources] : captcha.sources)
    if (directive != "script-src" && directive != "style-src")
      out.append("; ").append(directive).append(" ").append(sources);
  return out;
}

std::string styles_of(const Captcha& captcha) {
  for (const auto& [directive, sources] : captcha.sources)
    if (directive == "style-src") return " " + sources;
  return {};
}

}  // namespace

Response form(const Look& look, const FormPage& page) {
  data values = members({{"heading", page.heading},
                         {"text", page.text},
                         {"alert", page.alert},
                         {"action", page.action},
                         {"list_title", page.list_title}});
  values.set("hidden", pairs_of(page.hidden));
  values.set("fields", fields_of(page));
  values.set("has_list", !page.list.empty());
  values.set("list", list_of(page.list, [](const std::string& item) { return members({{"item", item}}); }));
  values.set("buttons", buttons_of(page.buttons));
  values.set("links", links_of(page.links));
  if (!page.detail.empty()) values.set("detail", page.detail);
  if (!page.detail.empty()) values.set("developer", look.texts.get("developer"));
  if (!page.code.empty()) values.set("code", page.code);
  values.set("has_form", !page.buttons.empty());
  values.set("has_ways", !page.ways.empty());
  values.set("or_text", page.buttons.empty() ? data(false) : data(page.or_text));
  values.set("ways", links_of(page.ways));
  // Browsers apply form-action to the redirects that follow a form, so the application's place must be allowed too.
  const std::string targets = page.continue_to.empty() ? "'self'" : "'self' " + source_of(page.continue_to);
  const bool has_script = page.options.is_object();
  if (has_script) values.set("options", json::write(page.options));
  if (has_script) values.set("webauthn_script", std::string(webauthn_script));
  if (!page.picture.empty()) values.set("picture", page.picture);
  if (!page.picture.empty()) values.set("picture_label", page.picture_label);
  if (!page.shown_code.empty()) values.set("shown_code", page.shown_code);
  std::string script_policy = has_script ? "; script-src " + source_hash(webauthn_script) : "";
  std::string more_styles;
  if (page.captcha) {
    values.set("captcha", captcha_options(look, *page.captcha));
    values.set("captcha_script", std::string(captcha_script));
    values.set("captcha_working", look.texts.get("captcha.working"));
    values.set("captcha_needs_script", look.texts.get("captcha.needs_script"));
    script_policy = captcha_policy(*page.captcha);
    more_styles = styles_of(*page.captcha);
  }
  Response response = framed(look, page.status, page.heading + " | " + look.tenant, render(form_template, values),
                             targets, script_policy, more_styles);
  if (has_script) allow_passkeys(response);
  return response;
}

Response account(const Look& look, const AccountPage& page) {
  data values = members({{"heading", page.heading}, {"text", page.text}, {"notice", page.notice}});
  values.set("hidden", pairs_of(page.hidden));
  values.set("sections", sections_of(page.sections));
  values.set("buttons", buttons_of(page.buttons));
  return framed(look, 200, page.heading + " | " + look.tenant, render(account_template, values), "'self'");
}

namespace {

// No page is a dead end.
std::vector<Link> or_account(const Look& look, std::vector<Link> links) {
  if (links.empty()) links.push_back({"", look.texts.get("account.title"), "/account"});
  return links;
}

}  // namespace

Response error(const Look& look, const ErrorPage& page) {
  const std::string heading = look.texts.get(page.heading_key);
  data values =
      members({{"heading", heading},
               {"text", look.texts.get("error." + page.key + ".text")},
               {"code", page.code},
               {"developer", look.texts.get("developer")},
               {"support", look.support.empty() ? "" : look.texts.get("contact", {{"support", look.support}})},
               {"hint", page.hint}});
  values.set("links", links_of(or_account(look, page.links)));
  return framed(look, page.status, heading, render(error_template, values), "'none'");
}

Response message(const Look& look, std::string heading, std::string text, std::vector<Link> links) {
  data values = members({{"heading", heading}, {"text", text}});
  values.set("links", links_of(or_account(look, std::move(links))));
  return framed(look, 200, heading, render(message_template, values), "'none'");
}

Response form_post(const std::string& redirect_uri, const Pairs& fields) {
  static const std::string script_source = source_hash(submit_script);
  data values;
  values.set("action", redirect_uri);
  values.set("fields", pairs_of(fields));
  values.set("script", std::string(submit_script));
  return html(200, render(form_post_template, values),
              "script-src " + script_source + "; form-action " + source_of(redirect_uri) + "; frame-ancestors 'none'");
}

Response hosted_form(const std::string& action, const Pairs& fields) {
  data values;
  values.set("action", action);
  values.set("fields", pairs_of(fields));
  return html(200, render(hosted_form_template, values), "frame-ancestors 'none'");
}

Response web_message(const std::vector<std::string>& origins, const json::Value& response) {
  static const std::string script_source = source_hash(web_message_script);
  data values;
  values.set("message", for_script(json::Value::object({{"origins", array_of(origins)}, {"response", response}})));
  values.set("script", std::string(web_message_script));
  // An application that isolates itself (`Cross-Origin-Embedder-Policy`) frames only what agrees to it.
  return html(200, render(web_message_template, values),
              "script-src " + script_source + "; frame-ancestors " + joined(origins))
      .with("Cross-Origin-Embedder-Policy", "require-corp")
      .with("Cross-Origin-Resource-Policy", "cross-origin");
}

Response verify_cross_origin(const std::string& source, const std::string& id, const std::string& state,
                             const std::string& redirect_uri, const std::vector<std::string>& ancestors) {
  static const std::string script_source = source_hash(verify_cross_origin_script);
  data values;
  values.set("state", state);
  values.set("message", for_script(json::Value::object({{"source", source}, {"id", id}})));
  values.set("script", std::string(verify_cross_origin_script));
  return html(200, render(verify_cross_origin_template, values),
              "script-src " + script_source + "; frame-src " + url::origin_of(source) + "; form-action 'self' " +
                  source_of(redirect_uri) + "; frame-ancestors " + joined(ancestors),
              "same-origin");  // the form's Origin is looked at, and without a referrer it would be null
}

std::string mail(const Mail& m) {
  data values = members({{"language", m.language},
                         {"direction", m.direction},
                         {"subject", m.subject},
                         {"title", m.title},
                         {"text", m.text},
                         {"button", m.button},
                         {"copy", m.copy},
                         {"contact", m.contact},
                         {"tenant", m.tenant},
                         {"logo", m.logo},
                         {"code", m.code},
                         {"link", m.link}});
  values.set("accent", is_colour(m.accent) ? m.accent : "#1f5eff");
  return render(mail_template, values);
}

Response listing(const std::string& title, const std::vector<Pairs>& items) {
  static const std::string style(style_css);
  data values;
  values.set("title", title);
  values.set("style", style);
  values.set("items", list_of(items, [](const Pairs& pairs) {
               data one;
               one.set("pairs", list_of(pairs, [](const auto& p) {
                         data pair = members({{"name", p.first}, {"value", p.second}});
                         if (p.first == "link" && !url::origin_of(p.second).empty())
                           pair.set("href", p.second);
                         else
                           pair.set("href", false);
                         return pair;
                       }));
               return one;
             }));
  return html(200, render(listing_template, values), "style-src " + source_hash(style) + "; frame-ancestors 'none'");
}

}  // namespace ostia::authority::pages
