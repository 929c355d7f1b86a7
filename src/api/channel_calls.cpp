// SPDX-License-Identifier: Apache-2.0
#include "api/channel_calls.hpp"

#include "access/jwt.hpp"
#include "api/context.hpp"
#include "api/sockets.hpp"
#include "hub/hub.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <utility>

namespace longwave::api {
namespace {

constexpr std::size_t most_data_bytes = 32 * 1024;
constexpr std::size_t channel_characters = 256;

}  // namespace

bool has_connection(const rpc::Call& call, const rpc::Responder& answer) {
  if (call.connection() != 0) return true;
  answer.fail(error(Errc::unsupported, "this needs a WebSocket (/rpc) or a stream (/rpc/stream)"));
  return false;
}

bool granted(Context& context, const rpc::Call& call, std::string_view channel) {
  return call.connection() != 0 && context.sockets->granted(call.connection(), channel);
}

Result<void> grant(Context& context, const rpc::Call& call, const access::Token& token) {
  if (token.user != call.caller().user)
    return error(Errc::refused, "the token is not valid: it is for another user than the connection's");
  if (context.sockets->grant(call.connection(), token)) return {};
  return error(Errc::full, "this connection has too many tokens");
}

rpc::Caller caller_with(rpc::Caller caller, const access::Token& token) {
  caller.role = Role::anyone;
  caller.user = token.user;
  if (!token.name.empty() || caller.user != token.user) caller.name = token.name;
  caller.session.clear();
  caller.token = true;
  return caller;
}

void on_channel(Context& context, const rpc::Call& call, const rpc::Responder& answer, May may,
                std::function<void(hub::Hub&, const std::string&)> act) {
  auto channel = call.string("channel");
  if (!hub::valid_channel_name(channel))
    return answer.fail(error(Errc::invalid, "a channel's name has no control characters"));
  const bool named = granted(context, call, channel);
  context.hub_loop([&context, call, answer, may, named, channel = std::move(channel), act = std::move(act)] {
    hub::Hub& hub = *context.hub;
    if (const auto let = may(call.caller(), named, channel, *hub.config(channel)); !let)
      return answer.fail(let.error());
    act(hub, channel);
  });
}

std::string owner_of(const Context& context, const rpc::Call& call) {
  if (!call.caller().user.empty()) return call.caller().user;
  return fmt::format("{}:{:x}", context.run, call.connection());
}

rpc::Field channel_field(std::string name) {
  return rpc::string(std::move(name)).range(1, channel_characters);
}

std::vector<rpc::Field> author_fields() {
  return {rpc::string("user").max(512).optional().about("whom a back end speaks for"),
          rpc::string("name").max(160).optional().about("and under which name")};
}

Result<Author> author_of(const Context& context, const rpc::Call& call) {
  const auto& caller = call.caller();
  const bool names = call.has("user") || call.has("name");
  if (!caller.server) {
    if (names) return error(Errc::refused, "only a back end with its key speaks for others");
    return Author{caller.user, caller.name, owner_of(context, call)};
  }
  Author author{call.has("user") ? call.string("user") : std::string{},
                call.has("name") ? call.string("name") : std::string{},
                {}};
  author.owner = author.user.empty() ? context.run : author.user;
  return author;
}

Result<hub::Payload> data_of(const rpc::Call& call) {
  auto text = boost::json::serialize(call.params().at("data"));
  if (text.size() > most_data_bytes)
    return error(Errc::invalid, fmt::format("`data` has more than {} bytes", most_data_bytes));
  return std::make_shared<const std::string>(std::move(text));
}

std::string key_of(const rpc::Call& call, const Author& author) {
  if (!call.has("key")) return {};
  return fmt::format("{} {}", call.caller().server ? std::string("server") : author.owner,
                     call.string("key"));
}

hub::Done<hub::Published> published(rpc::Responder answer, bool with_id) {
  return [answer = std::move(answer), with_id](Result<hub::Published> done) {
    if (!done) return answer.fail(done.error());
    boost::json::object said;
    if (with_id) said["id"] = done->id;
    said["offset"] = done->position.offset;
    said["epoch"] = done->position.epoch;
    if (with_id) said["repeated"] = done->repeated;
    answer.finish(said);
  };
}

}  // namespace longwave::api
