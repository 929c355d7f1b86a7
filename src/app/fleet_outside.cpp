// SPDX-License-Identifier: Apache-2.0
#include "app/fleet_outside.hpp"

#include "access/users.hpp"
#include "app/stations.hpp"
#include "audio/format.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "fleet/tables.hpp"
#include "fleet/webapp.hpp"
#include "library/analyses.hpp"
#include "library/queries.hpp"
#include "schedule/by_programme.hpp"
#include "schedule/programmes.hpp"
#include "store/lease.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace longwave::app {
namespace {

/// With a web application the numbers of users are its own; those of people who log in here begin there (a
/// streamer may keep them in 32 bits).
constexpr std::int64_t first_of_ours = 1'000'000'000;
constexpr std::size_t most_seen_users = 100'000;

std::string extension_of(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? "" : text::ascii_lower(name.substr(dot));
}

/// A station that has no programme of its own plays what its AutoDJ may draw.
schedule::StationProgramme everything() {
  schedule::StationProgramme programme;
  rules::Playlist all;
  all.id = 1;
  all.name = "default";
  programme.rules.playlists.push_back(std::move(all));
  programme.rules.default_playlist = 1;
  programme.whole_library = {1};
  return programme;
}

/// What of a song there surely is for a streamer to play. A length that was read from an MP3's headers counts
/// what its encoder added, and every joint needs a moment of both songs: a song that is said to be longer
/// than its sound leaves a hole before the next one.
std::int32_t surely_ms(const schedule::Candidate& candidate) {
  constexpr std::int32_t added_ms = 120;
  if (!candidate.analysed) return std::max(candidate.duration_ms - added_ms, candidate.duration_ms / 2);
  const auto length = to_samples(std::chrono::milliseconds{candidate.duration_ms});
  return static_cast<std::int32_t>(audio::programme_duration(length).count() * 1000 / 44100);
}

rules::Programme with_lengths_of_sound(rules::Programme programme, const schedule::Catalogue& catalogue) {
  for (auto& playlist : programme.playlists) {
    for (auto& song : playlist.songs) {
      if (const auto* row = catalogue.find(TrackId{song.id})) song.duration_ms = surely_ms(*row);
    }
  }
  return programme;
}

std::optional<StationId> station_of(store::Session& session, const std::string& radio_uuid) {
  const auto id = session.value<std::int64_t>("SELECT id FROM stations WHERE radio_uuid = :uuid", radio_uuid);
  if (!id) return std::nullopt;
  return StationId{*id};
}

}  // namespace

struct FleetOutside::Library {
  schedule::CataloguePtr catalogue;
  std::unordered_map<std::uint32_t, std::string> files;
  std::unordered_map<std::string, float> gains_db;  // by the name of the file
};

FleetOutside::FleetOutside(store::Store& store, const access::Users& users, const Clock& clock,
                           fleet::Webapp* webapp, const audio::LoudnessTarget& loudness, Post post)
    : store_(store),
      users_(users),
      clock_(clock),
      webapp_(webapp),
      post_(std::move(post)),
      library_(std::make_shared<const Library>()),
      loudness_(loudness) {}

void FleetOutside::read_library(Task done) {
  auto read = std::make_shared<Library>();
  store_.read(
      [read, loudness = loudness_](store::Session& session) {
        read->catalogue = programmers_view(*library::load_catalogue(session));
        session.each<std::int64_t, std::string>("SELECT id, name FROM library_track WHERE state = 0",
                                                [&](std::int64_t id, const std::string& name) {
                                                  const auto key = schedule::file_key(TrackId{id});
                                                  if (key)
                                                    read->files.emplace(
                                                        key, schedule::file_id(key) + extension_of(name));
                                                });
        library::each_loudness(session, [&](TrackId track, const audio::Analysis& known) {
          if (const auto file = read->files.find(schedule::file_key(track)); file != read->files.end())
            read->gains_db[file->second] = static_cast<float>(audio::gain_for(known, loudness).db);
        });
      },
      [this, post = post_, read, done = std::move(done)](std::exception_ptr failure) mutable {
        post([this, read, failure, done = std::move(done)]() mutable {
          if (failure) {
            log::error("the library can't be read for the scheduler");
          } else {
            library_ = read;
          }
          done();
        });
      });
}

void FleetOutside::read_programme(const std::string& radio_uuid, UniqueFunction<void(Programme)> done) {
  auto found = std::make_shared<Programme>();
  store_.read(
      [found, radio_uuid, library = library_](store::Session& session) {
        const auto station = station_of(session, radio_uuid);
        if (!station || !library->catalogue) return;
        const auto stored = schedule::read_programme(session, *station);
        const auto& programme = stored && stored->enabled ? *stored : everything();
        auto rules =
            with_lengths_of_sound(schedule::filled(programme, *library->catalogue), *library->catalogue);
        schedule::set_last_plays(rules, schedule::read_last_plays(session, *station));
        *found = std::make_shared<const rules::Programme>(std::move(rules));
      },
      [found, done = std::move(done)](const std::exception_ptr& failure) mutable {
        done(failure ? nullptr : std::move(*found));
      });
}

std::string FleetOutside::file(std::uint32_t key) const {
  const auto place = library_->files.find(key);
  return place == library_->files.end() ? "" : place->second;
}

double FleetOutside::gain_db(std::string_view file) const {
  const auto known = library_->gains_db.find(std::string(file));
  return known == library_->gains_db.end() ? 0 : known->second;
}

void FleetOutside::has_radio(const std::string& radio_uuid, UniqueFunction<void(bool)> done) {
  auto found = std::make_shared<bool>(false);
  store_.read(
      [found, radio_uuid](store::Session& session) { *found = station_of(session, radio_uuid).has_value(); },
      [found, done = std::move(done)](const std::exception_ptr& failure) mutable {
        if (!failure) done(*found);  // else nobody knows: whoever asked is not told that there is none
      });
}

void FleetOutside::all_radios(UniqueFunction<void(std::vector<std::string>)> done) {
  auto all = std::make_shared<std::vector<std::string>>();
  store_.read(
      [all](store::Session& session) {
        for (auto& [station, uuid] : schedule::read_radio_uuids(session)) all->push_back(std::move(uuid));
      },
      [all, done = std::move(done)](const std::exception_ptr& failure) mutable {
        if (!failure) done(std::move(*all));
      });
}

void FleetOutside::find_user(const fleet::Credentials& credentials, UniqueFunction<void(fleet::User)> done) {
  if (webapp_ && credentials.auth_token) return webapp_->find_user(*credentials.auth_token, std::move(done));
  find_here(credentials, std::move(done));
}

void FleetOutside::find_here(const fleet::Credentials& credentials, UniqueFunction<void(fleet::User)> done) {
  auto key = credentials.auth_token.value_or(credentials.api_key.value_or(""));
  const auto known = users_.find(key);
  if (!known || (!credentials.auth_token && known->user != credentials.username)) return done({});
  auto number = std::make_shared<std::int64_t>(0);
  store_.write(
      [number, name = known->user](store::Session& session) { *number = fleet::user_number(session, name); },
      [this, number, post = post_, name = known->user, key = std::move(key),
       done = std::move(done)](const std::exception_ptr& failure) mutable {
        if (failure || !*number) return done({});
        const auto told = webapp_ ? *number + first_of_ours : *number;
        if (webapp_) post([this, told, name, key] { webapp_->know(told, {name, key}); });
        done({told, true});
      });
}

void FleetOutside::report(const fleet::Report& report) {
  if (const auto* start = std::get_if<fleet::StartListening>(&report); start && start->user_id)
    look_for_user(*start->user_id);
  if (const auto* song = std::get_if<fleet::SongStarted>(&report)) {
    plays_.push_back({song->radio_uuid, TrackId{song->song_id}, unix_ms(song->at)});
    write_plays();
  }
  if (webapp_) webapp_->report(report);
}

void FleetOutside::played(fleet::Played item) {
  const TrackId track{item.song_id};
  const auto* known = library_->catalogue ? library_->catalogue->find(track) : nullptr;
  history_.push_back(
      {.radio_uuid = std::move(item.radio_uuid),
       .track = track,
       .artist = known ? known->artist : 0,
       .started = item.start,
       .ended = item.end,
       .reason = schedule::reason_of(item.why, std::move(item.text), item.show, item.slot, item.offset),
       .heard_by = static_cast<int>(item.listeners)});
  write_plays();
}

void FleetOutside::request_started(const std::string& radio_uuid, std::int64_t request) {
  fulfilled_.emplace_back(radio_uuid, request);
  write_plays();
}

/// What comes while one write is on its way goes together with the next.
void FleetOutside::write_plays() {
  if ((plays_.empty() && history_.empty() && fulfilled_.empty()) || std::exchange(writing_plays_, true))
    return;
  store_.write(
      [plays = std::exchange(plays_, {}), history = std::exchange(history_, {}),
       fulfilled = std::exchange(fulfilled_, {}), term = term_](store::Session& session) {
        store::require_term(session, fleet::scheduler_lease, term);
        schedule::write_radio_plays(session, plays);
        schedule::write_radio_history(session, history);
        for (const auto& [radio, request] : fulfilled) schedule::take_request(session, radio, request);
      },
      [this, post = post_](const std::exception_ptr& failure) {
        if (failure) log::warn("what was played could not be written");
        post([this] {
          writing_plays_ = false;
          write_plays();
        });
      });
}

/// A streamer may name anybody; whom the web application knows is its own business.
void FleetOutside::look_for_user(std::int64_t number) {
  const auto ours = webapp_ ? number - first_of_ours : number;
  if (ours < 0 || !seen_users_.insert(number).second) return;
  if (seen_users_.size() > most_seen_users) seen_users_ = {number};
  auto found = std::make_shared<bool>(true);
  store_.read([found, ours](store::Session& session) { *found = fleet::is_user(session, ours); },
              [this, found, number, post = post_](const std::exception_ptr&) {
                if (*found) return;
                post([this, number] {
                  seen_users_.erase(number);  // it may be given yet
                  tell_.user_unknown(number);
                });
              });
}

void FleetOutside::events_wanted() {
  if (!webapp_) return;
  webapp_->fetch_events([this](fleet::FetchedEvents fetched) {
    const auto last = *fetched.last;
    store_.write(
        [events = std::move(fetched.events), now = clock_.wall()](store::Session& session) {
          for (const auto& event : events) fleet::add_event(session, event, now);
        },
        [this, last, post = post_](const std::exception_ptr& failure) {
          if (failure)
            return log::error("events of the web application can't be kept; they are fetched again");
          post([this, last] {
            webapp_->events_kept(last);
            tell_.events_came();
          });
        });
  });
}

std::size_t FleetOutside::reports_waiting() const {
  return webapp_ ? webapp_->counts().waiting : 0;
}

}  // namespace longwave::app
