// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_stream.hpp"

#include "dialects/channelstream/core.hpp"
#include "dialects/channelstream/names.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <optional>

namespace longwave::channelstream::g1 {
namespace {

namespace json = boost::json;

constexpr std::size_t most_held = 500;
constexpr std::chrono::seconds arrived_after{60};  // longer than any transport waits for a dead client
constexpr const char* user_connect = "channelstream.user_connect";
constexpr const char* user_status = "channelstream.user_status";

json::array list(const std::vector<std::string>& names) {
  json::array out;
  for (const auto& name : names) out.emplace_back(name);
  return out;
}

/// What is published on several channels is for each client once: by the first of them that it has joined.
bool first_of(const std::set<std::string, std::less<>>& joined, const Event& event) {
  const auto* fields = event.data.if_object();
  const auto* channels = fields ? fields->if_contains("channels") : nullptr;
  if (!channels || !channels->is_array()) return true;
  for (const auto& channel : channels->get_array()) {
    if (channel.is_string() && joined.contains(std::string_view(channel.get_string())))
      return channel.get_string() == event.channel;
  }
  return false;
}

}  // namespace

void Wire::deliver(std::span<const Target> targets, const EventPtr& event) {
  streams_.deliver(*this, targets, event);
}
void Wire::catch_up(Target target, std::span<const EventPtr> events) {
  streams_.catch_up(*this, target, events);
}
void Wire::close(Target target, std::string_view) {
  streams_.forget(*this, target);
  end(target);
}

Streams::Streams(Core& core) : core_(core) {
  core.on_closed([this](const Session& session) { mine_.erase(session.conn_id); });
}

Streams::Stream* Streams::find(Wire& wire, Target target) {
  const auto found = streams_.find(key(wire, target));
  return found == streams_.end() ? nullptr : &found->second;
}

Session& Streams::open(const std::string& conn_id, User& user) {
  mine_[conn_id] = ++last_;
  return core_.open(conn_id, user, core_.settings().heartbeat_timeout);
}

// The one that was asked for, or the oldest without a client.
Session* Streams::pick(const User& user, const std::string& conn_id) {
  Session* best = nullptr;
  for (auto* session : user.sessions) {
    const auto mine = mine_.find(session->conn_id);
    if (session->exit || mine == mine_.end()) continue;
    if (session->conn_id == conn_id) return session;
    if (!best || mine->second < mine_.find(best->conn_id)->second) best = session;
  }
  return best;
}

void Streams::enter(Wire& wire, Target target, const std::string& user, const std::string& conn_id) {
  auto* known = core_.find_user(user);
  if (!known) return wire.admit(target, error(Errc::not_found, "unknown user"));
  auto* session = pick(*known, conn_id);
  const bool alone = std::none_of(known->sessions.begin(), known->sessions.end(), [](const Session* other) {
    return other->exit || !other->channels.empty();
  });
  if (!session) session = &open(secret_uuid(), *known);
  Stream stream{.conn_id = session->conn_id, .user = user};
  stream.announce = alone;
  if (!session->channels.empty()) stream.leave_at = core_.clock().now() + core_.settings().grace;
  streams_.insert_or_assign(key(wire, target), std::move(stream));
  wire.admit(target, {});
  core_.attach(*session, wire, target);
}

void Streams::catch_up(Wire& wire, Target target, std::span<const EventPtr> events) {
  auto* stream = find(wire, target);
  if (!stream) return;
  for (const auto& event : events) stream->held.push_back({event, true});
  release(wire, target, *stream);
}

bool Streams::wants(const Stream& stream, const Event& event) {
  return event.channel.empty() || stream.joined.contains(event.channel);
}

void Streams::deliver(Wire& wire, std::span<const Target> targets, const EventPtr& event) {
  const auto said = say(*event);
  if (said.name.empty()) return;
  std::vector<Target> now;
  for (const auto& target : targets) {
    auto* stream = find(wire, target);
    if (!stream) continue;
    if (!wants(*stream, *event)) {
      if (stream->held.size() < most_held) stream->held.push_back({event, false});
      continue;
    }
    const bool about_it = event->kind == Event::Kind::other;
    if (about_it && event->method == user_connect && event->user == stream->user) continue;
    if (about_it && !first_of(stream->joined, *event)) continue;
    now.push_back(target);
  }
  if (!now.empty()) wire.emit(now, said.name, said.args);
}

// Messages in a row go as one list.
void Streams::release(Wire& wire, Target target, Stream& stream) {
  std::vector<Held> stays;
  json::array messages;
  const auto flush = [&] {
    if (messages.empty()) return;
    wire.emit({&target, 1}, "message", {json::value(std::exchange(messages, {}))});
  };
  for (auto& held : stream.held) {
    if (!wants(stream, *held.event)) {
      stays.push_back(std::move(held));
    } else if (held.event->kind == Event::Kind::message) {
      messages.emplace_back(message_object(*held.event, held.missed));
    } else if (const auto said = say(*held.event);
               !said.name.empty() && first_of(stream.joined, *held.event)) {
      flush();
      wire.emit({&target, 1}, said.name, said.args);
    }
  }
  stream.held = std::move(stays);
  flush();
}

void Streams::join(Wire& wire, Target target, std::vector<std::string> channels, Answer answer) {
  auto* stream = find(wire, target);
  auto* session = stream ? core_.find(stream->conn_id) : nullptr;
  auto* user = session ? core_.find_user(session->user) : nullptr;
  if (!user) return;
  std::vector<std::string> granted;
  for (auto& name : channels) {
    const bool may = user->granted.contains(name) || session->channels.contains(name);
    if (may && std::find(granted.begin(), granted.end(), name) == granted.end())
      granted.push_back(std::move(name));
  }
  core_.join(*session, granted,
             [this, &wire, target, granted, answer = std::move(answer)](const Result<void>&) mutable {
               joined(wire, target, granted, answer);
             });
}

void Streams::joined(Wire& wire, Target target, const std::vector<std::string>& wanted, Answer& answer) {
  auto* stream = find(wire, target);
  auto* session = stream ? core_.find(stream->conn_id) : nullptr;
  if (!session) return;
  std::vector<std::string> channels;
  for (const auto& name : wanted) {
    if (!session->channels.contains(name)) continue;  // it couldn't be joined, or was left meanwhile
    channels.push_back(name);
    stream->joined.insert(name);
  }
  if (answer) answer(channels);
  wire.emit({&target, 1}, "join", {json::value(list(channels))});
  release(wire, target, *stream);
  if (!channels.empty() && std::exchange(stream->announce, false)) announce(*stream, channels);
}

void Streams::announce(const Stream& stream, const std::vector<std::string>& channels) {
  const auto* user = core_.find_user(stream.user);
  const json::object data{
      {"user", stream.user}, {"status", user ? user->status : 1}, {"channels", list(channels)}};
  const auto text = std::make_shared<const std::string>(json::serialize(data));
  for (const auto& name : channels) {
    hub::Message message;
    message.method = user_connect;
    message.data = text;
    message.user = stream.user;
    core_.hub().publish(name, std::move(message), {});
  }
}

void Streams::tell_status(const User& user) {
  std::set<std::string> channels;
  for (const auto* session : user.sessions) {
    for (const auto& name : session->channels) {
      const auto* channel = core_.find_channel(name);
      if (channel && core_.settings_of(*channel).notify_presence) channels.insert(name);
    }
  }
  const std::vector<std::string> names(channels.begin(), channels.end());
  const json::object data{{"user", user.name}, {"status", user.status}, {"channels", list(names)}};
  const auto text = std::make_shared<const std::string>(json::serialize(data));
  for (const auto& name : names) core_.hub().publish(name, user_status, text);
}

void Streams::leave(Wire& wire, Target target, const std::vector<std::string>& channels, Answer answer) {
  auto* stream = find(wire, target);
  auto* session = stream ? core_.find(stream->conn_id) : nullptr;
  if (!session) return;
  std::vector<std::string> left;
  for (const auto& name : channels) {
    if (stream->joined.erase(name) > 0) left.push_back(name);
  }
  core_.leave(*session, left);
  if (answer) answer(left);
  wire.emit({&target, 1}, "leave", {json::value(list(left))});
}

void Streams::heard(Wire& wire, Target target) {
  if (auto* stream = find(wire, target)) {
    if (auto* session = core_.find(stream->conn_id)) core_.mark(*session);
  }
}

void Streams::gone(Wire& wire, Target target, bool goodbye) {
  auto* stream = find(wire, target);
  if (!stream) return;
  const auto conn_id = stream->conn_id;
  auto* session = core_.find(conn_id);
  forget(wire, target);
  if (!session) return;
  if (!goodbye) return core_.detach(conn_id, target, true, {}, core_.settings().grace);
  session->exit = nullptr;  // it left the namespace; its connection is its own
  core_.close(*session, "the client left");
}

void Streams::forget(Wire& wire, Target target) {
  streams_.erase(key(wire, target));
}

void Streams::join(const Session& session, const std::vector<std::string>& channels) {
  for (const auto& [where, stream] : streams_) {
    if (stream.conn_id != session.conn_id) continue;
    return join(*where.first, Target{where.second.first, where.second.second}, channels);
  }
}

const std::string& Streams::resource() const {
  return core_.settings().resource;
}

void Streams::tick() {
  const auto now = core_.clock().now();
  for (auto& [where, stream] : streams_) {
    auto* session = core_.find(stream.conn_id);
    if (!session) continue;
    if (stream.leave_at != Instant{} && stream.leave_at <= now) leave_old(stream, *session);
    if (stream.look_at > now) continue;
    stream.look_at = now + arrived_after;
    confirm(stream, *session);
  }
}

void Streams::leave_old(Stream& stream, Session& session) {
  stream.leave_at = {};
  std::vector<std::string> old;
  for (const auto& name : session.channels) {
    if (!stream.joined.contains(name)) old.push_back(name);
  }
  std::erase_if(stream.held, [&](const Held& held) { return !wants(stream, *held.event); });
  core_.leave(session, old);
}

// Modern clients say nothing that is heard here, but one that hadn't answered its pings would be gone.
void Streams::confirm(Stream& stream, Session& session) {
  auto& sent = session.unconfirmed;
  const auto last = std::find(sent.begin(), sent.end(), stream.sent);
  if (stream.sent && last != sent.end()) sent.erase(sent.begin(), last + 1);
  stream.sent = sent.empty() ? nullptr : sent.back();
}

}  // namespace longwave::channelstream::g1
