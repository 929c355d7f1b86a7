// SPDX-License-Identifier: Apache-2.0
// Section "Files and entries" of the function table.
#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/disk.hpp"
#include "dialects/musicdb/records.hpp"
#include "library/file.hpp"
#include "library/layout.hpp"
#include "library/library.hpp"
#include "library/lyrics.hpp"
#include "library/marks.hpp"
#include "library/tags.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <set>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using library::Changes;
using library::Roots;

constexpr std::size_t most_found = 10'000;

/// `work` runs on the blocking pool with the music folders; then the answer is given here.
void on_disk(Core& core, UniqueFunction<Value(const Roots&)> work, Answer answer) {
  auto roots = std::make_shared<Roots>(std::vector<fs::path>{});
  core.read(
      [roots](store::Session& session) -> Value {
        *roots = library::load_roots(session);
        return nullptr;
      },
      [&core, roots, work = std::move(work), answer = std::move(answer)](Value read) mutable {
        if (!read) return answer(read.error());
        if (!core.parts().blocking) return answer(error(Errc::unavailable, "files can't be reached"));
        core.parts().blocking([roots, post = core.parts().post, alive = core.alive(), work = std::move(work),
                               held = std::make_shared<Answer>(std::move(answer))]() mutable {
          auto value = std::make_shared<Value>(work(*roots));
          post([value, alive, held] {
            if (!alive.expired()) (*held)(std::move(*value));
          });
        });
      });
}

/// What was done with a file is found by a scan, which knows a song by its sound.
void follow(Core& core, Result<void> done, Answer answer) {
  if (done) (void)core.parts().library.scan();
  answer(done.has_value());
}

template <class Work>
void change_disk(Core& core, Work work, Answer answer) {
  on_disk(
      core,
      [work = std::move(work)](const Roots& roots) -> Value {
        if (auto done = work(roots); !done) return done.error();
        return true;
      },
      [&core, answer = std::move(answer)](Value value) mutable {
        follow(core, value ? Result<void>{} : Result<void>{value.error()}, std::move(answer));
      });
}

template <bool folder>
void rename(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  change_disk(
      core,
      [from = arguments.text("oldpath"), to = arguments.text("newpath")](const Roots& roots) {
        return rename_within(roots, from, to, folder);
      },
      std::move(answer));
}

void change_artist(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  change_disk(
      core,
      [album = arguments.text("oldalbumpath"), artist = arguments.text("newartistdirectory")](
          const Roots& roots) { return move_album(roots, album, artist); },
      std::move(answer));
}

json::object album_found(const std::string& path) {
  const fs::path folder(path);
  const auto name = release_name(folder.filename().native());
  return {{"path", clean(path)},
          {"artistname", clean(folder.parent_path().filename().native())},
          {"albumname", clean(name.name)},
          {"release", name.release}};
}

json::object video_found(const std::string& path) {
  const fs::path file(path);
  const auto name = release_name(file.stem().native());
  auto extension = file.extension().native();
  if (!extension.empty()) extension.erase(0, 1);
  return {{"path", clean(path)},
          {"artistname", clean(file.parent_path().filename().native())},
          {"videoname", clean(name.name)},
          {"release", name.release},
          {"extension", clean(extension)}};
}

Value unknown_content(store::Session& session, const Content& content) {
  json::array albums, videos;
  for (const auto& album : content.albums) {
    const bool known = std::any_of(album.songs.begin(), album.songs.end(), [&](const auto& song) {
      return library::track_at(session, song).has_value();
    });
    if (!known) albums.push_back(album_found(album.path));
  }
  std::set<std::string> known;
  for (const auto& video : library::videos(session)) known.insert(video.path);
  for (const auto& video : content.videos) {
    if (!known.contains(video)) videos.push_back(video_found(video));
  }
  return json::object{{"albums", std::move(albums)}, {"videos", std::move(videos)}};
}

void find_new_content(Core& core, ClientId, const Arguments&, Answer answer) {
  auto content = std::make_shared<Content>();
  on_disk(
      core,
      [content](const Roots& roots) -> Value {
        *content = look_for_content(roots, most_found);
        return nullptr;
      },
      [&core, content, answer = std::move(answer)](Value looked) mutable {
        if (!looked) return answer(looked.error());
        core.read([content](store::Session& session) { return unknown_content(session, *content); },
                  std::move(answer));
      });
}

json::object from_meta(const std::string& absolute) {
  library::Tags tags;
  bool picture = false;
  if (auto file = library::MusicFile::open(absolute)) {
    if (const auto layout = library::find_layout(**file)) {
      if (auto read =
              library::read_tags(**file, *layout, [&](std::string_view bytes) { picture = !bytes.empty(); }))
        tags = std::move(*read);
    }
  }
  return {{"songname", clean(tags.title)},
          {"albumname", clean(tags.album)},
          {"artistname", clean(tags.album_artist.empty() ? tags.artist : tags.album_artist)},
          {"releaseyear", tags.year},
          {"origin", ""},
          {"cdnumber", tags.disc},
          {"songnumber", tags.track},
          {"haslyrics", false},
          {"hasartwork", picture}};
}

json::value from_file(const std::string& relative) {
  const fs::path path(relative);
  const auto song = song_name(path.filename().native());
  if (!song) return nullptr;
  const auto album = release_name(path.parent_path().filename().native());
  return json::object{{"songname", clean(song->name)},
                      {"albumname", clean(album.name)},
                      {"artistname", clean(path.parent_path().parent_path().filename().native())},
                      {"releaseyear", album.release},
                      {"cdnumber", song->cd},
                      {"songnumber", song->number}};
}

void find_album_files(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  on_disk(
      core,
      [folder = arguments.text("albumpath")](const Roots& roots) -> Value {
        if (const auto there = existing(roots, folder); !there) return there.error();
        json::array out;
        for (const auto& relative : music_in(roots, folder)) {
          const auto file = existing(roots, relative);
          if (!file) continue;
          out.push_back({{"path", clean(relative)},
                         {"frommeta", from_meta(file->native())},
                         {"fromfile", from_file(relative)}});
        }
        return out;
      },
      std::move(answer));
}

/// An artist comes with its first song; until then there is none to answer with.
Value create_artist(store::Session& session, const Scene&, const Arguments& arguments) {
  const auto name = arguments.text("name");
  for (const auto& artist : library::artist_records(session)) {
    if (artist.name == name) return record(artist);
  }
  return nullptr;
}

/// Somebody moved files: they must be there, then the library looks for itself.
template <class Known>
void update_entry(Core& core, const Arguments& arguments, Known known, Answer answer) {
  core.read([known = std::move(known)](store::Session& session) { return known(session); },
            [&core, path = arguments.text("newpath"), answer = std::move(answer)](Value found) mutable {
              if (!found) return answer(found.error());
              on_disk(
                  core,
                  [path](const Roots& roots) -> Value {
                    if (const auto there = existing(roots, path); !there) return there.error();
                    return nullptr;
                  },
                  [&core, answer = std::move(answer)](Value there) mutable {
                    if (there) (void)core.parts().library.scan();
                    answer(std::move(there));
                  });
            });
}

template <class T>
Value known(const Result<T>& found) {
  if (!found) return found.error();
  return nullptr;
}

void update_artist(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  update_entry(
      core, arguments,
      [id = arguments.integer("artistid")](store::Session& s) {
        return known(library::artist_record(s, id));
      },
      std::move(answer));
}

void update_album(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  update_entry(
      core, arguments,
      [id = arguments.integer("albumid")](store::Session& s) { return known(library::album_record(s, id)); },
      std::move(answer));
}

void update_song(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  update_entry(
      core, arguments,
      [id = arguments.integer("songid")](store::Session& s) { return known(library::song(s, TrackId{id})); },
      std::move(answer));
}

Value remove_song(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  const auto removed = library::remove_track(session, TrackId{arguments.integer("songid")}, changes);
  if (!removed) return removed.error();
  return nullptr;
}

Value remove_songs(store::Session& session, Changes& changes, std::int64_t album) {
  for (const auto& song : library::songs_of_album(session, album)) {
    if (auto removed = library::remove_track(session, song.track.id, changes); !removed)
      return removed.error();
  }
  return nullptr;
}

Value remove_album(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  const auto id = arguments.integer("albumid");
  if (const auto album = library::album_record(session, id); !album) return album.error();
  return remove_songs(session, changes, id);
}

Value remove_artist(store::Session& session, Changes& changes, const Scene&, const Arguments& arguments) {
  const auto id = arguments.integer("artistid");
  if (const auto artist = library::artist_record(session, id); !artist) return artist.error();
  for (const auto& album : library::album_records(session, library::AlbumQuery{.artist = id, .hidden = {}})) {
    if (auto removed = remove_songs(session, changes, album.id); !removed) return removed;
  }
  return nullptr;
}

/// What was taken out comes back; what is new is found by the scan.
void create_song(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  const auto path = arguments.text("newpath");
  on_disk(
      core,
      [path](const Roots& roots) -> Value {
        if (const auto there = existing(roots, path); !there) return there.error();
        return nullptr;
      },
      [&core, path, answer = std::move(answer)](Value there) mutable {
        if (!there) return answer(there.error());
        core.edit(
            [path](store::Session& session, Changes& changes) -> Value {
              if (const auto track = library::track_at(session, path)) {
                if (auto back = library::restore_track(session, *track, changes); !back) return back.error();
              }
              return nullptr;
            },
            [&core, answer = std::move(answer)](Value done) mutable {
              if (done) (void)core.parts().library.scan();
              answer(std::move(done));
            });
      });
}

const Function table[] = {
    {"FindNewContent", {}, find_new_content},
    {"FindAlbumSongFiles", {{"albumpath", Kind::text}}, find_album_files},
    {"RenameMusicFile", {{"oldpath", Kind::text}, {"newpath", Kind::text}}, rename<false>},
    {"RenameAlbumDirectory", {{"oldpath", Kind::text}, {"newpath", Kind::text}}, rename<true>},
    {"RenameArtistDirectory", {{"oldpath", Kind::text}, {"newpath", Kind::text}}, rename<true>},
    {"ChangeArtistDirectory",
     {{"oldalbumpath", Kind::text}, {"newartistdirectory", Kind::text}},
     change_artist},
    {"CreateArtistEntry", {{"name", Kind::text}}, create_artist},
    {"UpdateArtistEntry", {{"artistid", Kind::integer}, {"newpath", Kind::text}}, update_artist},
    {"UpdateAlbumEntry", {{"albumid", Kind::integer}, {"newpath", Kind::text}}, update_album},
    {"UpdateSongEntry", {{"songid", Kind::integer}, {"newpath", Kind::text}}, update_song},
    {"RemoveArtistEntry", {{"artistid", Kind::integer}}, remove_artist},
    {"RemoveAlbumEntry", {{"albumid", Kind::integer}}, remove_album},
    {"RemoveSongEntry", {{"songid", Kind::integer}}, remove_song},
    {"CreateSongEntry", {{"newpath", Kind::text}}, create_song},
};

}  // namespace

std::span<const Function> file_functions() {
  return table;
}

}  // namespace longwave::musicdb
