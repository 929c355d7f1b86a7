// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hub/broker.hpp"
#include "hub/rules.hpp"
#include "rpc/method.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace longwave::access {
struct Token;
}
namespace longwave::hub {
class Hub;
}

/// What the methods of channels have in common. Inside api/ only.
namespace longwave::api {

struct Context;

/// A method that only a lasting connection can call; false: it was refused.
bool has_connection(const rpc::Call& call, const rpc::Responder& answer);

using May = Result<void> (*)(const rpc::Caller& caller, bool granted, const std::string& channel,
                             const hub::ChannelConfig& config);

/// On the caller's loop: asks on the hub's thread whether the caller may (may_subscribe, may_publish), and
/// acts there; else the call is refused. A channel that can't be is invalid.
void on_channel(Context& context, const rpc::Call& call, const rpc::Responder& answer, May may,
                std::function<void(hub::Hub& hub, const std::string& channel)> act);

/// On the caller's loop: a token of the connection names the channel.
bool granted(Context& context, const rpc::Call& call, std::string_view channel);
/// On the caller's loop: the connection may join the token's channel from now on. refused: it is another
/// user's; full.
Result<void> grant(Context& context, const rpc::Call& call, const access::Token& token);
/// Who a connection is when it has shown a token.
rpc::Caller caller_with(rpc::Caller caller, const access::Token& token);

/// Whom a message belongs to that the caller makes: the user, or this connection of a stranger.
std::string owner_of(const Context& context, const rpc::Call& call);

/// The parameter `channel`.
rpc::Field channel_field(std::string name = "channel");
/// The parameters by which a back end says in whose name it speaks.
std::vector<rpc::Field> author_fields();
/// The caller, or whom a back end names; refused for others who name somebody.
struct Author {
  std::string user, name, owner;
};
Result<Author> author_of(const Context& context, const rpc::Call& call);

/// The parameter `data` as text; invalid: too long.
Result<hub::Payload> data_of(const rpc::Call& call);
/// The idempotency key of this author; nobody meets another's.
std::string key_of(const rpc::Call& call, const Author& author);

/// channel.subscribe and .unsubscribe of a back end: the connections of `user`, on all nodes.
void subscribe_user(Context& context, const rpc::Call& call, const rpc::Responder& answer);
void unsubscribe_user(Context& context, const rpc::Call& call, const rpc::Responder& answer);

/// finish({"id"?,"offset","epoch","repeated"?}) or fail.
hub::Done<hub::Published> published(rpc::Responder answer, bool with_id);

}  // namespace longwave::api
