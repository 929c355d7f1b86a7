// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/impl.hpp"
#include "schedule/rules/prepared.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

/// The playlist builder of the sheet's section 10: a radio's programme is read when it is needed, songs are
/// prepared from it, and the rest is forgotten.
namespace longwave::radios {

using namespace std::chrono_literals;

namespace {

bool plain(const rules::Programme& programme) {
  const auto& apart = programme.separation;
  return programme.clocks.empty() && programme.dayparts.empty() && programme.events.empty() &&
         programme.limits.empty() && programme.requests.empty() && apart.title == 0s && apart.artist == 0s &&
         apart.album == 0s;
}

/// How a playlist is used; one that is used both ways is kept as it is.
struct Use {
  bool random = false;
  bool ordered = false;
};

Use use_of(const rules::Programme& programme, const rules::Playlist& playlist) {
  Use use;
  const auto note = [&](bool ordered) { (ordered ? use.ordered : use.random) = true; };
  if (playlist.id == programme.default_playlist) note(playlist.ordered);
  for (const auto& show : programme.shows)
    if (show.enabled && show.playlist == playlist.id) note(!show.random_play);
  for (const auto& jingle : programme.jingles)
    if (jingle.enabled && jingle.playlist == playlist.id) note(playlist.ordered);
  return use;
}

rules::Playlist without_songs(const rules::Playlist& playlist) {
  rules::Playlist copy;
  copy.id = playlist.id;
  copy.name = playlist.name;
  copy.enabled = playlist.enabled;
  copy.ordered = playlist.ordered;
  copy.edition = playlist.edition;
  return copy;
}

std::size_t playable(const rules::Playlist& playlist) {
  return static_cast<std::size_t>(std::count_if(playlist.songs.begin(), playlist.songs.end(),
                                                [](const auto& song) { return song.playable(); }));
}

}  // namespace

void Radios::Impl::want_load(Index r, bool urgent) {
  auto& row = rows[r];
  if (std::exchange(row.loading, true) && !urgent) return;
  (urgent ? urgent_loads : loads).push_back(r);
}

void Radios::Impl::ask_source() {
  while (asked.size() < settings.loads && !(urgent_loads.empty() && loads.empty())) {
    auto& queue = urgent_loads.empty() ? loads : urgent_loads;
    const auto& row = rows[queue.front()];
    queue.pop_front();
    if (row.used && row.loading && asked.insert(row.radio).second) source.load(row.radio);
  }
}

void Radios::Impl::loaded(Index r, const rules::Programme* programme) {
  auto& row = rows[r];
  row.loading = false;
  if (!programme) {
    push(r, now + settings.retry, EventKind::load);
    return;
  }
  // What is only there to go on with the same keeps what was chosen ahead.
  if (std::exchange(row.changed, false)) row.drop_behind(row.fixed());
  take_programme(r, *programme);
  if (row.waiting) {
    drop_events(r);
    prepare(r);
  } else {
    fill_ahead(r);
  }
  if (std::exchange(row.load_again, false)) {
    row.changed = true;
    want_load(r, row.waiting);
  }
}

/// A list of which there is more in the source is running out.
void Radios::Impl::refill(Index r) {
  const auto& body = *rows[r].body;
  for (const auto& list : body.prepared.lists) {
    if (list.left() >= rules::refill_below) continue;
    if (std::find(body.trimmed.begin(), body.trimmed.end(), list.playlist) == body.trimmed.end()) continue;
    want_load(r, false);
    return;
  }
}

void Radios::Impl::take_programme(Index r, const rules::Programme& programme) {
  auto& row = rows[r];
  row.body = std::make_unique<Body>();
  auto& body = *row.body;
  if (!plain(programme)) {
    body.programme = programme;
    body.memory = programme.memory();
    for (const auto& item : row.line) {  // a wish that is being fulfilled is none any more
      if (item.why.rule == rules::Rule::request)
        std::erase_if(body.programme.requests, [&](const auto& one) { return one.id == item.why.subject; });
    }
    return;
  }
  body.programme.zone = programme.zone;
  body.programme.default_playlist = programme.default_playlist;
  body.programme.shows = programme.shows;
  body.programme.jingles = programme.jingles;
  body.programme.separation = {};  // what is prepared keeps it
  body.memory = body.programme.memory();
  const auto* rotation = programme.playlist(programme.default_playlist);
  const bool empty = !rotation || playable(*rotation) == 0;  // then any music is better than silence
  for (const auto& playlist : programme.playlists) {
    auto use = use_of(programme, playlist);
    use.random = use.random || (empty && !use.ordered);
    if (!use.random && !use.ordered) continue;
    auto thin = without_songs(playlist);
    if (use.random && use.ordered) {
      thin.songs = playlist.songs;
    } else if (playable(playlist) <= rules::prepared_songs) {
      for (const auto& song : playlist.songs)
        if (song.playable()) thin.songs.push_back(song);
      thin.songs.shrink_to_fit();
    } else {
      auto list = use.ordered ? rules::build_ordered(playlist, row.heard)
                              : rules::build_random(playlist, row.heard, now, random);
      thin.songs.reserve(list.songs.size());
      for (auto& index : list.songs) {
        thin.songs.push_back(playlist.songs[index]);
        index = static_cast<std::uint32_t>(thin.songs.size() - 1);
      }
      list.songs.shrink_to_fit();
      for (const auto& song : playlist.songs) {  // what goes on after a jingle must be found
        const auto is_it = [&](const rules::Play& play) {
          return play.playlist == playlist.id && play.song == song.id && play.cut();
        };
        if (std::any_of(row.heard.begin(), row.heard.end(), is_it)) thin.songs.push_back(song);
      }
      body.prepared.lists.push_back(std::move(list));
      body.trimmed.push_back(playlist.id);
    }
    body.programme.playlists.push_back(std::move(thin));
  }
  body.programme.playlists.shrink_to_fit();
  body.prepared.lists.shrink_to_fit();
}

}  // namespace longwave::radios
