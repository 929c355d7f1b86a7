// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/desk.hpp"

#include "dialects/mpd/call.hpp"
#include "library/events.hpp"
#include "library/library.hpp"
#include "schedule/keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace longwave::mpd {
namespace {

constexpr std::size_t most_inputs = 4096;      // that wait, of one client
constexpr std::size_t most_output = 64 << 20;  // bytes of the answer to one request
constexpr std::string_view default_name = "default";
constexpr std::string_view default_slug = "main";

}  // namespace

Desk::Desk(Rooms rooms) : rooms_(std::move(rooms)) {}
Desk::~Desk() = default;

void Desk::start() {
  subscriptions_.push_back(rooms_.keeper.station_changed.connect(
      [this](const schedule::StationChanged& event) { on_station(event); }));
  subscriptions_.push_back(rooms_.keeper.station_closed.connect(
      [this](const schedule::StationClosed& event) { on_closed(event.station); }));
  subscriptions_.push_back(
      rooms_.library.happened.connect([this](const library::Changed& event) { on_library(event); }));
  subscriptions_.push_back(
      rooms_.library.scan_finished.connect([this](const library::ScanFinished& finished) {
        const auto& report = finished.report;
        if (report.added + report.changed + report.moved + report.missing > 0) tell(Subsystem::database);
        tell(Subsystem::update);
      }));
}

/// Who was there is back at the first station, where everything may be otherwise.
void Desk::on_closed(StationId station) {
  partitions_.erase(station.value);
  for (const auto& client : clients_) {
    if (client->partition != station) continue;
    client->partition = partition_named(default_name);
    for (const auto subsystem :
         {Subsystem::playlist, Subsystem::player, Subsystem::mixer, Subsystem::options, Subsystem::partition})
      client->pending |= bit(subsystem);
    settle(*client);
  }
}

void Desk::on_library(const library::Changed& changed) {
  if (const auto* list = std::get_if<library::CollectionChanged>(&changed.event)) {
    if (list->space == library::CollectionSpace::playlists) tell(Subsystem::stored_playlist);
  } else if (std::holds_alternative<library::PlaylistChanged>(changed.event)) {
    tell(Subsystem::stored_playlist);
  } else if (const auto* tracks = std::get_if<library::TracksChanged>(&changed.event)) {
    if ((tracks->what & (library::aspect_properties | library::aspect_tags | library::aspect_file)) != 0) {
      tell(Subsystem::database);
    }
  } else if (std::holds_alternative<library::TracksAdded>(changed.event) ||
             std::holds_alternative<library::TracksRemoved>(changed.event)) {
    tell(Subsystem::database);
  }
}

std::shared_ptr<Client> Desk::join(unsigned permissions, std::string address,
                                   std::function<void(Reply)> send) {
  auto client = std::make_shared<Client>();
  client->permissions = permissions;
  client->address = std::move(address);
  client->send = std::move(send);
  client->partition = partition_named(default_name);
  clients_.push_back(client);
  return client;
}

void Desk::leave(const std::shared_ptr<Client>& client) {
  client->gone = true;
  client->inputs.clear();
  const bool had_channels = !client->channels.empty();
  std::erase(clients_, client);
  if (had_channels) tell(Subsystem::subscription, client->partition);
}

void Desk::take(const std::shared_ptr<Client>& client, Input input) {
  if (client->gone) return;
  client->inputs.push_back(std::move(input));
  if (client->inputs.size() > most_inputs) return client->send({.close = true});
  run(client);
}

/// Takes what the client sent, until a request is under way.
void Desk::run(const std::shared_ptr<Client>& client) {
  while (!client->gone && !client->running && !client->inputs.empty()) {
    Input input = std::move(client->inputs.front());
    client->inputs.pop_front();
    if (std::holds_alternative<Hangup>(input)) return client->send({.handled = 1, .close = true});
    if (std::holds_alternative<NoIdle>(input)) {
      const bool waited = std::exchange(client->idle, 0) != 0;
      client->send({.text = waited ? "OK\n" : "", .handled = 1});
      continue;
    }
    if (client->idle != 0) return client->send({.handled = 1, .close = true});
    client->request = std::get<Request>(std::move(input));
    client->next_line = 0;
    client->answer.clear();
    client->running = true;
    step(client);
  }
}

void Desk::step(const std::shared_ptr<Client>& client) {
  if (client->gone) return;
  if (client->next_line == client->request.lines.size()) {
    client->answer += "OK\n";
    return end_request(client);
  }
  auto words = words_of(client->request.lines[client->next_line]);
  if (auto* bad = std::get_if<BadLine>(&words)) {
    client->answer += ack_line(bad->refusal, client->next_line, bad->command);
    return end_request(client, bad->fatal);
  }
  auto& [name, arguments] = std::get<Words>(words);
  const auto count = arguments.size();
  const auto* command = find_command(name);
  auto call = std::make_shared<Call>(*this, client, command ? name : std::string{}, std::move(arguments));
  if (!command) return call->fail(Ack::unknown, fmt::format("unknown command \"{}\"", name));
  if (auto refusal = check(*command, client->permissions, count)) return call->fail(*refusal);
  command->handler(call);
}

/// Called once for each command, from its handler or later.
void Desk::finish(Call& call) {
  auto client = call.client;
  if (client->gone) return;
  client->answer += call.out;
  if (call.close_) return client->send({.handled = 1, .close = true});
  if (call.wait_) {
    client->running = false;
    client->send({.text = std::exchange(client->answer, {}), .handled = 1, .waiting = true});
    settle(*client);
    return rooms_.post([this, client] { run(client); });
  }
  if (call.refusal_) {
    client->answer += ack_line(*call.refusal_, client->next_line, call.command);
    return end_request(client);
  }
  if (client->request.each_ok) client->answer += "list_OK\n";
  if (client->answer.size() > most_output) return client->send({.handled = 1, .close = true});
  ++client->next_line;
  // From the top of the loop: a long list neither nests nor holds up anybody.
  rooms_.post([this, client] { step(client); });
}

void Desk::end_request(const std::shared_ptr<Client>& client, bool close) {
  client->running = false;
  client->send({.text = std::exchange(client->answer, {}), .handled = 1, .close = close});
  rooms_.post([this, client] { run(client); });
}

void Desk::tell(Subsystem subsystem, StationId only) {
  for (const auto& client : clients_) {
    if (only && client->partition != only) continue;
    client->pending |= bit(subsystem);
    settle(*client);
  }
}

bool Desk::settle(Client& client) {
  const SubsystemMask told = client.pending & client.idle;
  if (told == 0) return false;
  std::string text;
  for (std::size_t i = 0; i < subsystem_names.size(); ++i) {
    if ((told >> i & 1u) != 0) text += fmt::format("changed: {}\n", subsystem_names[i]);
  }
  client.pending &= ~told;
  client.idle = 0;
  client.send({.text = text + "OK\n"});
  return true;
}

std::string Desk::partition_name(StationId station) const {
  const auto view = rooms_.keeper.view(station);
  if (!view) return {};
  return view->slug == default_slug ? std::string(default_name) : view->slug;
}

StationId Desk::partition_named(std::string_view name) const {
  return rooms_.keeper.find(name == default_name ? default_slug : name).value_or(StationId{});
}

Desk::Partition& Desk::partition(StationId station) {
  auto& found = partitions_[station.value];
  if (found.changed.empty()) {
    if (const auto view = rooms_.keeper.view(station)) {
      found.changed.assign(view->entries.size(), std::max<std::uint64_t>(1, view->version));
    }
  }
  return found;
}

int Desk::start_update() {
  if (rooms_.library.scan() || update_job_ == 0) ++update_job_;
  tell(Subsystem::update);
  return update_job_;
}

std::optional<int> Desk::start_rescan(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!rooms_.library.rescan(path)) return std::nullopt;
  tell(Subsystem::update);
  return ++update_job_;
}

void Desk::on_station(const schedule::StationChanged& event) {
  const auto& what = event.what;
  const auto id = event.view->id;
  if (what.queue) {
    auto& places = partition(id).changed;
    const auto& now = event.view->entries;
    places.resize(now.size(), event.view->version);
    for (std::size_t i = 0; i < now.size(); ++i) {
      const bool same =
          event.before && i < event.before->entries.size() && event.before->entries[i] == now[i];
      if (!same) places[i] = event.view->version;
    }
    tell(Subsystem::playlist, id);
  }
  if (what.on_air || what.state || what.position || what.cursor) tell(Subsystem::player, id);
  if (what.modes) tell(Subsystem::options, id);
  if (what.volume) tell(Subsystem::mixer, id);
  if (what.list) tell(Subsystem::stored_playlist);
}

}  // namespace longwave::mpd
