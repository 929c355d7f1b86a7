// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/rest.hpp"

#include "base/json.hpp"
#include "io/network.hpp"
#include "web/router.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace longwave::channelstream {
namespace {

namespace json = boost::json;

constexpr std::string_view secret_header = "x-channelstream-secret";

web::Response text_json(const json::value& value, int status) {
  auto response = web::Response::json(json::serialize(value), status);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

std::string_view path_of(const web::Request& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

std::string_view token_of(const web::Request& request) {
  if (const auto* field = request.headers.find(secret_header)) return *field;
  return request.query_value("secret").value_or("");
}

/// The nonces of our own signatures, as long as a signature with them could pass. Any thread.
class Nonces {
 public:
  /// False: it was there before.
  bool add(const std::string& nonce, std::int64_t now, std::int64_t until) {
    const std::lock_guard lock(mutex_);
    while (!order_.empty() && order_.front().first < now) {
      known_.erase(order_.front().second);
      order_.pop_front();
    }
    if (!known_.insert(nonce).second) return false;
    order_.emplace_back(until, nonce);
    return true;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> known_;
  std::deque<std::pair<std::int64_t, std::string>> order_;
};

struct Entry {
  Rest::Rules rules;
  Handle handle;
};

}  // namespace

void Call::answer(const json::value& value, int status) {
  context.respond(text_json(value, status));
}

struct Rest::State {
  const Settings& settings;
  const Clock& clock;
  Post post;
  io::Networks allowed = {};
  bool allow_any = false;
  Nonces nonces = {};
  /// path -> method -> what each generation does (0: the first, 1: the second)
  std::map<std::string, std::map<std::string, std::array<std::optional<Entry>, 2>>> table = {};

  struct Verdict {
    int status = 0;  ///< 0: fine
    Form form = Form::g2;
  };
  bool young(std::int64_t time) const {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(settings.signature_age).count();
    return time >= now - age && time <= now + age;
  }
  bool fresh(const OwnMark& mark) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(settings.signature_age).count();
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
    return young(mark.time) && nonces.add(mark.nonce, now, mark.time + age);
  }
  bool address_allowed(const web::Request& request) const {
    return allow_any || allowed.contains(request.peer.ip);
  }
  Verdict judge(const web::Request& request, std::string_view token);
  bool right(const web::Request& request, std::string_view token, Form form);
  void handle(web::RequestContext&& context);
};

bool Rest::State::right(const web::Request& request, std::string_view token, Form form) {
  if (form == Form::own) {
    const auto mark = check_own(settings.secret, {request.method, path_of(request), request.body}, token);
    return mark && fresh(*mark);
  }
  if (!settings.old_signatures) return false;
  if (form == Form::g1) {
    const auto time = check_g1(settings.secret, request.path, token);
    return time && (settings.any_age || young(*time));
  }
  const auto time = check_g2(settings.secret, token);
  return time && (!settings.validate_requests || young(*time));
}

Rest::State::Verdict Rest::State::judge(const web::Request& request, std::string_view token) {
  if (token.empty()) return {403, Form::g2};
  if (settings.bare_secret && same_secret(token, settings.secret)) return {0, Form::g1};
  const auto form = form_of(token);
  const bool first = form == Form::own && request.headers.get("x-channelstream-generation") == "1";
  return {right(request, token, form) ? 0 : 401, first ? Form::g1 : form};
}

void Rest::State::handle(web::RequestContext&& context) {
  auto& request = context.request();
  const auto path = table.find(request.path);
  if (request.method == "OPTIONS") return context.respond(web::Response::text(200, ""));
  const auto method = path == table.end()
                          ? decltype(path->second.begin()){}
                          : path->second.find(request.method == "HEAD" ? "GET" : request.method);
  if (path == table.end() || method == path->second.end()) {
    if (path == table.end()) return context.respond(text_json({{"error", "Not Found"}}, 404));
    return context.respond(text_json({{"error", "Method Not Allowed"}}, 405));
  }
  const auto& entries = method->second;
  const auto token = token_of(request);
  auto verdict = judge(request, token);
  const auto unsigned_entry = [&](std::size_t i) { return entries[i] && !entries[i]->rules.is_signed; };
  std::size_t chosen = verdict.form == Form::g1 ? 0 : 1;
  if (token.empty() && !unsigned_entry(chosen)) chosen = unsigned_entry(0) ? 0 : chosen;
  if (!entries[chosen]) chosen = 1 - chosen;
  const bool open = unsigned_entry(chosen);
  if (token.empty() && open) verdict.status = 0;
  if (!open && !address_allowed(request)) verdict.status = 403;
  if (verdict.status == 401) return context.respond(text_json({{"request", "Bad Signature"}}, 401));
  if (verdict.status == 403) return context.respond(text_json({{"request", "Forbidden"}}, 403));

  const Entry& entry = *entries[chosen];
  const bool authorized = !token.empty() && verdict.status == 0 && address_allowed(request);
  Call call{.context = std::move(context), .has_body = false, .authorized = authorized, .body = {}};
  const auto& body = call.request().body;
  call.has_body = body.find_first_not_of(" \t\r\n") != std::string::npos;
  if (call.has_body && !entry.rules.any_body) {
    auto read = read_json(body);
    if (!read) return call.answer({{"error", "the body is not JSON"}}, 400);
    call.body = std::move(*read);
  }
  post(
      [&entry, call = std::make_unique<Call>(std::move(call))]() mutable { entry.handle(std::move(*call)); });
}

Rest::Rest(std::unique_ptr<State> state) : state_(std::move(state)) {}
Rest::~Rest() = default;

Result<std::unique_ptr<Rest>> Rest::make(const Settings& settings, const Clock& clock, Post post) {
  auto state =
      std::unique_ptr<State>(new State{.settings = settings, .clock = clock, .post = std::move(post)});
  for (const auto& entry : settings.allow_posting_from) {
    if (entry == "0.0.0.0") {
      state->allow_any = true;
    } else if (auto added = state->allowed.add(entry); !added) {
      return added.error();
    }
  }
  return std::unique_ptr<Rest>(new Rest(std::move(state)));
}

void Rest::add(std::string_view method, std::string_view path, Form generation, Rules rules, Handle handle) {
  auto& entries = state_->table[std::string(path)][std::string(method)];
  entries[generation == Form::g1 ? 0 : 1] = Entry{rules, std::move(handle)};
}

Result<void> Rest::add_routes(web::Router& router) {
  const auto opened = open_paths();
  for (const auto& [path, methods] : state_->table) {
    const bool open = std::find(opened.begin(), opened.end(), path) != opened.end();
    auto added = router.add({.methods = {"*"},
                             .pattern = path,
                             .description = "channelstream, when it is switched on",
                             .handler = [this, open](web::RequestContext&& context) {
                               auto& request = context.request();
                               if (auto refused = refuse_plain(request))
                                 return context.respond(std::move(*refused));
                               if (open) add_cors(request, request.answer_headers);
                               state_->handle(std::move(context));
                             }});
    if (!added) return added;
  }
  return {};
}

std::optional<web::Response> Rest::refuse_plain(const web::Request& request) const {
  if (!state_->settings.enforce_https || request.tls) return std::nullopt;
  return text_json({{"error", "this server is reached by https only"}}, 406);
}

bool Rest::refuse_origin(const web::Request& request) const {
  const auto origin = request.headers.get("Origin");
  if (origin.empty() || cors_allows(origin)) return false;
  const auto host = origin.substr(std::min(origin.size(), origin.find("://") + 3));
  return host != request.host();
}

bool Rest::cors_allows(std::string_view origin) const {
  const auto& given = state_->settings.allow_cors;
  return given.empty() || std::find(given.begin(), given.end(), origin) != given.end();
}

// Without credentials: what these addresses act on is a signature or a connection's secret id, never a
// cookie.
void Rest::add_cors(const web::Request& request, web::Headers& headers) const {
  if (state_->settings.allow_cors.empty()) {
    headers.set("Access-Control-Allow-Origin", "*");
  } else {
    headers.set("Vary", "Origin");
    const auto origin = request.headers.get("Origin");
    if (origin.empty() || !cors_allows(origin)) return;
    headers.set("Access-Control-Allow-Origin", std::string(origin));
  }
  headers.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS, PUT, DELETE, PATCH");
  headers.set("Access-Control-Max-Age", "86400");
  if (request.method == "OPTIONS")
    headers.set(
        "Access-Control-Allow-Headers",
        "Content-Type, X-Requested-With, Cache-Control, x-channelstream-secret, x-channelstream-endpoint");
}

std::vector<std::string> Rest::open_paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, methods] : state_->table) {
    const bool judged = std::any_of(methods.begin(), methods.end(), [](const auto& method) {
      return std::any_of(method.second.begin(), method.second.end(),
                         [](const auto& entry) { return entry && entry->rules.judges; });
    });
    if (!judged && !path.starts_with("/demo")) paths.push_back(path);
  }
  return paths;
}

}  // namespace longwave::channelstream
