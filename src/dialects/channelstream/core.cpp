// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/core.hpp"

#include <algorithm>
#include <utility>

namespace longwave::channelstream {
namespace {

constexpr std::size_t unconfirmed_events = 200;
constexpr std::size_t waiting_events = 2000;
constexpr std::string_view direct = "#";

}  // namespace

struct Core::Joining {
  std::size_t open = 0;
  std::optional<Error> failed = {};
  Done done;
};

struct Core::Wait {
  hub::ClientId client;
  std::string channel;
  std::shared_ptr<Joining> joining;
};

Core::Core(hub::Hub& hub, const Settings& settings, const Clock& clock, bool several_nodes)
    : hub_(hub),
      settings_(settings),
      clock_(clock),
      several_nodes_(several_nodes),
      group_(hub.add_groups(*this, 1)) {}

Core::~Core() = default;

User* Core::find_user(std::string_view name) {
  const auto found = users_.find(name);
  return found == users_.end() ? nullptr : found->second.get();
}

User& Core::user(std::string_view name) {
  auto* known = find_user(name);
  if (!known) {
    auto made = std::make_unique<User>();
    made->name = name;
    made->uuid = hub_.new_id();
    known = users_.emplace(made->name, std::move(made)).first->second.get();
  }
  known->last_active = clock_.now();
  return *known;
}

Session* Core::find(std::string_view conn_id) {
  const auto found = sessions_.find(conn_id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Session& Core::open(std::string conn_id, User& user, Duration idle) {
  auto made = std::make_unique<Session>();
  auto& session = *made;
  session.client = hub_.next_client(group_);
  session.conn_id = conn_id;
  session.user = user.name;
  session.last_active = clock_.now();
  session.leave_at = session.last_active + idle;
  clients_.emplace(session.client, &session);
  user.sessions.insert(&session);
  sessions_.emplace(std::move(conn_id), std::move(made));
  hub_.connect(session.client, {.key = "user:" + user.name, .user = user.name, .name = user.name});
  hub_.subscribe(session.client, hub::user_channel(user.name), std::nullopt, ++last_ticket_);
  return session;
}

void Core::subscribe(Session& session, const std::string& hub_channel,
                     const std::shared_ptr<Joining>& joining) {
  waits_.push_back({session.client, hub_channel, joining});
  hub_.subscribe(session.client, hub_channel, std::nullopt, ++last_ticket_);
}

void Core::join(Session& session, std::span<const std::string> channels, Done done) {
  auto joining = std::make_shared<Joining>(Joining{.open = 1, .failed = {}, .done = std::move(done)});
  const auto client = session.client;
  for (const auto& name : channels) {
    if (!session.channels.insert(name).second) continue;
    ensure_channel(name);
    auto& channel = *find_channel(name);
    channel.members.insert(&session);
    channel.last_used = clock_.now();
    ++joining->open;
    subscribe(session, name, joining);
    if (!clients_.contains(client)) break;  // the hub may end a connection from inside
  }
  if (--joining->open == 0) joining->done(joining->failed ? Result<void>(*joining->failed) : Result<void>());
}

void Core::answered(hub::ClientId client, const std::string& hub_channel, const Error* failed) {
  const auto found = std::find_if(waits_.begin(), waits_.end(), [&](const Wait& wait) {
    return wait.client == client && wait.channel == hub_channel;
  });
  if (found == waits_.end()) return;
  const auto joining = std::move(found->joining);
  waits_.erase(found);
  if (failed && !joining->failed) joining->failed = *failed;
  if (--joining->open == 0) joining->done(joining->failed ? Result<void>(*joining->failed) : Result<void>());
}

void Core::leave(Session& session, std::span<const std::string> channels) {
  const auto cancelled = error(Errc::cancelled, "unsubscribed meanwhile");
  for (const auto& name : channels) {
    if (session.channels.erase(name) == 0) continue;
    if (auto* channel = find_channel(name)) {
      channel->members.erase(&session);
      channel->last_used = clock_.now();
    }
    if (const auto members = members_.find(name); members != members_.end()) {
      members->second.erase(&session);
      if (members->second.empty()) members_.erase(members);
    }
    hub_.unsubscribe(session.client, name);
    answered(session.client, name, &cancelled);
  }
}

void Core::attach(Session& session, Exit& exit, Target target) {
  if (session.exit) session.exit->close(session.target, "replaced");
  session.exit = &exit;
  session.target = target;
  mark(session);
  const auto waiting = std::exchange(session.waiting, {});
  session.waiting_of.clear();
  session.unconfirmed = waiting;
  exit.catch_up(target, waiting);
}

void Core::detach(std::string_view conn_id, Target target, bool lost, std::vector<EventPtr> unsent,
                  Duration idle) {
  auto* session = find(conn_id);
  if (!session || !session->exit || session->target != target) return;
  session->exit = nullptr;
  session->leave_at = clock_.now() + idle;
  auto again = std::exchange(session->unconfirmed, {});
  if (!lost) again = std::move(unsent);
  for (const auto& event : again) keep(*session, event);
}

void Core::mark(Session& session) {
  session.last_active = clock_.now();
  session.unconfirmed.clear();
  if (auto* user = find_user(session.user)) user->last_active = session.last_active;
}

void Core::close(Session& session, std::string_view why) {
  if (auto* exit = std::exchange(session.exit, nullptr)) exit->close(session.target, why);
  erase(session);
}

void Core::erase(Session& session) {
  const auto cancelled = error(Errc::cancelled, "the connection is closed");
  const auto owned = sessions_.extract(session.conn_id);
  clients_.erase(session.client);
  for (const auto& name : session.channels) {
    if (auto* channel = find_channel(name)) {
      channel->members.erase(&session);
      channel->last_used = clock_.now();
    }
  }
  for (auto members = members_.begin(); members != members_.end();) {
    members->second.erase(&session);
    members = members->second.empty() ? members_.erase(members) : std::next(members);
  }
  if (auto* user = find_user(session.user)) {
    user->sessions.erase(&session);
    user->last_active = clock_.now();
  }
  hub_.disconnect(session.client);
  for (const auto& name : session.channels) answered(session.client, name, &cancelled);
  for (const auto& hook : on_closed_) hook(session);
}

void Core::collect() {
  const auto now = clock_.now();
  std::vector<std::string> over;
  for (const auto& [conn_id, session] : sessions_) {
    if (!session->exit && session->leave_at <= now) over.push_back(conn_id);
  }
  for (const auto& conn_id : over) {
    if (auto* session = find(conn_id)) close(*session, "collected");
  }
  std::erase_if(users_, [&](const auto& entry) {
    return entry.second->sessions.empty() && now - entry.second->last_active > settings_.user_idle;
  });
  std::erase_if(channels_, [&](const auto& entry) {
    const Channel& channel = *entry.second;
    const bool idle = channel.members.empty() && now - channel.last_used > settings_.channel_idle;
    if (idle && channel.configured) (void)hub_.configure(channel.name, std::nullopt);
    return idle;
  });
}

// hub::Delivery

void Core::joined(std::size_t, hub::ClientId client, const std::string& channel, hub::Ticket,
                  Result<hub::Joined> joined) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  Session& session = *found->second;
  if (!joined) {
    session.channels.erase(channel);
    if (auto* known = find_channel(channel)) known->members.erase(&session);
    const auto failed = joined.error();
    return answered(client, channel, &failed);
  }
  members_[channel][&session] = joined->position.offset;
  for (const auto& publication : joined->first) {
    if (publication.offset == 0) continue;  // present values of rooms; who asks for them uses our own API
    if (const auto event = read_event(publication)) send({{&session, 0}}, publication, event);
  }
  answered(client, channel, nullptr);
}

void Core::publish(std::size_t, const std::shared_ptr<const hub::Publication>& publication) {
  const auto members = members_.find(publication->channel);
  if (members == members_.end()) return;
  auto event = read_event(*publication);
  if (!event) return;
  if (auto* channel = find_channel(publication->channel)) {
    channel->last_active = clock_.wall();
    channel->last_used = clock_.now();
    add_people(*channel, *event);
  }
  send(members->second, *publication, event);
}

void Core::add_people(const Channel& channel, Event& event) {
  if (event.at == WallTime{}) event.at = clock_.wall();
  if (event.id.empty()) event.id = hub_.new_id();
  if (event.kind != Event::Kind::joined && event.kind != Event::Kind::left) return;
  if (const auto* user = find_user(event.user); user && event.kind == Event::Kind::joined)
    event.user_state = user->public_state();
  if (!channel.settings.broadcast_presence_with_user_lists) return;
  for (const auto& row : hub_.presence(channel.name).users) {
    if (row.user.empty() || row.user == event.user) continue;
    const auto* user = find_user(row.user);
    event.users.push_back(
        {{"user", row.user}, {"state", user ? user->public_state() : boost::json::object{}}});
  }
}

bool Core::is_for(const Session& session, const hub::Publication& publication, const Event& event) {
  if (event.user == session.user && (event.kind == Event::Kind::joined || event.kind == Event::Kind::left))
    return false;
  if (!publication.audience) return true;
  const auto& [except, from, within] = *publication.audience;
  return std::find(except.begin(), except.end(), session.user) == except.end() &&
         (within.empty() || session.channels.contains(within));
}

void Core::send(const Members& members, const hub::Publication& publication, const EventPtr& event) {
  std::vector<std::pair<Exit*, std::vector<Target>>> batches;
  for (const auto& [session, since] : members) {
    if ((publication.offset != 0 && publication.offset <= since) || !is_for(*session, publication, *event))
      continue;
    if (event->kind == Event::Kind::message) ++counters_.deliveries;
    if (!session->exit) {
      keep(*session, event);
      continue;
    }
    session->unconfirmed.push_back(event);
    if (auto& sent = session->unconfirmed; sent.size() > 2 * unconfirmed_events)
      sent.erase(sent.begin(), sent.begin() + unconfirmed_events);
    auto batch = std::find_if(batches.begin(), batches.end(),
                              [exit = session->exit](const auto& entry) { return entry.first == exit; });
    if (batch == batches.end()) batch = batches.insert(batches.end(), {session->exit, {}});
    batch->second.push_back(session->target);
  }
  for (const auto& [exit, targets] : batches) exit->deliver(targets, event);
}

// What waits is what will be seen: an edit changes the copy, too, and what was deleted isn't shown first.
void Core::keep(Session& session, const EventPtr& event) {
  const auto of = event->direct ? std::string(direct) : event->channel;
  if (const auto* channel = find_channel(event->channel);
      !event->direct && channel && !channel->settings.store_frames)
    return;
  const auto is_it = [&](const EventPtr& other) {
    return other->kind == Event::Kind::message && other->id == event->id;
  };
  if (event->kind == Event::Kind::edit) {
    for (auto& other : session.waiting) {
      if (!is_it(other)) continue;
      auto copy = std::make_shared<Event>(*event);
      copy->kind = Event::Kind::message;
      other = std::move(copy);
    }
  } else if (event->kind == Event::Kind::remove) {
    session.waiting_of[of] -= std::erase_if(session.waiting, is_it);
  }
  const auto most = event->direct ? settings_.frames_per_user : settings_.frames_per_channel;
  auto& count = session.waiting_of[of];
  session.waiting.push_back(event);
  if (++count <= most && session.waiting.size() <= waiting_events) return;
  const auto oldest = std::find_if(
      session.waiting.begin(), session.waiting.end(),
      [&](const EventPtr& other) { return (other->direct ? std::string(direct) : other->channel) == of; });
  session.waiting.erase(oldest);
  --count;
}

void Core::reset(std::size_t, const std::string& channel, const hub::Position& position,
                 const std::string& reason) {
  const auto members = members_.find(channel);
  if (members == members_.end()) return;
  auto event = std::make_shared<Event>();
  event->kind = Event::Kind::reset;
  event->id = hub_.new_id();
  event->channel = channel.starts_with(direct) ? std::string() : channel;
  event->direct = channel.starts_with(direct);
  event->at = clock_.wall();
  event->data = boost::json::object{{"reason", reason}};
  for (auto& [session, since] : members->second) since = position.offset;
  hub::Publication about;
  about.channel = channel;
  send(members->second, about, event);
}

void Core::close(std::size_t, hub::ClientId client, std::uint16_t, const std::string& reason) {
  if (const auto found = clients_.find(client); found != clients_.end()) close(*found->second, reason);
}

}  // namespace longwave::channelstream
