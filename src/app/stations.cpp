// SPDX-License-Identifier: Apache-2.0
#include "app/stations.hpp"

#include "app/files.hpp"
#include "app/ground.hpp"
#include "audio/analysis.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <random>

namespace longwave::app {
namespace {

std::vector<io::Loop*> all(io::LoopGroup& group) {
  std::vector<io::Loop*> loops;
  for (std::size_t i = 0; i < group.size(); ++i) loops.push_back(&group[i]);
  return loops;
}

library::LibraryOptions library_options(const Config& config) {
  library::LibraryOptions options;
  options.music = music_folders(config);
  options.scan_threads = static_cast<int>(config.scan_threads);
  return options;
}

station::MediaPoolOptions media_options(const Config& config) {
  station::MediaPoolOptions options;
  options.target.lufs = config.loudness_lufs;
  options.hold = config.hold_track;
  options.target.ceiling_db = config.true_peak_dbtp;
  options.analyse.trim = config.trim_silence_s > 0;
  options.analyse.trim_over = Samples{static_cast<std::int64_t>(config.trim_silence_s * 44100)};
  return options;
}

station::BroadcastOptions broadcast_options(const Config& config) {
  station::BroadcastOptions options;
  options.max_listeners = static_cast<int>(config.listeners);
  return options;
}

schedule::Rules rules(const Config& config) {
  schedule::Rules rules;
  rules.separation.track = std::chrono::minutes{config.track_separation_min};
  rules.separation.artist = std::chrono::minutes{config.artist_separation_min};
  return rules;
}

std::optional<schedule::Kind> kind_of(const Config& config) {
  if (config.station_kind.empty()) {
    // Who has a daemon of his own doesn't expect it to play because we were started.
    return xmms2_address(config).empty() ? std::nullopt : std::optional(schedule::Kind::player);
  }
  return config.station_kind == "player" ? schedule::Kind::player : schedule::Kind::radio;
}

constexpr std::size_t at_once = 10'000;  // tracks
/// Where nothing plays: what other processes change is seen this soon after somebody asked.
constexpr Duration look_again = std::chrono::seconds{2};

}  // namespace

schedule::CataloguePtr programmers_view(const library::CatalogueRows& rows) {
  std::vector<schedule::Candidate> candidates;
  candidates.reserve(rows.size());
  for (const auto& row : rows) {
    candidates.push_back({.track = row.track,
                          .artist = row.artist,
                          .weight = row.weight,
                          .duration_ms = row.duration_ms,
                          .playable = row.playable,
                          .analysed = row.analysed,
                          .album = row.album,
                          .title = row.title,
                          .disabled = row.disabled,
                          .live = row.live,
                          .bad_audio = row.bad_audio,
                          .hidden_album = row.album_hidden,
                          .favourite = row.favourite,
                          .song_tags = row.song_tags,
                          .album_tags = row.album_tags});
  }
  return std::make_shared<const schedule::Catalogue>(std::move(candidates),
                                                     schedule::Tags{rows.tag_sets, rows.parents});
}

namespace {

std::uint64_t chance() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace

Result<void> Stations::check(const Config& config) {
  if (config.hold_track.empty()) return {};
  auto options = media_options(config).analyse;
  options.only_first = std::chrono::seconds{1};
  if (const auto heard = audio::analyse(config.hold_track, options); !heard)
    return error(Errc::invalid, fmt::format("hold-track {}: {}", config.hold_track, heard.error().message));
  return {};
}

Stations::Stations(const Config& config, Ground& ground, io::LoopGroup& net)
    : ground_(ground),
      plays_(config.role == "all"),
      wake_(loop_),
      library_(ground.store(), library_options(config), loop_.poster(), ground.clock()),
      tracks_(ground.store(), library_),
      media_(tracks_, ground.cache(), ground.media(), loop_.poster(), ground.clock(), media_options(config)),
      broadcaster_(loop_, all(net), media_, bus_.programmer(), ground.clock(), broadcast_options(config)),
      keeper_({.clock = ground.clock(),
               .store = ground.store(),
               .player = bus_.player(),
               .post = loop_.poster(),
               .wake = [this](Instant when) { wake_.at(when, [this] { keeper_.tick(); }); },
               .seed = chance(),
               .rules = rules(config),
               .most_stations = static_cast<std::size_t>(config.max_stations),
               .plays = plays_}),
      lists_({.store = ground.store(),
              .library = library_,
              .keeper = keeper_,
              .post = loop_.poster(),
              .later = [this](Duration delay, Task task) { run_later(delay, std::move(task)); },
              .clock = ground.clock()}) {
  bus_.attach_programmer(keeper_, loop_.poster());
  keeper_.open(config.station_name, kind_of(config));
  for (const StationId id : keeper_.stations()) {
    const auto& programmer = *keeper_.programmer(id);
    open(id);
    if (programmer.station().slug == "main") {
      external_ = ExternalPlayer::make(config, id, programmer.clock(),
                                       {.loop = loop_,
                                        .store = ground.store(),
                                        .clock = ground.clock(),
                                        .tell = bus_.programmer(),
                                        .engine = broadcaster_,
                                        .rest = [this, id] {
                                          keeper_.run(id, schedule::Pause{.by = "player"},
                                                      [](const Result<schedule::Answer>&) {});
                                        }});
    }
  }
  orders::PlayerPort& engine = broadcaster_;
  bus_.attach_player(external_ ? *external_ : engine, loop_.poster());
  on_catalogue_ = library_.catalogue_changed.connect(
      [this](const library::CatalogueChanged& event) { on_catalogue(event); });
  on_problem_ = library_.problem_found.connect(
      [](const library::Problem& problem) { log::warn("scan: {}: {}", problem.path, problem.reason); });
  on_finished_ = library_.scan_finished.connect([](const library::ScanFinished& end) {
    const auto& r = end.report;
    if (!end.failure.empty()) log::error("scan: {}", end.failure);
    log::info("scan: {} added, {} changed, {} moved, {} missing, {} unchanged, {} broken", r.added, r.changed,
              r.moved, r.missing, r.unchanged, r.broken);
  });
  on_history_ = keeper_.history_added.connect([this](const schedule::HistoryAdded& event) {
    const auto& row = event.row;
    if (row.end_at > row.start_at)
      library_.played(event.station, row.track, row.started, row.ended, row.complete, row.reason.drawn());
  });
  on_opened_ = keeper_.station_opened.connect([this](StationId id) { open(id); });
  on_renamed_ = keeper_.station_renamed.connect(
      [this](StationId id) { broadcaster_.rename(id, keeper_.programmer(id)->station().name); });
  on_closed_ = keeper_.station_closed.connect(
      [this](const schedule::StationClosed& event) { broadcaster_.close(event.station); });
  on_watchdog_ = broadcaster_.watchdog_acted.connect([](const station::WatchdogActed& event) {
    log::warn("watchdog: {} ({})", event.problem, audio::info(event.format).name);
  });
}

Stations::~Stations() {
  bus_.detach();
}

void Stations::open(StationId id) {
  const auto& programmer = *keeper_.programmer(id);
  broadcaster_.open({.id = id,
                     .slug = programmer.station().slug,
                     .name = programmer.station().name,
                     .genre = "",
                     .url = "",
                     .clock = programmer.clock()});
}

void Stations::run_later(Duration delay, Task task) {
  auto timer = std::make_shared<io::Timer>(loop_);
  timer->after(delay, [timer, task = std::move(task)]() mutable { task(); });
}

void Stations::start() {
  loop_.post([this] {
    if (plays_) {
      keeper_.start();
    } else {
      wake_.every(look_again, [this] { keeper_.look_again(); });
    }
    library_.start();
  });
}

/// The programmer's view of the library. A small one is made here and now, so that what is found can be asked
/// for at once; a large one takes some milliseconds and is made beside the loop.
void Stations::on_catalogue(const library::CatalogueChanged& event) {
  const auto number = ++catalogue_number_;
  if (event.catalogue->size() <= at_once) return keeper_.set_catalogue(programmers_view(*event.catalogue));
  ground_.blocking().submit(
      {.priority = -1,
       .work = [this, number, rows = event.catalogue, post = loop_.poster()](std::stop_token) {
         post([this, number, view = programmers_view(*rows)] {
           if (number == catalogue_number_) keeper_.set_catalogue(view);
         });
       }});
}

}  // namespace longwave::app
