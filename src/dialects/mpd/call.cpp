// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"

#include "schedule/keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace longwave::mpd {

void Call::ok() {
  if (std::exchange(answered_, true)) return;
  desk.finish(*this);
}

void Call::fail(const Refusal& refusal) {
  if (std::exchange(answered_, true)) return;
  refusal_ = refusal;
  desk.finish(*this);
}

void Call::close() {
  if (std::exchange(answered_, true)) return;
  close_ = true;
  desk.finish(*this);
}

void Call::wait() {
  if (std::exchange(answered_, true)) return;
  wait_ = true;
  desk.finish(*this);
}

schedule::ViewPtr Call::view() const {
  return rooms().keeper.view(client->partition);
}

void Call::steer(schedule::Command what, std::function<void(const schedule::Answer&)> then) {
  rooms().keeper.run(station(), std::move(what),
                     [self = shared_from_this(), then = std::move(then)](Result<schedule::Answer> outcome) {
                       if (!outcome) return self->fail(outcome.error());
                       if (then) return then(*outcome);
                       self->ok();
                     });
}

const std::vector<Command>& commands() {
  static const std::vector<Command> table = [] {
    std::vector<Command> all;
    for (const auto part :
         {connection_commands, status_commands, transport_commands, option_commands, queue_commands,
          queue_list_commands, database_commands, folder_commands, playlist_commands, picture_commands,
          sticker_commands, partition_commands, message_commands, output_commands}) {
      const auto some = part();
      all.insert(all.end(), some.begin(), some.end());
    }
    std::sort(all.begin(), all.end(), [](const Command& a, const Command& b) { return a.name < b.name; });
    return all;
  }();
  return table;
}

const Command* find_command(std::string_view name) {
  const auto& all = commands();
  const auto found = std::lower_bound(all.begin(), all.end(), name,
                                      [](const Command& row, std::string_view n) { return row.name < n; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

std::optional<Refusal> check(const Command& command, unsigned permissions, std::size_t arguments) {
  const auto say = [&](Ack code, const char* what) {
    return refuse(code, fmt::format("{} \"{}\"", what, command.name));
  };
  if ((permissions & command.permission) != command.permission) {
    return say(Ack::permission, "you don't have permission for");
  }
  if (command.least < 0) return std::nullopt;
  if (command.least == command.most && arguments != static_cast<std::size_t>(command.most)) {
    return say(Ack::arg, "wrong number of arguments for");
  }
  if (arguments < static_cast<std::size_t>(command.least)) return say(Ack::arg, "too few arguments for");
  if (command.most >= 0 && arguments > static_cast<std::size_t>(command.most)) {
    return say(Ack::arg, "too many arguments for");
  }
  return std::nullopt;
}

std::optional<std::size_t> current_index(const schedule::View& view) {
  if (view.state != schedule::Transport::stopped && view.on_air && !view.on_air->detached && !view.cutting) {
    if (const auto index = view.index_of(view.on_air->entry->id)) return index;
  }
  if (view.cursor < 0 || static_cast<std::size_t>(view.cursor) >= view.entries.size()) return std::nullopt;
  return static_cast<std::size_t>(view.cursor);
}

Answer<std::size_t> parse_position(std::string_view text, const schedule::View& view, std::size_t size) {
  const bool relative = text.starts_with('+') || text.starts_with('-');
  const auto digits = relative ? text.substr(1) : text;
  const auto number = parse_integer(digits, 0, INT64_MAX);
  if (!number) return number.error();
  const auto offset = static_cast<std::size_t>(*number);
  const auto too_large = [&] { return refuse(Ack::arg, fmt::format("Number too large: {}", text)); };
  if (!relative) {
    if (offset > size) return too_large();
    return offset;
  }
  const auto current = current_index(view);
  if (!current) return refuse(Ack::player_sync, "No current song");
  if (text.front() == '+') {
    if (*current + 1 + offset > size) return too_large();
    return *current + 1 + offset;
  }
  if (offset > *current) return too_large();
  return *current - offset;
}

}  // namespace longwave::mpd
