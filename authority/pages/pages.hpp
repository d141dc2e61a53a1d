// What people see of the authority: server-rendered pages that work without scripts, under a policy that allows nothing
// but what each page needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.hpp"
#include "pages/texts.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority::pages {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The frame of a page: its language, and the tenant's name, colours and logo.
struct Look {
  const Texts& texts;
  std::string tenant;
  Branding branding;
  std::string support;
};
/// Of `tenant`, in the first language of `wanted` that it has.
Look look_of(const Tenant& tenant, const std::vector<std::string_view>& wanted);

struct Field {
  std::string name, label, value;
  std::string type = "text";
  std::string autocomplete, inputmode;
  bool is_secret() const { return type == "password"; }
};

struct Link {
  std::string before, text, href;
};

struct Button {
  std::string value, text;  ///< submitted as `action`
  bool is_secondary = false;
};

/// What a form asks robots (`limits/captcha.hpp`), in the page as `captcha.js` shows it.
struct Captcha {
  json::Value options;  ///< whose it is, and what it needs
  Pairs sources;        ///< what the page's policy must allow for it: a directive, and its sources
};

/// A page with one form.
struct FormPage {
  int status = 200;
  std::string heading, text, alert;
  std::string action;  ///< where the form goes
  Pairs hidden;
  std::string list_title;
  std::vector<std::string> list;
  std::vector<Field> fields;
  std::vector<Button> buttons;
  std::vector<Link> links;
  std::string or_text;     ///< between the form and …
  std::vector<Link> ways;  ///< … other ways to log in, as buttons
  std::string picture;     ///< an SVG of ours, above the fields; `picture_label` says what it shows
  std::string picture_label;
  std::string detail, code;  ///< below: for developers, and the protocol's for a report
  std::string shown_code;    ///< to be read and kept
  json::Value options;       ///< for a device's key (`webauthn.js`), whose answer is the form's `answer`
  std::optional<Captcha> captcha;
  std::string continue_to;  ///< the redirect URI, where the form's answer may lead; empty: nowhere else
};
Response form(const Look& look, const FormPage& page);

/// A page of lists in one form, whose buttons take things away (`/account`).
struct AccountRow {
  std::string title, detail;
  std::string action, button;  ///< submitted as `action`; empty: nothing to press
};
struct AccountSection {
  std::string title, empty;  ///< `empty`: what to say where there are no rows
  std::vector<AccountRow> rows;
  std::vector<Button> buttons;
};
struct AccountPage {
  std::string heading, text, notice;
  Pairs hidden;
  std::vector<AccountSection> sections;
  std::vector<Button> buttons;
};
Response account(const Look& look, const AccountPage& page);

struct ErrorPage {
  int status = 400;
  std::string key;   ///< of its texts: `error.<key>.title` and `.text`
  std::string code;  ///< the protocol's, for a report
  std::string hint;  ///< what to change; for development only
  std::string heading_key = "error." + key + ".title";
  std::vector<Link> links = {};  ///< where a person can go from here; empty: to their account
};
Response error(const Look& look, const ErrorPage& page);
/// A failure of ours: 500, and nothing more; 503 for one that may be over in a moment, such as a full disk.
inline Response trouble(const Look& look, const Error& why) {
  const bool may_pass = why.status == 503;
  return error(look, {.status = may_pass ? 503 : 500,
                      .key = "ours",
                      .code = may_pass ? "temporarily_unavailable" : "server_error",
                      .hint = {}});
}

/// `links` as of an error.
Response message(const Look& look, std::string heading, std::string text, std::vector<Link> links = {});

/// A form that posts `fields` to `redirect_uri` (OAuth 2.0 Form Post Response Mode).
Response form_post(const std::string& redirect_uri, const Pairs& fields);

/// The form that a hosted page puts into itself and submits: markup without a page around it.
Response hosted_form(const std::string& action, const Pairs& fields);

/// A page that posts the authorization response to its parent or opener, if that is at one of `origins`, and to nobody
/// else.
Response web_message(const std::vector<std::string>& origins, const json::Value& response);

/// The page that asks the application's hidden page at `source` for the verifier of `id`, and posts it to `action`
/// (cross-origin verification). It may be framed by `ancestors`.
Response verify_cross_origin(const std::string& source, const std::string& id, const std::string& state,
                             const std::string& redirect_uri, const std::vector<std::string>& ancestors);

struct Mail {
  std::string language, direction, subject, title, text, button, copy, contact, tenant, logo, accent, code, link;
};
/// The HTML of a message.
std::string mail(const Mail& mail);

/// A page of text for developers (`/_dev/`).
Response listing(const std::string& title, const std::vector<Pairs>& items);

}  // namespace ostia::authority::pages
