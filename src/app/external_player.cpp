// SPDX-License-Identifier: Apache-2.0
#include "app/external_player.hpp"

#include "io/loop.hpp"
#include "library/song.hpp"
#include "store/store.hpp"

#include <utility>

namespace longwave::app {
namespace {

constexpr std::string_view engine = "engine";
constexpr std::string_view mpd_scheme = "mpd:";
constexpr std::string_view xmms2_scheme = "xmms2:";  // the player protocol's own affair

using FindSong = std::function<void(TrackId, std::function<void(Result<station::MpdPlayer::Song>)>)>;

/// Tracks by the paths that clients see; an MPD over the same folder has the same.
FindSong find_in(store::Store& store, Post post) {
  return [&store, post = std::move(post)](TrackId track,
                                          std::function<void(Result<station::MpdPlayer::Song>)> done) {
    auto outcome = std::make_shared<Result<station::MpdPlayer::Song>>(
        error(Errc::unavailable, "the library can't be read at present"));
    store.read(
        [track, outcome](store::Session& session) {
          const auto song = library::song(session, track);
          if (!song) {
            *outcome = song.error();
            return;
          }
          *outcome = station::MpdPlayer::Song{song->path,
                                              to_samples(std::chrono::milliseconds{song->track.duration_ms})};
        },
        [post, outcome, done = std::move(done)](const std::exception_ptr&) {
          post([outcome, done] { done(std::move(*outcome)); });
        });
  };
}

}  // namespace

Result<void> check_player_backend(const Config& config) {
  const std::string_view given = config.player_backend;
  if (given == engine || given.starts_with(xmms2_scheme)) return {};
  if (!given.starts_with(mpd_scheme)) {
    return error(Errc::invalid, "player-backend is engine, mpd:HOST:PORT or xmms2:PATH");
  }
  const auto address = station::MpdAddress::parse(given.substr(mpd_scheme.size()));
  if (!address) return address.error();
  return {};
}

std::unique_ptr<ExternalPlayer> ExternalPlayer::make(const Config& config, StationId station,
                                                     orders::StreamClock stream, Surroundings around) {
  const std::string_view given = config.player_backend;
  if (!given.starts_with(mpd_scheme)) return nullptr;
  auto address = station::MpdAddress::parse(given.substr(mpd_scheme.size()));
  if (!address) return nullptr;
  return std::unique_ptr<ExternalPlayer>(new ExternalPlayer(station, stream, std::move(*address), around));
}

ExternalPlayer::ExternalPlayer(StationId station, orders::StreamClock stream, station::MpdAddress address,
                               Surroundings around)
    : station_(station),
      engine_(around.engine),
      timer_(around.loop),
      player_(station, stream, std::move(address),
              {.clock = around.clock,
               .tell = around.tell,
               .find = find_in(around.store, around.loop.poster()),
               .wake = [this](Instant when) { timer_.at(when, [this] { player_.tick(); }); },
               .post = around.loop.poster()}) {}

void ExternalPlayer::receive(StationId station, const orders::ToPlayer& message) {
  if (station == station_) return player_.receive(station, message);
  engine_.receive(station, message);
}

}  // namespace longwave::app
