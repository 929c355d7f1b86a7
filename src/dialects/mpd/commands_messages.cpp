// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"

#include <algorithm>

namespace longwave::mpd {
namespace {

constexpr std::size_t most_channels = 16;  // of a client
constexpr std::size_t most_messages = 64;  // that wait for a client

bool good_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
  });
}

void subscribe(const CallPtr& call) {
  const auto& name = call->args[0];
  auto& channels = call->client->channels;
  if (!good_name(name)) return call->fail(Ack::arg, "invalid channel name");
  if (channels.count(name) != 0) return call->fail(Ack::exist, "already subscribed to this channel");
  if (channels.size() == most_channels) return call->fail(Ack::exist, "subscription list is full");
  channels.insert(name);
  call->desk.tell(Subsystem::subscription, call->station());
  call->ok();
}

void unsubscribe(const CallPtr& call) {
  if (call->client->channels.erase(call->args[0]) == 0) {
    return call->fail(Ack::no_exist, "not subscribed to this channel");
  }
  call->desk.tell(Subsystem::subscription, call->station());
  call->ok();
}

void channels(const CallPtr& call) {
  std::set<std::string> names;
  for (const auto& client : call->desk.clients()) {
    if (client->partition == call->station()) names.insert(client->channels.begin(), client->channels.end());
  }
  for (const auto& name : names) line(call->out, "channel", name);
  call->ok();
}

void send(const CallPtr& call) {
  const auto& name = call->args[0];
  if (!good_name(name)) return call->fail(Ack::arg, "invalid channel name");
  bool sent = false;
  for (const auto& client : call->desk.clients()) {
    if (client->partition != call->station() || client->channels.count(name) == 0) continue;
    if (client->messages.size() == most_messages) continue;
    client->messages.emplace_back(name, call->args[1]);
    client->pending |= bit(Subsystem::message);
    sent = true;
  }
  if (!sent) return call->fail(Ack::no_exist, "nobody is subscribed to this channel");
  const auto clients = call->desk.clients();
  for (const auto& client : clients) call->desk.settle(*client);
  call->ok();
}

void read(const CallPtr& call) {
  for (const auto& [channel, text] : call->client->messages) {
    line(call->out, "channel", channel);
    line(call->out, "message", text);
  }
  call->client->messages.clear();
  call->ok();
}

}  // namespace

std::vector<Command> message_commands() {
  return {
      {"channels", may_read, 0, 0, channels},       {"readmessages", may_read, 0, 0, read},
      {"sendmessage", may_control, 2, 2, send},     {"subscribe", may_read, 1, 1, subscribe},
      {"unsubscribe", may_read, 1, 1, unsubscribe},
  };
}

}  // namespace longwave::mpd
