// SPDX-License-Identifier: Apache-2.0
#include "api/platform_lists.hpp"

#include "api/json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <unordered_map>

namespace longwave::api {

namespace json = boost::json;

namespace {

constexpr std::size_t channels_shown = 20;  // of one connection
constexpr std::size_t most_users = 1'000;

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string search_of(const json::object& params) {
  const auto* search = params.if_contains("search");
  return search && search->is_string() ? folded(search->as_string()) : std::string();
}

std::size_t limit_of(const json::object& params) {
  const auto* limit = params.if_contains("limit");
  return limit && limit->is_number() ? limit->to_number<std::size_t>() : 200;
}

bool has(std::string_view text, const std::string& search) {
  return search.empty() || folded(text).find(search) != std::string::npos;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(clean(text));
}

json::value rule_json(const hub::ChannelConfig& config) {
  return json::parse(hub::to_json(config));
}

std::int64_t number(const json::object& row, std::string_view key) {
  const auto* value = row.if_contains(key);
  return value && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

void cut(json::array& rows, std::size_t limit) {
  if (rows.size() > limit) rows.resize(limit);
}

/// Adds up rows with the same `key`; figures in `sums` are added, others are those of the first row.
json::array merged(const std::vector<json::object>& answers, std::string_view list,
                   std::initializer_list<std::string_view> key,
                   std::initializer_list<std::string_view> sums) {
  json::array rows;
  std::map<std::string, std::size_t> places;
  for (const auto& answer : answers) {
    const auto* own = answer.if_contains(list);
    if (!own || !own->is_array()) continue;
    for (const auto& value : own->get_array()) {
      const auto* row = value.if_object();
      if (!row) continue;
      std::string name;
      for (const auto part : key)
        if (const auto* text = row->if_contains(part)) name += json::serialize(*text) + '\n';
      const auto [place, is_new] = places.emplace(std::move(name), rows.size());
      if (is_new) {
        rows.push_back(*row);
        continue;
      }
      auto& sum = rows[place->second].get_object();
      for (const auto figure : sums) sum[figure] = number(sum, figure) + number(*row, figure);
    }
  }
  return rows;
}

void sort_down(json::array& rows, std::string_view by) {
  std::stable_sort(rows.begin(), rows.end(), [by](const json::value& a, const json::value& b) {
    return number(a.get_object(), by) > number(b.get_object(), by);
  });
}

std::int64_t sum(const std::vector<json::object>& answers, std::string_view key) {
  std::int64_t all = 0;
  for (const auto& answer : answers) all += number(answer, key);
  return all;
}

}  // namespace

json::object connection_rows(const NodeMoment& moment, const json::object& params,
                             const std::vector<hub::ClientInfo>& clients,
                             const std::vector<ConnectionDetail>& details, std::size_t total) {
  std::unordered_map<hub::ClientId, const ConnectionDetail*> known;
  for (const auto& detail : details) known[detail.client] = &detail;
  const auto search = search_of(params);
  json::array rows;
  for (const auto& client : clients) {
    const auto found = known.find(client.id);
    const auto* detail = found == known.end() ? nullptr : found->second;
    const bool wanted = has(client.person.user, search) || has(client.person.name, search) ||
                        (detail && has(detail->address, search)) ||
                        std::any_of(client.channels.begin(), client.channels.end(),
                                    [&](const std::string& channel) { return has(channel, search); });
    if (!wanted) continue;
    json::array channels;
    for (const auto& channel : client.channels) {
      if (channels.size() == channels_shown) break;
      channels.emplace_back(clean(channel));
    }
    json::object row{{"node", moment.node},
                     {"connection", client.id},
                     {"user", text_or_null(client.person.user)},
                     {"name", clean(client.person.name)},
                     {"role", detail ? json::value(to_string(detail->role)) : json::value(nullptr)},
                     {"address", detail ? json::value(clean(detail->address)) : json::value(nullptr)},
                     {"transport", detail ? json::value(detail->transport) : json::value(nullptr)},
                     {"since_ms", nullptr},
                     {"queued_bytes", detail ? detail->queued_bytes : 0},
                     {"channels", std::move(channels)},
                     {"channel_count", client.channels.size()}};
    if (detail) row["since_ms"] = unix_ms(moment.wall - (moment.now - detail->since));
    rows.push_back(std::move(row));
  }
  sort_down(rows, "since_ms");
  cut(rows, limit_of(params));
  return {{"connections", std::move(rows)}, {"total", total}};
}

std::string pattern_of(const hub::Rules& rules, std::string_view channel) {
  std::string best;
  bool found = false;
  for (const auto& [pattern, config] : rules.all()) {
    if (pattern == channel) return pattern;
    const bool is_prefix = pattern.ends_with('*');
    const std::string_view prefix(pattern.data(), pattern.size() - (is_prefix ? 1 : 0));
    if (!is_prefix || !channel.starts_with(prefix) || (found && pattern.size() < best.size())) continue;
    best = pattern;
    found = true;
  }
  return best;
}

json::object channel_rows(const hub::Hub& hub, const std::set<std::string>& own, const json::object& params) {
  const auto search = search_of(params);
  json::array rows;
  std::size_t total = 0;
  for (const auto& info : hub.all_channels()) {
    ++total;
    if (!has(info.name, search)) continue;
    const auto pattern = pattern_of(hub.rules(), info.name);
    rows.push_back(json::object{{"channel", clean(info.name)},
                                {"subscribers", info.subscribers},
                                {"people", info.people},
                                {"offset", info.top.offset},
                                {"active_ms", unix_ms(info.last_active)},
                                {"pattern", clean(pattern)},
                                {"own", own.contains(pattern)},
                                {"config", info.config ? rule_json(*info.config) : json::value(nullptr)}});
  }
  sort_down(rows, "subscribers");
  cut(rows, limit_of(params));
  return {{"channels", std::move(rows)}, {"total", total}};
}

json::object user_rows(const std::vector<hub::ClientInfo>& clients) {
  struct Sum {
    std::size_t connections = 0;
    std::set<std::string> channels;
  };
  std::map<std::pair<std::string, std::string>, Sum> people;
  std::size_t strangers = 0;
  for (const auto& client : clients) {
    const auto& person = client.person;
    if (person.user.empty() && person.name.empty()) {
      ++strangers;
      continue;
    }
    auto& sum = people[{person.user, person.name.empty() ? person.user : person.name}];
    ++sum.connections;
    sum.channels.insert(client.channels.begin(), client.channels.end());
  }
  json::array rows;
  for (const auto& [who, sum] : people) {
    if (rows.size() == most_users) break;
    rows.push_back(json::object{{"user", text_or_null(who.first)},
                                {"name", clean(who.second)},
                                {"connections", sum.connections},
                                {"channels", sum.channels.size()}});
  }
  return {{"users", std::move(rows)}, {"strangers", strangers}, {"total", people.size()}};
}

json::object joined_answers(const std::string& what, const json::object& params,
                            std::vector<json::object> answers) {
  if (what == "nodes") {
    json::array nodes;
    for (auto& answer : answers) nodes.emplace_back(std::move(answer));
    return {{"nodes", std::move(nodes)}};
  }
  if (what == "users") {
    auto users = merged(answers, "users", {"user", "name"}, {"connections"});
    cut(users, most_users);
    return {{"users", std::move(users)},
            {"strangers", sum(answers, "strangers")},
            {"total", sum(answers, "total")}};
  }
  if (what == "channels") {
    auto channels = merged(answers, "channels", {"channel"}, {"subscribers", "people"});
    const auto own = answers.empty() ? 0 : number(answers.front(), "total");
    const auto total = std::max<std::int64_t>(own, static_cast<std::int64_t>(channels.size()));
    sort_down(channels, "subscribers");
    cut(channels, limit_of(params));
    return {{"channels", std::move(channels)}, {"total", total}};
  }
  auto connections = merged(answers, "connections", {"node", "connection"}, {});
  sort_down(connections, "since_ms");
  cut(connections, limit_of(params));
  return {{"connections", std::move(connections)}, {"total", sum(answers, "total")}};
}

}  // namespace longwave::api
