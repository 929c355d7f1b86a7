// SPDX-License-Identifier: Apache-2.0
// Section "State" of the function table: what is said of songs and albums.
#include "dialects/musicdb/function.hpp"
#include "dialects/musicdb/statistic.hpp"
#include "library/album_edit.hpp"
#include "library/lyrics.hpp"
#include "library/marks.hpp"

#include <boost/json.hpp>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;
using library::Changes;

Value done(const Result<void>& result) {
  if (!result) return result.error();
  return nullptr;
}

Result<void> apply(store::Session& session, TrackId song, const Statistic& statistic, Changes& changes) {
  library::Marks marks;
  switch (statistic.what) {
    case Statistic::What::likes:
      return library::count_likes(session, song, statistic.add, changes);
    case Statistic::What::dislikes:
      return library::count_dislikes(session, song, statistic.add, changes);
    case Statistic::What::favourite:
      marks.favourite = statistic.favourite;
      break;
    case Statistic::What::disabled:
      marks.disabled = statistic.yes;
      break;
    case Statistic::What::live:
      marks.live = statistic.yes;
      break;
    case Statistic::What::bad_audio:
      marks.bad_audio = statistic.yes;
      break;
    case Statistic::What::lyrics_video:
      return error(Errc::invalid, "a song has no lyrics video");
    case Statistic::What::last_played:
      return library::set_last_played(session, song, statistic.time * 1000, changes);
  }
  return library::set_marks(session, song, marks, changes);
}

Value update_song_statistic(store::Session& session, Changes& changes, const Scene&,
                            const Arguments& arguments) {
  const auto statistic = read_statistic(arguments.text("statistic"), arguments.value("modifier"));
  if (!statistic) return statistic.error();
  return done(apply(session, TrackId{arguments.integer("songid")}, *statistic, changes));
}

Value set_song_lyrics(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  const auto state = arguments.integer("lyricsstate");
  if (state < 0 || state > 4) return error(Errc::invalid, "the state is 0 to 4");
  return done(library::set_lyrics(session, TrackId{arguments.integer("songid")},
                                  static_cast<library::LyricsState>(state), arguments.text("lyrics"),
                                  changes));
}

Value hide_album(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  return done(library::hide_album(session, arguments.integer("albumid"), arguments.boolean("hide"), changes));
}

Value set_album_origin(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  return done(
      library::set_album_origin(session, arguments.integer("albumid"), arguments.text("origin"), changes));
}

Value set_album_time(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  return done(library::set_album_added(session, arguments.integer("albumid"),
                                       arguments.integer("importtime") * 1000, changes));
}

/// The answer is whether it was done: a wrong name or colour isn't silence, here.
Value set_album_colour(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  const auto name = arguments.text("colorname");
  const auto which = name == "bgcolor"   ? std::optional(library::AlbumColour::background)
                     : name == "fgcolor" ? std::optional(library::AlbumColour::foreground)
                     : name == "hlcolor" ? std::optional(library::AlbumColour::highlight)
                                         : std::nullopt;
  const auto colour = arguments.text("color");
  if (!which || !is_colour(colour)) return false;
  const auto set = library::set_album_colour(session, arguments.integer("albumid"), *which, colour, changes);
  return set.has_value();
}

const Function table[] = {
    {"SetSongLyrics",
     {{"songid", Kind::integer}, {"lyrics", Kind::text_or_null}, {"lyricsstate", Kind::integer}},
     set_song_lyrics,
     {"GetSong", true}},
    {"UpdateSongStatistic",
     {{"songid", Kind::integer}, {"statistic", Kind::text}, {"modifier", Kind::text_or_number}},
     update_song_statistic,
     {"GetSong", true}},
    {"HideAlbum", {{"albumid", Kind::integer}, {"hide", Kind::boolean}}, hide_album},
    {"SetAlbumOrigin", {{"albumid", Kind::integer}, {"origin", Kind::text}}, set_album_origin},
    {"SetAlbumImportTime", {{"albumid", Kind::integer}, {"importtime", Kind::integer}}, set_album_time},
    {"SetAlbumColor",
     {{"albumid", Kind::integer}, {"colorname", Kind::text}, {"color", Kind::text}},
     set_album_colour},
};

}  // namespace

std::span<const Function> song_functions() {
  return table;
}

}  // namespace longwave::musicdb
