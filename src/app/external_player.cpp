// SPDX-License-Identifier: Apache-2.0
#include "app/external_player.hpp"

#include "io/loop.hpp"
#include "library/roots.hpp"
#include "library/song.hpp"
#include "station/backends/mpd_link.hpp"
#include "station/backends/xmms2_link.hpp"
#include "station/backends/xmms2_remote.hpp"
#include "store/store.hpp"

#include <string>
#include <utility>

namespace longwave::app {
namespace {

constexpr std::string_view engine = "engine";
constexpr std::string_view mpd_scheme = "mpd:";
constexpr std::string_view xmms2_scheme = "xmms2:";

using FindSong = std::function<void(TrackId, std::function<void(Result<station::RemotePlayer::Song>)>)>;

/// What the other calls a track: an MPD over the same folder has the paths that clients see; an XMMS2 daemon
/// on this machine has the files.
Result<station::RemotePlayer::Song> song_of(store::Session& session, TrackId track, bool by_url) {
  const auto song = library::song(session, track);
  if (!song) return song.error();
  const auto duration = to_samples(std::chrono::milliseconds{song->track.duration_ms});
  if (!by_url) return station::RemotePlayer::Song{song->path, duration};
  const auto file = library::load_roots(session).absolute(song->path);
  if (!file) return error(Errc::not_found, "the file is in no music folder");
  return station::RemotePlayer::Song{station::xmms2::url_of(*file), duration};
}

FindSong find_in(store::Store& store, Post post, bool by_url) {
  return [&store, post = std::move(post), by_url](
             TrackId track, std::function<void(Result<station::RemotePlayer::Song>)> done) {
    auto outcome = std::make_shared<Result<station::RemotePlayer::Song>>(
        error(Errc::unavailable, "the library can't be read at present"));
    store.read(
        [track, outcome, by_url](store::Session& session) { *outcome = song_of(session, track, by_url); },
        [post, outcome, done = std::move(done)](const std::exception_ptr&) {
          post([outcome, done] { done(std::move(*outcome)); });
        });
  };
}

class Mpd final : public ExternalPlayer::Far {
 public:
  Mpd(station::MpdAddress address, Post post) : link_(std::move(address), std::move(post)) {}
  station::Remote& remote() override { return link_; }

 private:
  station::MpdLink link_;
};

class Xmms2 final : public ExternalPlayer::Far {
 public:
  Xmms2(io::Loop& loop, const Clock& clock, io::Endpoint daemon)
      : link_(loop, clock, std::move(daemon), {.name = "longwave"}), remote_(link_.client()) {
    loop.post([this] { link_.client().start(); });
  }
  station::Remote& remote() override { return remote_; }

 private:
  station::xmms2::Link link_;
  station::xmms2::Remote remote_;
};

}  // namespace

std::string_view xmms2_address(const Config& config) {
  const std::string_view given = config.player_backend;
  return given.starts_with(xmms2_scheme) ? given.substr(xmms2_scheme.size()) : std::string_view{};
}

Result<void> check_player_backend(const Config& config) {
  const std::string_view given = config.player_backend;
  if (given == engine) return {};
  if (given.starts_with(mpd_scheme)) {
    const auto address = station::MpdAddress::parse(given.substr(mpd_scheme.size()));
    if (!address) return address.error();
    return {};
  }
  if (given.starts_with(xmms2_scheme)) {
    const auto address = station::xmms2::address_of(xmms2_address(config));
    if (!address) return error(Errc::invalid, "player-backend: " + address.error().message);
    return {};
  }
  return error(Errc::invalid, "player-backend is engine, mpd:HOST:PORT or xmms2:PATH");
}

std::unique_ptr<ExternalPlayer> ExternalPlayer::make(const Config& config, StationId station,
                                                     orders::StreamClock stream, Surroundings around) {
  const std::string_view given = config.player_backend;
  std::unique_ptr<Far> far;
  const bool by_url = !xmms2_address(config).empty();
  if (by_url) {
    auto address = station::xmms2::address_of(xmms2_address(config));
    if (address) far = std::make_unique<Xmms2>(around.loop, around.clock, std::move(*address));
  } else if (given.starts_with(mpd_scheme)) {
    auto address = station::MpdAddress::parse(given.substr(mpd_scheme.size()));
    if (address) far = std::make_unique<Mpd>(std::move(*address), around.loop.poster());
  }
  if (!far) return nullptr;
  return std::unique_ptr<ExternalPlayer>(new ExternalPlayer(station, stream, std::move(far), by_url, around));
}

ExternalPlayer::ExternalPlayer(StationId station, orders::StreamClock stream, std::unique_ptr<Far> far,
                               bool by_url, const Surroundings& around)
    : station_(station),
      engine_(around.engine),
      timer_(around.loop),
      far_(std::move(far)),
      player_(station, stream, far_->remote(),
              {.clock = around.clock,
               .tell = around.tell,
               .find = find_in(around.store, around.loop.poster(), by_url),
               .wake = [this](Instant when) { timer_.at(when, [this] { player_.tick(); }); }}),
      on_taken_(player_.taken.connect([rest = around.rest](const station::PlayerTaken&) { rest(); })) {}

ExternalPlayer::~ExternalPlayer() = default;

void ExternalPlayer::receive(StationId station, const orders::ToPlayer& message) {
  if (station == station_) return player_.receive(station, message);
  engine_.receive(station, message);
}

}  // namespace longwave::app
