// SPDX-License-Identifier: Apache-2.0
// What goes to the broker: events of rooms, what users say and change, and their state.
#include "hub/machine.hpp"
#include "hub/message.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace longwave::hub {
namespace {

namespace json = boost::json;

std::string owner_of(const Words& words) {
  if (!words.owner.empty() || words.user.empty()) return words.owner;
  return "user:" + words.user;
}

/// Who gets the message hears of its change; also the connection that said it: somebody else may have changed
/// it.
std::shared_ptr<const Audience> of_event(const std::shared_ptr<const Audience>& message) {
  if (!message || message->from == 0) return message;
  Audience audience = *message;
  audience.from = 0;
  return audience == Audience{} ? nullptr : std::make_shared<const Audience>(std::move(audience));
}

}  // namespace

void Hub::Impl::publish(const std::string& name, Message message, Done<Published> done) {
  const Turn turn(*this);
  if (!valid_channel_name(name)) {
    if (done) done(error(Errc::invalid, "not the name of a channel"));
    return;
  }
  Channel& channel = open(name);
  ++channel.published;
  ++counts_.published;
  const Keep keep = keep_of(channel);
  if (on_event_) {
    const Publication publication{.channel = name,
                                  .method = message.method,
                                  .data = message.data,
                                  .id = message.id,
                                  .user = message.user};
    happened(HubEvent::Kind::published, message.audience ? message.audience->from : 0, nullptr, name,
             &publication);
  }
  broker_.publish(name, std::move(message), keep,
                  [this, name, done = std::move(done)](Result<Published> published) mutable {
                    const Turn inner(*this);
                    if (!published) ++counts_.refused;
                    confirmed(name, published);
                    if (done) done(std::move(published));
                  });
}

void Hub::Impl::say(const std::string& name, Words words, const std::string& within, Done<Published> done) {
  if (words.id.empty()) words.id = random_uuid(random_);
  Audience audience{std::move(words.except), 0, within};
  if (words.from != 0 && !rules_.of(name)->echo) audience.from = words.from;
  Message message{.method = message_method,
                  .data = message_data(words, words.at.value_or(clock_.wall())),
                  .id = words.id,
                  .user = words.user,
                  .owner = owner_of(words),
                  .key = std::move(words.key),
                  .remember = words.remember};
  if (audience != Audience{}) message.audience = std::make_shared<const Audience>(std::move(audience));
  publish(name, std::move(message), std::move(done));
}

void Hub::Impl::say_to(std::vector<std::string> users, const std::string& within, const Words& words,
                       Done<std::vector<Published>> done) {
  const Turn turn(*this);
  struct Sum {
    std::size_t open;
    std::vector<Published> all;
    std::optional<Error> failed;
    Done<std::vector<Published>> done;
  };
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  std::erase_if(users, [&](const std::string& user) {
    return std::find(words.except.begin(), words.except.end(), user) != words.except.end();
  });
  if (users.empty()) {
    if (done) done(std::vector<Published>{});
    return;
  }
  const auto sum =
      std::make_shared<Sum>(Sum{users.size(), std::vector<Published>(users.size()), {}, std::move(done)});
  Words each = words;
  if (each.id.empty()) each.id = random_uuid(random_);  // one message, whoever reads it
  for (std::size_t i = 0; i < users.size(); ++i) {
    say(user_channel(users[i]), each, within, [sum, i](Result<Published> published) {
      if (published) {
        sum->all[i] = std::move(*published);
      } else {
        sum->failed = published.error();
      }
      if (--sum->open > 0 || !sum->done) return;
      if (sum->failed) return sum->done(*sum->failed);
      sum->done(std::move(sum->all));
    });
  }
}

void Hub::Impl::change(const std::string& name, Change change, Done<Published> done) {
  const Turn turn(*this);
  Channel& channel = open(name);
  ++channel.published;
  ++counts_.published;
  const Keep keep = keep_of(channel);
  broker_.change(name, std::move(change), keep,
                 [this, name, done = std::move(done)](Result<Published> published) mutable {
                   const Turn inner(*this);
                   confirmed(name, published);
                   if (done) done(std::move(published));
                 });
}

void Hub::Impl::edit(const std::string& name, Edit edit, Done<Published> done) {
  const std::string id = edit.id;
  broker_.find(
      name, id,
      [this, name, edit = std::move(edit), done = std::move(done)](Result<Publication> found) mutable {
        const auto no = [&](Error why) {
          if (done) done(std::move(why));
        };
        if (!found) return no(found.error());
        if (edit.owner && (edit.owner->empty() || *edit.owner != found->owner))
          return no(error(Errc::refused, "somebody else's message"));
        auto data = edited_data(*found->data, *edit.data, edit.extra, edit.at.value_or(clock_.wall()));
        if (!data) return no(data.error());
        change(name,
               {.id = edit.id,
                .data = *data,
                .event = {.method = "channel.edited",
                          .data = *data,
                          .id = edit.id,
                          .user = found->user,
                          .owner = found->owner,
                          .audience = of_event(found->audience)}},
               std::move(done));
      });
}

void Hub::Impl::remove(const std::string& name, const std::string& id, std::optional<std::string> owner,
                       Done<Published> done) {
  broker_.find(
      name, id,
      [this, name, id, owner = std::move(owner), done = std::move(done)](Result<Publication> found) mutable {
        if (!found || (owner && (owner->empty() || *owner != found->owner))) {
          if (done) done(found ? error(Errc::refused, "somebody else's message") : found.error());
          return;
        }
        const json::object data{
            {"id", id}, {"user", found->user.empty() ? json::value(nullptr) : json::value(found->user)}};
        change(name,
               {.id = id,
                .data = nullptr,
                .event = {.method = "channel.deleted",
                          .data = std::make_shared<const std::string>(json::serialize(data)),
                          .id = id,
                          .user = found->user,
                          .owner = found->owner,
                          .audience = of_event(found->audience)}},
               std::move(done));
      });
}

void Hub::Impl::set_state(const std::string& user, StateUpdate update, Done<StateChange> done) {
  broker_.set_state(user, std::move(update),
                    [this, user, done = std::move(done)](Result<StateChange> change) mutable {
                      const Turn turn(*this);
                      if (change) state_changed(user, *change);
                      if (done) done(std::move(change));
                    });
}

/// Every node tells the channels where it has the user; the key makes it once for each channel.
void Hub::Impl::state_changed(const std::string& user, const StateChange& change) {
  json::array changed;
  for (const std::string& key : change.changed)
    if (change.state.is_public(key))
      changed.push_back(json::object{{"key", key}, {"value", json::parse(change.state.values.at(key))}});
  if (changed.empty()) return;
  const std::string data = "{\"user\":" + json::serialize(json::string(user)) +
                           ",\"state\":" + to_json(change.state, true) +
                           ",\"changed\":" + json::serialize(changed) + "}";
  const std::string key = "state:" + user + ':' + std::to_string(change.state.version);
  announce_state(user, key, data);
  broker_.tell_nodes("hub.state",
                     json::serialize(json::object{{"user", user}, {"key", key}, {"data", data}}));
}

void Hub::Impl::announce_state(const std::string& user, const std::string& key, const std::string& data) {
  const auto connections = users_.find(user);
  if (connections == users_.end()) return;
  std::set<std::string> names;
  for (const ClientId id : connections->second)
    for (const Channel* channel : clients_.at(id).channels)
      if (channel->config->state_events && !channel->joining.contains(id)) names.insert(channel->name);
  const auto text = std::make_shared<const std::string>(data);
  for (const std::string& name : names)
    publish(name, {.method = "user.changed", .data = text, .user = user, .key = key}, {});
}

}  // namespace longwave::hub
