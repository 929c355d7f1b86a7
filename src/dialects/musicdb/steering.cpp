// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/steering.hpp"

#include "dialects/musicdb/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace longwave::musicdb {
namespace {

constexpr std::string_view slug = "main";
constexpr const char* by = "MusicDB";

SongEntry entry_of(const schedule::Entry& entry) {
  return {entry.id.value, entry.track, entry.added_by.empty()};
}

Steering::Done answered(Steering::Done done) {
  return done ? std::move(done) : Steering::Done([](Result<void>) {});
}

}  // namespace

Stage stage_of(const schedule::View& view) {
  Stage stage;
  stage.connected = true;
  stage.playing = view.state == schedule::Transport::playing;
  auto from = static_cast<std::size_t>(std::max(view.cursor, 0));
  if (view.on_air) {
    const auto& heard = *view.on_air;
    const bool first = !heard.detached && view.cursor >= 0 && from < view.entries.size() &&
                       view.entries[from]->id == heard.entry->id;
    if (!first) {
      stage.songs.push_back(entry_of(*heard.entry));
      if (heard.detached && view.cursor >= 0) ++from;
    }
  }
  for (; from < view.entries.size(); ++from) {
    const auto entry = entry_of(*view.entries[from]);
    if (stage.songs.empty() || stage.songs.front().id != entry.id) stage.songs.push_back(entry);
  }
  return stage;
}

Steering::Steering(schedule::Keeper& keeper, const Clock& clock, Hear hear)
    : keeper_(keeper), clock_(clock), hear_(std::move(hear)) {
  on_change_ =
      keeper.station_changed.connect([this](const schedule::StationChanged& event) { on_change(event); });
}

std::optional<StationId> Steering::station() const {
  return keeper_.find(slug);
}

schedule::ViewPtr Steering::view() const {
  const auto id = station();
  return id ? keeper_.view(*id) : nullptr;
}

Stage Steering::stage() const {
  const auto now = view();
  return now ? stage_of(*now) : Stage{};
}

double Steering::elapsed() const {
  const auto now = view();
  if (!now || !now->on_air) return 0;
  return std::chrono::duration<double>(now->on_air->position(clock_.now())).count();
}

schedule::RandomRules Steering::random() const {
  const auto now = view();
  return now ? now->random : schedule::RandomRules{};
}

void Steering::on_change(const schedule::StationChanged& event) {
  if (event.view->slug != slug) return;
  const auto now = stage_of(*event.view);
  const auto before = event.before ? stage_of(*event.before) : Stage{};
  StageChanged change;
  change.status = now.playing != before.playing || now.connected != before.connected;
  change.queue = now.songs != before.songs;
  const auto current = [](const Stage& stage) { return stage.songs.empty() ? 0 : stage.songs.front().id; };
  change.song = current(now) != current(before);
  if (change.status || change.song || change.queue) hear_(change);
}

Result<Position> Steering::position(std::string_view text) const {
  if (text == "last") return Position{schedule::Where::last, {}};
  const auto now = view();
  const auto songs = now ? stage_of(*now).songs : std::vector<SongEntry>{};
  const auto listed = [&](std::int64_t id) { return now && now->index_of(EntryId{id}).has_value(); };
  if (text == "next") {
    // Behind what is current here, also before anything is heard. What left the list has its place there.
    if (!songs.empty() && listed(songs.front().id))
      return Position{schedule::Where::after, EntryId{songs.front().id}};
    return Position{schedule::Where::next, {}};
  }
  std::int64_t id = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool known =
      problem == std::errc{} && stop == text.data() + text.size() &&
      std::any_of(songs.begin(), songs.end(), [&](const auto& entry) { return entry.id == id; });
  if (!known) return error(Errc::invalid, fmt::format("the queue has no entry '{}'", text));
  if (!listed(id)) return Position{schedule::Where::next, {}};
  return Position{schedule::Where::after, EntryId{id}};
}

void Steering::run(schedule::Command command, Done done) {
  const auto id = station();
  if (!id) return answered(std::move(done))(error(Errc::not_found, "there is no station"));
  keeper_.run(*id, std::move(command),
              [done = answered(std::move(done))](Result<schedule::Answer> answer) mutable {
                if (!answer) return done(answer.error());
                done({});
              });
}

void Steering::run_and_fill(schedule::Command command, Done done) {
  const auto now = view();
  if (now && !now->modes.autodj && stage_of(*now).songs.size() < 3) {
    // Filled first: otherwise there is nothing to go on to.
    return run(schedule::AddRandom{.where = schedule::Where::last, .album = {}, .entry = {}, .by = {}},
               [this, command = std::move(command), done = std::move(done)](Result<void>) mutable {
                 run(std::move(command), std::move(done));
               });
  }
  run(std::move(command), std::move(done));
}

void Steering::add(std::vector<TrackId> songs, Position position, Done done) {
  schedule::Add add;
  add.tracks = std::move(songs);
  add.by = by;
  add.where = position.where;
  add.entry = position.after;
  run(std::move(add), std::move(done));
}

void Steering::add_random(Position position, std::optional<std::int64_t> album, Done done) {
  run(schedule::AddRandom{.where = position.where, .album = album, .entry = position.after, .by = {}},
      std::move(done));
}

void Steering::remove(EntryId entry, Done done) {
  const auto songs = stage().songs;
  if (!songs.empty() && songs.front().id == entry.value) return next(std::move(done));
  run_and_fill(schedule::Remove{.entry = entry, .by = by}, std::move(done));
}

void Steering::move(EntryId entry, EntryId after, Done done) {
  done = answered(std::move(done));
  if (entry == after) return done({});
  const auto now = view();
  const auto songs = stage().songs;
  const auto from = now ? now->index_of(entry) : std::nullopt;
  auto behind = now ? now->index_of(after) : std::nullopt;
  if (songs.empty() || !from) return done(error(Errc::not_found, "the queue has no such entry"));
  if (songs.front().id == entry.value) return done(error(Errc::conflict, "it is heard now"));
  if (!behind) {
    // What is heard may have left the list: then its place is before the first that follows.
    if (songs.front().id != after.value || songs.size() < 2)
      return done(error(Errc::not_found, "the queue has no such entry"));
    const auto first = now->index_of(EntryId{songs[1].id});
    if (!first) return done(error(Errc::not_found, "the queue has no such entry"));
    return run(schedule::Move{.entry = entry, .to = *first, .by = by}, std::move(done));
  }
  const auto to = *from < *behind ? *behind : *behind + 1;
  run(schedule::Move{.entry = entry, .to = to, .by = by}, std::move(done));
}

void Steering::next(Done done) {
  run_and_fill(schedule::Next{.by = by}, std::move(done));
}

void Steering::set_state(State state, Done done) {
  const auto playing = stage().playing;
  const bool play = state == State::play || (state == State::toggle && !playing);
  if (play == playing) return answered(std::move(done))({});
  if (play) return run(schedule::Play{.index = {}, .entry = {}, .offset = {}, .by = by}, std::move(done));
  run(schedule::Pause{.by = by}, std::move(done));
}

void Steering::set_random(schedule::RandomRules rules, Done done) {
  run(schedule::SetRandom{std::move(rules)}, std::move(done));
}

void Steering::fill(Task done) {
  const auto now = view();
  if (!now || !stage_of(*now).songs.empty()) return done();
  run(schedule::AddRandom{.where = schedule::Where::last, .album = {}, .entry = {}, .by = {}},
      [done = std::move(done)](Result<void>) mutable { done(); });
}

}  // namespace longwave::musicdb
