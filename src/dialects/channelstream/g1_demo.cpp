// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/g1_pages.hpp"
#include "dialects/channelstream/g1_stream.hpp"
#include "dialects/channelstream/g1_wires.hpp"
#include "dialects/channelstream/names.hpp"
#include "dialects/channelstream/signatures.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <string>

namespace longwave::channelstream::g1 {
namespace {

namespace json = boost::json;

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";
constexpr std::string_view stranger = "anon_";
constexpr std::string_view open_channel = "pub_";
constexpr std::size_t most_strangers = 1000;
constexpr std::size_t longest_message = 2000;

std::string text_of(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::vector<std::string> texts_of(const json::object& from, std::string_view key) {
  std::vector<std::string> texts;
  const auto* value = from.if_contains(key);
  const auto* list = value ? value->if_array() : nullptr;
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    if ((*list)[i].is_string()) texts.emplace_back((*list)[i].get_string());
  }
  return texts;
}

bool is_open(std::string_view channel) {
  return channel.starts_with(open_channel) && refuse_channel(channel).empty();
}

/// What the demo's own web application does. On the hub's thread.
class Demo {
 public:
  Demo(Core& core, Streams& streams) : core_(core), streams_(streams) {}

  void connect(Call&& call);
  void subscribe(Call&& call);
  void message(Call&& call);
  std::string address(const web::Request& request) const;

 private:
  /// Who calls, by the signature of /demo/connect; null (and answered) if nobody.
  User* caller(Call& call) const;
  void grant(User& user, const std::vector<std::string>& channels);

  Core& core_;
  Streams& streams_;
};

void Demo::grant(User& user, const std::vector<std::string>& channels) {
  for (const auto& name : channels) {
    core_.ensure_channel(name);
    user.granted.insert(name);
  }
}

void Demo::connect(Call&& call) {
  const auto strangers = std::count_if(core_.users().begin(), core_.users().end(),
                                       [](const auto& entry) { return entry.first.starts_with(stranger); });
  if (static_cast<std::size_t>(strangers) >= most_strangers)
    return call.answer({{"error", "The demo is full; come back later"}}, 503);
  std::string name;
  do {
    name = fmt::format("{}{:06}", stranger, std::stoul(secret_uuid().substr(0, 7), nullptr, 16) % 1'000'000);
  } while (core_.find_user(name));
  auto& user = core_.user(name);
  grant(user, {"pub_chan", "pub_chan2"});
  const auto conn_id = secret_uuid();
  streams_.open(conn_id, user);
  const auto now = std::chrono::floor<std::chrono::seconds>(core_.clock().wall().time_since_epoch());
  call.answer({{"username", name},
               {"signature", sign_g1(core_.settings().secret, name, now.count())},
               {"conn_id", conn_id},
               {"channels", {"pub_chan", "pub_chan2"}}});
}

User* Demo::caller(Call& call) const {
  const auto* fields = call.body.if_object();
  const Credentials who{fields ? text_of(*fields, "username") : "",
                        fields ? text_of(*fields, "signature") : "", ""};
  auto* user = core_.find_user(who.user);
  if (judge(who, core_.settings(), core_.clock().wall()) == Verdict::good && user &&
      who.user.starts_with(stranger))
    return user;
  call.answer({{"error", "Connect first"}}, 403);
  return nullptr;
}

void Demo::subscribe(Call&& call) {
  auto* user = caller(call);
  if (!user) return;
  const auto channels = texts_of(call.body.get_object(), "channels");
  if (channels.empty() || !std::all_of(channels.begin(), channels.end(), is_open))
    return call.answer({{"error", "Channels of the demo begin with pub_"}}, 400);
  if (user->granted.size() + channels.size() > 50) return call.answer({{"error", "Too many channels"}}, 400);
  grant(*user, channels);
  json::array answer;
  for (const auto& name : channels) answer.emplace_back(name);
  call.answer(answer);
}

void Demo::message(Call&& call) {
  const auto* user = caller(call);
  if (!user) return;
  const auto& fields = call.body.get_object();
  Posting posting;
  posting.user = user->name;
  posting.channel = text_of(fields, "channel");
  posting.pm_users = texts_of(fields, "pm_users");
  const auto text = text_of(fields, "message");
  posting.data = json::string(text);
  const bool fits = !text.empty() && text.size() <= longest_message &&
                    (posting.channel.empty() || is_open(posting.channel)) && posting.pm_users.size() <= 20 &&
                    std::all_of(posting.pm_users.begin(), posting.pm_users.end(),
                                [](const std::string& name) { return name.starts_with(stranger); });
  if (!fits) return call.answer({{"error", "A text for a channel pub_… or for users anon_…"}}, 400);
  core_.post(std::move(posting),
             [call = std::make_shared<Call>(std::move(call))](const Result<void>& result) {
               result ? call->answer(nullptr) : call->answer({{"error", "try again"}}, 503);
             });
}

std::string Demo::address(const web::Request& request) const {
  std::string host(request.host());
  if (const auto port = core_.settings().app_port; port > 0) {
    const auto colon = host.rfind(':');
    const bool has_port = colon != host.npos && host.find(']', colon) == host.npos;
    host = fmt::format("{}:{}", has_port ? host.substr(0, colon) : host, port);
  }
  return fmt::format("{}://{}", request.tls ? "https" : "http", host);
}

void serve(Call& call, std::string_view type, std::string body) {
  auto response = web::Response::bytes(std::string(type), io::SharedBytes::own(std::move(body)));
  response.headers.set("Cache-Control", "no-cache");
  response.headers.set("Content-Security-Policy", std::string(page_policy));
  call.context.respond(std::move(response));
}

}  // namespace

void add_demo(Rest& rest, Core& core, Streams& streams) {
  const auto who = core.settings().demo;
  if (who == Settings::Demo::off) return;
  const auto demo = std::make_shared<Demo>(core, streams);
  const auto add = [&](std::string_view method, std::string_view path, Handle handle) {
    rest.add(method, path, Form::g1, Rest::Rules{.is_signed = false, .judges = true},
             [who, handle = std::move(handle)](Call&& call) {
               if (who == Settings::Demo::everybody || call.request().is_loopback)
                 return handle(std::move(call));
               call.answer({{"error", "The demo is for this machine (channelstream-demo)"}}, 404);
             });
  };
  add("GET", "/demo", [&core, demo](Call&& call) {
    serve(call, "text/html; charset=utf-8",
          demo_page(demo->address(call.request()), core.settings().resource));
  });
  add("GET", "/demo/demo.js",
      [](Call&& call) { serve(call, "text/javascript; charset=utf-8", std::string(demo_script())); });
  add("GET", "/demo/demo.css",
      [](Call&& call) { serve(call, "text/css; charset=utf-8", std::string(demo_style())); });
  add("POST", "/demo/connect", [demo](Call&& call) { demo->connect(std::move(call)); });
  add("POST", "/demo/subscribe", [demo](Call&& call) { demo->subscribe(std::move(call)); });
  add("POST", "/demo/message", [demo](Call&& call) { demo->message(std::move(call)); });
}

}  // namespace longwave::channelstream::g1
