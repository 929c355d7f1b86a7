// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "library/catalogue.hpp"
#include "library/track.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::store {
class Session;
}

/// Reading the library. All of these run inside a job of the store (Store::read, or write when they are part
/// of a change) and throw store::Failure. Lists hold what can be played; `Listing::missing_too` adds the
/// rest.
namespace longwave::library {

struct Listing {
  std::int64_t limit = 50;
  std::int64_t offset = 0;
  bool missing_too = false;
};

/// The query language (query.hpp, docs/lists.md). Every word must begin a word of title, artist, album or
/// album artist; case and accents don't matter. Best matches first. An empty text lists all tracks by artist,
/// album and number. What can't be understood is taken as words. `now_ms`: wall clock, for ages ("30d").
Page<Track> search(store::Session& session, std::string_view text, const Listing& listing = {},
                   std::int64_t now_ms = 0);

/// By name, without a leading article. With a text: those in which every word begins a word, in this order.
Page<Artist> artists(store::Session& session, std::string_view text = {}, const Listing& listing = {});

/// By title, those of one artist by year.
enum class AlbumSort { title, artist, year, added };  ///< year and added: the newest first
struct AlbumFilter {
  std::string text;                         ///< as for artists()
  std::optional<std::int64_t> artist = {};  ///< albums by this artist, or on which it plays
  std::optional<std::int64_t> genre = {};   ///< some of its tracks have this tag: a genre, a subgenre
  std::optional<std::int64_t> mood = {};    ///< likewise
  std::optional<int> year = {};             ///< of some of its tracks
  std::optional<AlbumSort> sort = {};
};
Page<Album> albums(store::Session& session, const AlbumFilter& filter = {}, const Listing& listing = {});

struct AlbumTracks {
  Album album;
  std::vector<Track> tracks;  ///< by disc and number; missing and broken ones too
};
Result<AlbumTracks> album(store::Session& session, std::int64_t id);  ///< not_found

Result<Track> track(store::Session& session, TrackId id);                 ///< not_found
Result<TrackDetails> track_details(store::Session& session, TrackId id);  ///< not_found
/// In the order of the ids; those that don't exist are left out.
std::vector<Track> tracks(store::Session& session, std::span<const TrackId> ids);

struct Totals {
  std::int64_t tracks = 0, albums = 0, artists = 0, missing = 0, broken = 0;
  std::int64_t duration_ms = 0;
};
Totals totals(store::Session& session);

/// Files the last scan could not take in.
Page<Problem> problems(store::Session& session, const Listing& listing = {});

Catalogue load_catalogue(store::Session& session);

/// Changes; inside Store::write.
void mark_broken(store::Session& session, TrackId id, std::string_view reason);

}  // namespace longwave::library
