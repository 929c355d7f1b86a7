// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/player/backend.hpp"
#include "station/backends/xmms2_client.hpp"

#include <memory>
#include <string>
#include <vector>

namespace longwave::player {

/// An XMMS2 daemon as the player (docs/protocols/xmms2.md): what it tells is passed on as it is. Belongs to
/// the client's loop. While the daemon can't be reached every operation fails with `unavailable`; when it is
/// back, the active list and the status are told anew.
class Daemon final : public Backend {
 public:
  /// `music`: the folder that refresh() lets the daemon take in; may be empty. The client outlives this.
  Daemon(station::xmms2::Client& client, std::string music);

  std::optional<State> state() const override { return state_; }
  void start(Done done) override;
  void stop(Done done) override;
  void pause(Done done) override;
  void current_id(Reply<std::int64_t> done) override;
  void jump(std::int64_t position, Reply<std::int64_t> done) override;
  void next(Reply<Place> done) override;
  void previous(Reply<Place> done) override;
  void list_playlists(Reply<std::vector<std::string>> done) override;
  void current_playlist(Reply<Json> done) override;
  void create_playlist(std::string name, Done done) override;
  void load_playlist(std::string name, Done done) override;
  void add_to_playlist(std::int64_t id, std::string name, Done done) override;
  void remove_from_playlist(std::int64_t position, std::string name, Done done) override;
  void clear_playlist(std::string name, Done done) override;
  void list_collections(Reply<std::vector<std::string>> done) override;
  void all_media(Reply<Json> done) override;
  void media_info(std::int64_t id, Reply<Json> done) override;
  void set_property(std::int64_t id, std::string key,
                    std::optional<std::variant<std::string, std::int64_t>> value, Done done) override;
  void rehash(Done done) override;
  void refresh(Done done) override;
  void remove_media(std::int64_t id, Done done) override;
  void volume(Reply<Volumes> done) override;
  void set_volume(std::string channel, int value, Done done) override;
  std::uint64_t package(std::string name, std::string by, PackObserver observer, Reply<Packed> done) override;
  void cancel_package(std::uint64_t) override {}

 private:
  using Value = station::xmms2::Value;
  using List = station::xmms2::List;
  bool new_protocol() const { return client_.protocol() == station::xmms2::Protocol::v24; }
  void ask(std::uint32_t object, std::uint32_t command, List arguments, Done done, bool slow = false);
  void step(int by, Reply<Place> done);
  void place(Reply<Place> done);
  void names(const char* name_space, Reply<std::vector<std::string>> done);
  void tell(Event event);
  void on_up();
  void on_broadcast(station::xmms2::Broadcast what, const Value& value);

  station::xmms2::Client& client_;
  std::string music_;
  std::optional<State> state_;
  bool was_up_ = false;
};

/// One value per key of what the daemon knows of a song (key → source → value): what we set first, then by
/// the daemon's own order of sources. JSON text.
std::string flat_properties(const station::xmms2::Value& info);

}  // namespace longwave::player
