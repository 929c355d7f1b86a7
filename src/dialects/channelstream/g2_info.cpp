// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_rest.hpp"
#include "dialects/channelstream/g2_wire.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace longwave::channelstream::g2 {

namespace json = boost::json;

namespace {

json::object settings_json(const ChannelSettings& settings) {
  return {{"notify_presence", settings.notify_presence},
          {"store_history", settings.store_history},
          {"history_size", settings.history_size},
          {"broadcast_presence_with_user_lists", settings.broadcast_presence_with_user_lists},
          {"notify_state", settings.notify_state},
          {"store_frames", settings.store_frames}};
}

json::object state_json(const hub::UserState& state, bool only_public) {
  json::object shown;
  for (const auto& [key, value] : state.values) {
    if (only_public &&
        std::find(state.public_keys.begin(), state.public_keys.end(), key) == state.public_keys.end())
      continue;
    json::error_code failed;
    shown[key] = json::parse(value, failed);
  }
  return shown;
}

}  // namespace

/// An answer whose parts come from the broker.
struct Service::Gathered {
  json::object channels = {};
  std::map<std::string, json::object> users = {};
  InfoDone done;

  // When the last part lets go of it, everything is there.
  explicit Gathered(InfoDone done) : done(std::move(done)) {}
  Gathered(const Gathered&) = delete;
  Gathered& operator=(const Gathered&) = delete;
  ~Gathered() {
    json::array list;
    for (auto& [user, state] : users) list.push_back({{"user", user}, {"state", std::move(state)}});
    done({{"channels", std::move(channels)}, {"users", std::move(list)}});
  }
};

std::vector<std::string> Service::all_channels(const InfoOptions& options) const {
  std::vector<std::string> names;
  for (const auto& [name, channel] : core_.channels()) {
    if (options.channels.empty() ||
        std::find(options.channels.begin(), options.channels.end(), name) != options.channels.end())
      names.push_back(name);
  }
  return names;
}

void Service::info(std::vector<std::string> names, const InfoOptions& options, InfoDone done) {
  auto gathered = std::make_shared<Gathered>(std::move(done));
  for (const auto& name : names) {
    const auto& without = options.exclude_channels;
    const auto* channel = core_.find_channel(name);
    if (!channel || std::find(without.begin(), without.end(), name) != without.end()) continue;
    add_channel(*gathered, *channel, options);
    if (options.include_users) {
      core_.people(name, [this, gathered, name, only_public = options.return_public_state](
                             const std::vector<hub::PresenceRow>& rows, std::size_t connections) {
        auto& shown = gathered->channels[name].as_object();
        shown["total_connections"] = connections;
        shown["total_users"] = rows.size();
        json::array users;
        for (const auto& row : rows) {
          users.emplace_back(row.user);
          if (!gathered->users.try_emplace(row.user).second) continue;
          core_.hub().state(row.user, [gathered, user = row.user, only_public](Result<hub::UserState> state) {
            if (state) gathered->users[user] = state_json(*state, only_public);
          });
        }
        shown["users"] = std::move(users);
      });
    } else {
      core_.people(name,
                   [gathered, name](const std::vector<hub::PresenceRow>& rows, std::size_t connections) {
                     auto& shown = gathered->channels[name].as_object();
                     shown["total_connections"] = connections;
                     shown["total_users"] = rows.size();
                   });
    }
    if (!options.include_history || !core_.settings_of(*channel).store_history) continue;
    hub::HistoryQuery query{.of = hub::HistoryQuery::Of::history,
                            .since = std::nullopt,
                            .limit = core_.settings_of(*channel).history_size,
                            .newest_first = true};
    core_.hub().history(name, query, [gathered, name](Result<hub::History> history) {
      if (!history) return;
      json::array list;
      for (auto one = history->publications.rbegin(); one != history->publications.rend(); ++one) {
        const auto event = read_event(*one);
        if (!event || event->kind != Event::Kind::message) continue;
        list.emplace_back(
            remembered(*event, one->audience ? one->audience->except : std::vector<std::string>{}));
      }
      gathered->channels[name].as_object()["history"] = std::move(list);
    });
  }
}

void Service::add_channel(Gathered& gathered, const Channel& channel, const InfoOptions&) {
  gathered.channels[channel.name] = {
      {"uuid", channel.uuid},     {"name", channel.name},
      {"long_name", nullptr},     {"settings", settings_json(core_.settings_of(channel))},
      {"history", json::array()}, {"last_active", iso_time(channel.last_active)},
      {"total_connections", 0},   {"total_users", 0},
      {"users", json::array()}};
}

}  // namespace longwave::channelstream::g2
