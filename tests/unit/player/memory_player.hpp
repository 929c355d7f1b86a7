// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/player/backend.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace longwave::player::testing {

/// The player of the protocol's sheet, in memory. Answers at once; tells when `tasks` is run, so after the
/// answer.
class MemoryPlayer final : public Backend {
 public:
  std::deque<Task> tasks;
  std::map<std::string, std::vector<std::int64_t>> lists{{"Default", {11, 12, 13, 14, 15}}, {"Jazz", {21}}};
  std::string active = "Default";
  std::int64_t position = 3, playing = 14;
  int status = 1;
  Volumes channels{{"master", 70}};
  std::vector<std::string> asked;
  bool gone = false;

  void tell(Event event) {
    tasks.emplace_back([this, event = std::move(event)] { happened.emit(event); });
  }
  std::vector<std::int64_t>& list() { return lists[active]; }

  std::optional<State> state() const override { return State{status, channels, {position, active}}; }
  void start(Done done) override { become(1, std::move(done)); }
  void stop(Done done) override { become(0, std::move(done)); }
  void pause(Done done) override {
    if (status == 0) return done(error(Errc::conflict, "it is stopped"));
    become(2, std::move(done));
  }
  void current_id(Reply<std::int64_t> done) override {
    if (gone) return done(error(Errc::unavailable, "the player can't be reached"));
    done(playing);
  }
  void jump(std::int64_t to, Reply<std::int64_t> done) override {
    if (to < 0 || to >= static_cast<std::int64_t>(list().size()))
      return done(error(Errc::not_found, "no such position"));
    done(to);
    go(to);
  }
  void next(Reply<Place> done) override { step(1, std::move(done)); }
  void previous(Reply<Place> done) override { step(-1, std::move(done)); }

  void list_playlists(Reply<std::vector<std::string>> done) override {
    std::vector<std::string> names;
    for (const auto& [name, ids] : lists) names.push_back(name);
    names.emplace_back("_active");
    done(std::move(names));
  }
  void current_playlist(Reply<Json> done) override { done(Json("[{\"id\":11}]")); }
  void create_playlist(std::string name, Done done) override {
    if (lists.contains(name)) return done(error(Errc::conflict, "there is a playlist of that name"));
    lists[name];
    done(Result<void>());
    tell(CollectionChanged{.type = CollectionChanged::add, .name = name, .name_space = "Playlists"});
  }
  void load_playlist(std::string name, Done done) override {
    if (!lists.contains(name)) return done(error(Errc::not_found, "no such playlist"));
    done(Result<void>());
    if (name == active) return;
    active = name;
    tell(PlaylistLoaded{name});
  }
  void add_to_playlist(std::int64_t id, std::string, Done done) override {
    list().push_back(id);
    done(Result<void>());
    tell(PlaylistChanged{.type = PlaylistChanged::add,
                         .name = active,
                         .id = id,
                         .position = static_cast<std::int64_t>(list().size()) - 1});
  }
  void remove_from_playlist(std::int64_t at, std::string, Done done) override {
    if (at < 0 || at >= static_cast<std::int64_t>(list().size()))
      return done(error(Errc::not_found, "no such position"));
    list().erase(list().begin() + at);
    done(Result<void>());
    tell(PlaylistChanged{.type = PlaylistChanged::remove, .name = active, .position = at});
    if (at <= position) tell(PositionChanged{{position = std::max<std::int64_t>(0, position - 1), active}});
  }
  void clear_playlist(std::string, Done done) override {
    list().clear();
    position = -1;
    done(Result<void>());
    tell(PlaylistChanged{.type = PlaylistChanged::replace, .name = active});
    tell(PositionChanged{{-1, active}});
  }
  void list_collections(Reply<std::vector<std::string>> done) override {
    done(std::vector<std::string>{"All"});
  }

  void all_media(Reply<Json> done) override { done(Json("[]")); }
  void media_info(std::int64_t id, Reply<Json> done) override {
    if (id == 99) return done(error(Errc::not_found, "no such entry"));
    done("{\"id\":" + std::to_string(id) + "}");
  }
  void set_property(std::int64_t id, std::string key,
                    std::optional<std::variant<std::string, std::int64_t>> value, Done done) override {
    const auto* number = value ? std::get_if<std::int64_t>(&*value) : nullptr;
    asked.push_back(key + "=" +
                    (!value   ? "-"
                     : number ? std::to_string(*number)
                              : std::get<std::string>(*value)));
    done(Result<void>());
    tell(EntryChanged{id});
  }
  void rehash(Done done) override {
    done(Result<void>());
    tell(ReaderStatus{1});
    tell(ReaderStatus{0});
  }
  void refresh(Done done) override { done(Result<void>()); }
  void remove_media(std::int64_t id, Done done) override {
    done(Result<void>());
    tell(EntryRemoved{id});
  }
  void volume(Reply<Volumes> done) override { done(channels); }
  void set_volume(std::string channel, int value, Done done) override {
    channels[channel] = value;
    done(Result<void>());
    tell(VolumeChanged{channels});
  }
  std::uint64_t package(std::string, std::string, PackObserver observer, Reply<Packed> done) override {
    observer.item({1, 2, 11, "So What", ""});
    observer.item({2, 2, 12, "Naima", "the file is missing"});
    if (held) {
      held_reply = std::move(done);
    } else {
      done(Packed{"/package/x", 42});
    }
    return 7;
  }
  void cancel_package(std::uint64_t number) override { asked.push_back("cancel " + std::to_string(number)); }
  bool held = false;
  Reply<Packed> held_reply;

  /// The song ends by itself.
  void song_ends() {
    if (position + 1 < static_cast<std::int64_t>(list().size())) return go(position + 1);
    status = 0;
    tell(StatusChanged{0});
  }

 private:
  void become(int wanted, Done done) {
    done(Result<void>());
    if (std::exchange(status, wanted) != wanted) tell(StatusChanged{wanted});
  }
  void go(std::int64_t to) {
    position = to;
    tell(PositionChanged{{position, active}});
    playing = list()[static_cast<std::size_t>(to)];
    if (status != 0) tell(CurrentId{playing});
  }
  void step(std::int64_t by, Reply<Place> done) {
    const auto to = position + by;
    if (to < 0 || to >= static_cast<std::int64_t>(list().size()))
      return done(error(Errc::conflict, "there is nothing beyond the end of the list"));
    done(Place{to, active});
    go(to);
  }
};

}  // namespace longwave::player::testing
