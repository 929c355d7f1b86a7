// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/engine.hpp"

#include "library/library.hpp"
#include "schedule/keeper.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace longwave::player {
namespace {

using schedule::InsertOp;
using schedule::MoveOp;
using schedule::QueueOp;
using schedule::RemoveOp;
using schedule::ResetOp;

/// Follows the list through the ops of one change, and says each in the protocol's terms.
class Mirror {
 public:
  Mirror(const std::vector<schedule::EntryPtr>& before, std::string name)
      : entries_(before.begin(), before.end()), name_(std::move(name)) {}

  PlaylistChanged said(const InsertOp& op) {
    const auto at = std::min(op.at, entries_.size());
    const bool last = at == entries_.size();
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), op.entry);
    return {.type = last ? PlaylistChanged::add : PlaylistChanged::insert,
            .name = name_,
            .id = op.entry->track.value,
            .position = static_cast<std::int64_t>(at)};
  }
  PlaylistChanged said(const RemoveOp& op) {
    const auto at = take(op.entry).second;
    return {.type = PlaylistChanged::remove, .name = name_, .position = at};
  }
  PlaylistChanged said(const MoveOp& op) {
    auto [entry, from] = take(op.entry);
    const auto to = std::min(op.to, entries_.size());
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(to), entry);
    return {.type = PlaylistChanged::move,
            .name = name_,
            .id = entry ? entry->track.value : 0,
            .position = from,
            .new_position = static_cast<std::int64_t>(to)};
  }

 private:
  std::pair<schedule::EntryPtr, std::int64_t> take(EntryId id) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [id](const auto& entry) { return entry && entry->id == id; });
    if (found == entries_.end()) return {nullptr, -1};
    const auto at = found - entries_.begin();
    auto entry = *found;
    entries_.erase(found);
    return {std::move(entry), at};
  }

  std::vector<schedule::EntryPtr> entries_;
  std::string name_;
};

template <class Ids>
std::vector<std::int64_t> numbers(const Ids& ids) {
  std::vector<std::int64_t> out;
  for (const auto id : ids) out.push_back(id.value);
  return out;
}

}  // namespace

void Engine::listen() {
  station_ = rooms_.keeper.find(rooms_.station).value_or(StationId{});
  on_station_ = rooms_.keeper.station_changed.connect([this](const schedule::StationChanged& change) {
    if (change.view->id == station_) on_station(change);
  });
  on_library_ =
      rooms_.library.happened.connect([this](const library::Changed& change) { on_library(change.event); });
  on_progress_ = rooms_.library.scan_progress.connect([this](const library::ScanProgress&) {
    if (!std::exchange(reading_, true)) tell(ReaderStatus{1});
  });
  on_finished_ = rooms_.library.scan_finished.connect([this](const library::ScanFinished&) {
    if (!std::exchange(reading_, false)) tell(ReaderStatus{1});
    reading_ = false;
    tell(ReaderStatus{0});
  });
}

void Engine::tell(Event event) {
  rooms_.home([this, alive = alive_, event = std::move(event)] {
    if (*alive) happened.emit(event);
  });
}

void Engine::on_station(const schedule::StationChanged& change) {
  const auto& now = *change.view;
  if (change.what.list) {
    tell(PlaylistLoaded{now.list});
  } else {
    if (change.queue) on_queue(change);
    if (change.what.cursor) tell(PositionChanged{{.position = now.cursor, .name = now.list}});
  }
  // What starts is told first: its song begins in the same moment, or later, when it is ready.
  const bool starts =
      change.what.state && change.before && change.before->state == schedule::Transport::stopped;
  const auto status = [&] { tell(StatusChanged{static_cast<int>(now.state)}); };
  if (starts) status();
  if (change.what.on_air && now.on_air) tell(CurrentId{now.on_air_track().value});
  if (change.what.state && !starts) status();
  if (change.what.volume) tell(VolumeChanged{now.volume});
}

/// A list that was emptied or given anew is told as a whole: it is to be loaded again.
void Engine::on_queue(const schedule::StationChanged& change) {
  const auto& name = change.view->list;
  const auto& ops = change.queue->ops;
  if (ops.empty()) return;
  const bool emptied = change.view->entries.empty() && ops.size() > 1;
  const bool whole = std::any_of(ops.begin(), ops.end(),
                                 [](const QueueOp& op) { return std::holds_alternative<ResetOp>(op); });
  if (whole || emptied || clearing_ || !change.before) {
    PlaylistChanged event{.type = PlaylistChanged::replace, .name = name};
    if (change.view->cursor >= 0)
      event.id = change.view->entries[static_cast<std::size_t>(change.view->cursor)]->track.value;
    return tell(std::move(event));
  }
  Mirror mirror(change.before->entries, name);
  for (const QueueOp& op : ops) {
    std::visit(
        [&](const auto& one) {
          using Op = std::decay_t<decltype(one)>;
          if constexpr (std::is_same_v<Op, InsertOp> || std::is_same_v<Op, RemoveOp> ||
                        std::is_same_v<Op, MoveOp>)
            tell(mirror.said(one));
        },
        op);
  }
}

void Engine::on_library(const library::Event& event) {
  if (const auto* added = std::get_if<library::TracksAdded>(&event)) {
    for (const auto id : numbers(added->tracks)) tell(EntryAdded{id});
  } else if (const auto* changed = std::get_if<library::TracksChanged>(&event)) {
    for (const auto id : numbers(changed->tracks)) tell(EntryChanged{id});
  } else if (const auto* removed = std::get_if<library::TracksRemoved>(&event)) {
    for (const auto id : numbers(removed->tracks)) tell(EntryRemoved{id});
  } else if (const auto* list = std::get_if<library::PlaylistChanged>(&event)) {
    PlaylistChanged told{.type = static_cast<int>(list->action), .name = list->name};
    if (list->track) told.id = list->track.value;
    if (list->position >= 0) told.position = list->position;
    if (list->new_position >= 0) told.new_position = list->new_position;
    if (list->action == library::PlaylistAction::clear) told.type = PlaylistChanged::replace;
    tell(std::move(told));
  } else if (const auto* named = std::get_if<library::CollectionChanged>(&event)) {
    const bool playlists = named->space == library::CollectionSpace::playlists;
    CollectionChanged told{.type = static_cast<int>(named->action),
                           .name = named->name,
                           .name_space = playlists ? "Playlists" : "Collections"};
    if (named->action == library::CollectionAction::rename) told.new_name = named->new_name;
    tell(std::move(told));
  }
}

}  // namespace longwave::player
