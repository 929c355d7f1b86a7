// SPDX-License-Identifier: Apache-2.0
#include "api/listener.hpp"

#include "api/context.hpp"
#include "api/sockets.hpp"
#include "audio/format.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;

namespace {
constexpr Duration kept = std::chrono::minutes{1};
constexpr std::size_t most_rows = 10'000;
constexpr std::size_t token_characters = 64;
}  // namespace

Announcements::Announcements(station::Broadcaster& broadcaster, Sockets& sockets, const Clock& clock)
    : sockets_(sockets), clock_(clock) {
  on_started_ =
      broadcaster.listener_started.connect([this](const station::ListenerStarted& event) { started(event); });
}

void Announcements::announce(const std::string& token, hub::ClientId client) {
  forget_old();
  if (rows_.size() >= most_rows) return;
  auto& row = rows_[token];
  row.client = client;
  row.since = clock_.now();
  tell(token, row);
}

void Announcements::started(const station::ListenerStarted& event) {
  if (event.token.empty() || event.token.size() > token_characters) return;
  forget_old();
  if (rows_.size() >= most_rows) return;
  auto& row = rows_[event.token];
  row.since = clock_.now();
  row.params = json::serialize(json::object{{"token", event.token},
                                            {"position_ms", to_ms(event.position)},
                                            {"format", audio::info(event.format).extension}});
  tell(event.token, row);
}

void Announcements::tell(const std::string& token, Row& row) {
  if (row.client == 0 || row.params.empty()) return;
  sockets_.post_to(row.client, [params = row.params](Connection& connection) {
    connection.notify("listener.started", params);
  });
  rows_.erase(std::string(token));
}

void Announcements::forget_old() {
  const auto now = clock_.now();
  std::erase_if(rows_, [now](const auto& row) { return now - row.second.since > kept; });
}

void add_listener_methods(rpc::Table& table, Context& context) {
  using namespace rpc;
  table.add({.name = "listener.announce",
             .summary =
                 "Says that this connection's own player will open (or has opened) /listen/…?listener=TOKEN; "
                 "listener.started follows once sound flows.",
             .params = {string("token").range(8, token_characters).about("random, of your own")},
             .result = object({}),
             .errors = {unsupported},
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               if (call.connection() == 0) {
                 return answer.fail(
                     error(Errc::unsupported, "this needs a WebSocket (/rpc) or a stream (/rpc/stream)"));
               }
               context.announcements->announce(call.string("token"), call.connection());
               answer.finish(json::object{});
             })});
  table.event(
      {.name = "listener.started",
       .channel = "",
       .summary =
           "To the connection that announced the token: stream time of the first byte of its sound. What "
           "is heard at currentTime is the item that contains position_ms + 1000 · currentTime.",
       .data = object({string("token"), integer("position_ms").in("ms"), string("format")})});
}

}  // namespace longwave::api
