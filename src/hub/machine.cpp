// SPDX-License-Identifier: Apache-2.0
#include "hub/machine.hpp"

#include "base/assert.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::hub {
namespace {

namespace json = boost::json;

std::string member(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string{};
}

}  // namespace

Hub::Impl::Impl(Broker& broker, const Clock& clock, HubOptions options)
    : broker_(broker), clock_(clock), options_(std::move(options)), random_(options_.seed) {
  broker_.listen(this);
}
Hub::Impl::~Impl() {
  broker_.listen(nullptr);
}

std::unique_ptr<const Person> Hub::Impl::keep(ClientId id, Person person) const {
  if (person.key.empty() && person.user.empty() && person.name.empty()) return nullptr;
  if (person.key.empty()) person.key = '#' + options_.node + '.' + std::to_string(id);
  return std::make_unique<const Person>(std::move(person));
}

void Hub::Impl::note_user(ClientId id, const Person* person, bool here) {
  if (!person || person->user.empty()) return;
  auto& connections = users_[person->user];
  if (here) return connections.push_back(id);
  std::erase(connections, id);
  if (connections.empty()) users_.erase(person->user);
}

void Hub::Impl::happened(HubEvent::Kind kind, ClientId id, const Person* person, std::string_view channel,
                         const Publication* publication) const {
  if (on_event_) on_event_({kind, id, person, channel, publication});
}

void Hub::Impl::connect(ClientId id, Person person) {
  LW_ASSERT(group_of(id) < groups_.size(), "a connection belongs to a group");
  const auto [it, fresh] = clients_.emplace(id, Client{keep(id, std::move(person)), {}});
  LW_ASSERT(fresh, "a connection is announced once");
  note_user(id, it->second.person.get(), true);
  happened(HubEvent::Kind::connected, id, it->second.person.get(), {});
}

void Hub::Impl::disconnect(ClientId id) {
  const Turn turn(*this);
  const auto node = clients_.extract(id);
  if (!node) return;
  const Client& client = node.mapped();
  note_user(id, client.person.get(), false);
  for (Channel* channel : client.channels) leave(id, client, *channel);
  happened(HubEvent::Kind::disconnected, id, client.person.get(), {});
}

void Hub::Impl::identify(ClientId id, Person person) {
  const Turn turn(*this);
  const auto it = clients_.find(id);
  if (it == clients_.end()) return;
  Client& client = it->second;
  auto fresh = keep(id, std::move(person));
  for (Channel* channel : client.channels) {
    if (channel->joining.contains(id)) continue;
    if (came(*channel, fresh.get())) tell(*channel, false);
    went(*channel, client.person.get());
  }
  note_user(id, client.person.get(), false);
  note_user(id, fresh.get(), true);
  client.person = std::move(fresh);
}

void Hub::Impl::close(ClientId id, std::uint16_t code, const std::string& reason) {
  if (!clients_.contains(id)) return;
  const Group& group = groups_.at(group_of(id));
  group.delivery->close(group.loop, id, code, reason);
}

void Hub::Impl::close_user(const std::string& user, std::uint16_t code, const std::string& reason,
                           bool everywhere) {
  if (const auto found = users_.find(user); found != users_.end())
    for (const ClientId id : std::vector(found->second)) close(id, code, reason);  // closing may disconnect
  if (everywhere)
    broker_.tell_nodes("hub.close",
                       json::serialize(json::object{{"user", user}, {"code", code}, {"reason", reason}}));
}

void Hub::Impl::tick() {
  const Turn turn(*this);
  broker_.tick();
  const Instant now = clock_.now();
  keep_presence(now);
  check_positions(now);
  if (states_due_ > now) return;
  states_due_ = now + Broker::state_age / 24;
  std::vector<std::string> names;
  for (const auto& [user, connections] : users_) names.push_back(user);
  for (const std::string& user : names) broker_.state(user, [](const auto&) {});  // nobody here is forgotten
}

Result<void> Hub::Impl::configure(const std::string& pattern, const std::optional<ChannelConfig>& config,
                                  bool everywhere) {
  if (config) {
    if (auto set = rules_.set(pattern, *config); !set) return set;
  } else {
    rules_.remove(pattern);
  }
  for (auto& [name, channel] : channels_) channel.config = rules_.of(name);
  if (everywhere) {
    broker_.tell_nodes("hub.rule", json::serialize(json::object{{"pattern", pattern},
                                                                {"config", config ? to_json(*config) : ""}}));
    if (on_configured_) on_configured_(pattern, config ? &*config : nullptr);
  }
  return {};
}

void Hub::Impl::told(const std::string& kind, const std::string& text) {
  const Turn turn(*this);
  if (const auto handler = told_.find(kind); handler != told_.end()) return handler->second(text);
  boost::system::error_code failed;
  const json::value parsed = json::parse(text, failed);
  if (failed || !parsed.is_object()) return;
  const auto& said = parsed.get_object();
  if (kind == "hub.close") {
    const auto* code = said.if_contains("code");
    if (code && code->is_int64())
      close_user(member(said, "user"), static_cast<std::uint16_t>(code->get_int64()), member(said, "reason"),
                 false);
  } else if (kind == "hub.rule") {
    const std::string pattern = member(said, "pattern"), config = member(said, "config");
    std::optional<ChannelConfig> read;
    if (!config.empty()) {
      const auto parsed_config = channel_config(config);
      if (!parsed_config) return;
      read = *parsed_config;
    }
    if (configure(pattern, read, false) && on_configured_) on_configured_(pattern, read ? &*read : nullptr);
  } else if (kind == "hub.state") {
    announce_state(member(said, "user"), member(said, "key"), member(said, "data"));
  }
}

ChannelInfo Hub::Impl::info(const Channel& channel) {
  return {channel.name, channel.joined,      channel.people.total(),
          channel.top,  channel.last_active, channel.config};
}

ClientInfo Hub::Impl::info(ClientId id, const Client& client) {
  ClientInfo info{.id = id};
  if (client.person) info.person = *client.person;
  for (const Channel* channel : client.channels) info.channels.push_back(channel->name);
  return info;
}

Channel& Hub::Impl::open(const std::string& name) {
  const auto [it, fresh] = channels_.try_emplace(name);
  Channel& channel = it->second;
  if (fresh) {
    channel.name = name;
    channel.config = rules_.of(name);
    channel.incarnation = ++attempts_;
    channel.last_active = clock_.wall();
  }
  return channel;
}

Channel* Hub::Impl::find(const std::string& name) {
  const auto it = channels_.find(name);
  return it == channels_.end() ? nullptr : &it->second;
}

Channel* Hub::Impl::channel_of(const Client& client, const std::string& name) {
  const auto found = std::find_if(client.channels.begin(), client.channels.end(),
                                  [&](const Channel* channel) { return channel->name == name; });
  return found == client.channels.end() ? nullptr : *found;
}

Keep Hub::Impl::keep_of(const Channel& channel) {
  const ChannelConfig& config = *channel.config;
  return {config.recovery_size, config.history_size, config.history_age};
}

void Hub::Impl::sweep() {
  while (!unused_.empty()) {
    const std::string name = std::move(unused_.back());
    unused_.pop_back();
    const auto it = channels_.find(name);
    if (it == channels_.end() || it->second.used()) continue;
    // Out of the table first: what the broker answers may open it anew.
    const auto node = channels_.extract(it);
    Channel& channel = node.mapped();
    if (channel.feed != Channel::Feed::none) broker_.interest(name, false, {});
    if (channel.told) tell(channel, false);
  }
}

}  // namespace longwave::hub
