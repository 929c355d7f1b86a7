// SPDX-License-Identifier: Apache-2.0
// The hub's door: every public call runs as one turn of the machine.
#include "hub/hub.hpp"

#include "base/assert.hpp"
#include "hub/machine.hpp"
#include "hub/message.hpp"

namespace longwave::hub {

Hub::Hub(Broker& broker, const Clock& clock, HubOptions options)
    : impl_(std::make_unique<Impl>(broker, clock, std::move(options))) {}
Hub::~Hub() = default;

GroupId Hub::add_groups(Delivery& delivery, std::size_t loops) {
  const auto first = static_cast<GroupId>(impl_->groups_.size());
  for (std::size_t i = 0; i < loops; ++i) impl_->groups_.push_back({&delivery, i});
  LW_ASSERT(impl_->groups_.size() <= (std::size_t{1} << group_bits),
            "more groups than a client's number can tell");
  return first;
}

ClientId Hub::next_client(GroupId group) {
  return client_id(++serial_, group);
}

void Hub::tick() {
  impl_->tick();
}

void Hub::connect(ClientId client, Person person) {
  impl_->connect(client, std::move(person));
}
void Hub::disconnect(ClientId client) {
  impl_->disconnect(client);
}
void Hub::identify(ClientId client, Person person) {
  impl_->identify(client, std::move(person));
}
void Hub::close(ClientId client, std::uint16_t code, const std::string& reason) {
  impl_->close(client, code, reason);
}
void Hub::close_user(const std::string& user, std::uint16_t code, const std::string& reason) {
  impl_->close_user(user, code, reason, true);
}
std::vector<ClientId> Hub::connections_of(const std::string& user) const {
  const auto found = impl_->users_.find(user);
  return found == impl_->users_.end() ? std::vector<ClientId>{} : found->second;
}

void Hub::subscribe(ClientId client, const std::string& channel, std::optional<Position> since,
                    Ticket ticket) {
  impl_->subscribe(client, channel, std::move(since), ticket);
}
void Hub::unsubscribe(ClientId client, const std::string& channel) {
  impl_->unsubscribe(client, channel);
}
void Hub::provide(std::string prefix, Snapshot snapshot) {
  impl_->providers_[std::move(prefix)] = std::move(snapshot);
}

void Hub::publish(const std::string& channel, std::string method, Payload data, Done<Published> done) {
  impl_->publish(channel, {.method = std::move(method), .data = std::move(data)}, std::move(done));
}
void Hub::publish(const std::string& channel, Message message, Done<Published> done) {
  impl_->publish(channel, std::move(message), std::move(done));
}
void Hub::say(const std::string& channel, Words words, Done<Published> done) {
  impl_->say(channel, std::move(words), {}, std::move(done));
}
void Hub::say_to(std::vector<std::string> users, const std::string& within, Words words,
                 Done<std::vector<Published>> done) {
  impl_->say_to(std::move(users), within, words, std::move(done));
}
void Hub::edit(const std::string& channel, Edit edit, Done<Published> done) {
  impl_->edit(channel, std::move(edit), std::move(done));
}
void Hub::remove(const std::string& channel, const std::string& id, std::optional<std::string> owner,
                 Done<Published> done) {
  impl_->remove(channel, id, std::move(owner), std::move(done));
}
void Hub::history(const std::string& channel, const HistoryQuery& query, Done<History> done) {
  if (!valid_channel_name(channel)) return done(error(Errc::invalid, "not the name of a channel"));
  impl_->broker_.history(channel, query, std::move(done));
}
void Hub::find(const std::string& channel, const std::string& id, Done<Publication> done) {
  impl_->broker_.find(channel, id, std::move(done));
}
std::string Hub::new_id() {
  return random_uuid(impl_->random_);
}

void Hub::presence(const std::string& channel, Done<Presence> done) {
  impl_->presence(channel, std::move(done));
}
Presence Hub::presence(const std::string& channel) const {
  const auto it = impl_->channels_.find(channel);
  return it == impl_->channels_.end() ? Presence{} : it->second.people.result(impl_->options_.presence_rows);
}
void Hub::on_presence_dirty(std::function<void()> hook) {
  impl_->on_dirty_ = std::move(hook);
}
void Hub::flush_presence() {
  impl_->flush_presence();
}
void Hub::state(const std::string& user, Done<UserState> done) {
  impl_->broker_.state(user, std::move(done));
}
void Hub::set_state(const std::string& user, StateUpdate update, Done<StateChange> done) {
  impl_->set_state(user, std::move(update), std::move(done));
}

std::shared_ptr<const ChannelConfig> Hub::config(const std::string& channel) const {
  return impl_->rules_.of(channel);
}
const Rules& Hub::rules() const {
  return impl_->rules_;
}
Result<void> Hub::configure(const std::string& pattern, std::optional<ChannelConfig> config, bool here_only) {
  return impl_->configure(pattern, config, !here_only);
}
void Hub::on_configured(std::function<void(const std::string&, const ChannelConfig*)> hook) {
  impl_->on_configured_ = std::move(hook);
}

void Hub::tell_nodes(const std::string& kind, const std::string& text) {
  impl_->broker_.tell_nodes(kind, text);
}
void Hub::on_told(std::string kind, std::function<void(const std::string& text)> handler) {
  impl_->told_[std::move(kind)] = std::move(handler);
}
bool Hub::broker_lost() const {
  return impl_->lost_;
}

void Hub::on_event(std::function<void(const HubEvent&)> hook) {
  impl_->on_event_ = std::move(hook);
}
std::optional<ChannelInfo> Hub::info(const std::string& channel) const {
  const auto it = impl_->channels_.find(channel);
  if (it == impl_->channels_.end()) return std::nullopt;
  return Impl::info(it->second);
}
std::vector<ChannelInfo> Hub::all_channels() const {
  std::vector<ChannelInfo> all;
  all.reserve(impl_->channels_.size());
  for (const auto& [name, channel] : impl_->channels_) all.push_back(Impl::info(channel));
  return all;
}
std::vector<ClientInfo> Hub::all_clients(std::size_t most) const {
  std::vector<ClientInfo> all;
  for (const auto& [id, client] : impl_->clients_) {
    if (all.size() == most) break;
    all.push_back(Impl::info(id, client));
  }
  return all;
}
std::optional<ClientInfo> Hub::client(ClientId client) const {
  const auto found = impl_->clients_.find(client);
  if (found == impl_->clients_.end()) return std::nullopt;
  return Impl::info(client, found->second);
}
const HubCounts& Hub::counts() const {
  return impl_->counts_;
}
std::size_t Hub::subscribers(const std::string& channel) const {
  const auto it = impl_->channels_.find(channel);
  return it == impl_->channels_.end() ? 0 : it->second.joined + it->second.joining.size();
}
std::size_t Hub::channels() const {
  return impl_->channels_.size();
}
std::size_t Hub::clients() const {
  return impl_->clients_.size();
}

}  // namespace longwave::hub
