// SPDX-License-Identifier: Apache-2.0
#include "library/list_transfer.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "library/queries.hpp"
#include "library/roots.hpp"
#include "library/search.hpp"
#include "library/text_index.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace longwave::library {

namespace {

using Int = std::int64_t;

/// Folders of one name that are looked into for a file ("CD 1" may be the name of thousands).
constexpr std::size_t most_folders = 200;
constexpr Int most_named = 50;
constexpr Int length_differs_ms = 5000;

/// The last component, and what stands before it.
std::pair<std::string_view, std::string_view> split_last(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {{}, path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

/// How many of the last components two paths have in common, case ignored.
std::size_t alike(std::string_view a, std::string_view b) {
  for (std::size_t count = 0;; ++count) {
    const auto [a_rest, a_last] = split_last(a);
    const auto [b_rest, b_last] = split_last(b);
    if (a_last.empty() || fold(a_last) != fold(b_last)) return count;
    if (a_rest.empty() || b_rest.empty()) return count + 1;
    a = a_rest;
    b = b_rest;
  }
}

/// A path with slashes, without "file://", a drive and a leading "./"; empty for an address elsewhere.
std::string path_of(const std::string& location) {
  std::string path = location;
  if (path.starts_with("file:")) {
    path.erase(0, 5);
    if (path.starts_with("//")) {
      const auto host_ends = path.find('/', 2);
      path.erase(0, host_ends == std::string::npos ? path.size() : host_ends);
    }
    if (auto plain = text::url_decode(path)) path = std::move(*plain);
  } else if (path.find("://") != std::string::npos) {
    return {};
  }
  if (path.find('/') == std::string::npos) std::ranges::replace(path, '\\', '/');
  const bool drive = path.size() > 2 && path[1] == ':' && path[2] == '/';
  if (drive) path.erase(0, 2);
  if (path.size() > 3 && path[0] == '/' && path[2] == ':') path.erase(0, 3);  // file:///C:/…
  while (path.starts_with("./")) path.erase(0, 2);
  return path;
}

class Matcher {
 public:
  explicit Matcher(store::Session& session) : session_(session) {}

  std::optional<TrackId> find(const ListItem& item) {
    const std::string path = path_of(item.location);
    // SQL takes a text up to its first NUL; no file has one in its name.
    if (!path.empty() && path.find('\0') == std::string::npos) {
      if (auto found = by_path(path)) return found;
    }
    return by_name(item);
  }

 private:
  std::optional<TrackId> in_folder(Int folder, std::string_view name) {
    return session_.value<TrackId>(
        "SELECT id FROM library_track WHERE folder_id = :folder AND name = :name AND state <> 3 ORDER BY "
        "state LIMIT "
        "1",
        folder, name);
  }

  std::optional<TrackId> by_path(const std::string& path) {
    const auto [folder, name] = split_last(path);
    if (name.empty()) return std::nullopt;
    if (path.front() == '/') {
      const auto id = session_.value<Int>("SELECT id FROM library_folder WHERE path = :path", folder);
      if (id) {
        if (auto found = in_folder(*id, name)) return found;
      }
    } else if (auto found = track_at(session_, path)) {
      return found;
    }
    if (folder.empty()) return std::nullopt;
    return by_last_folders(folder, name);
  }

  /// The file was written where the music is called otherwise: the folder that has most of its path in
  /// common.
  std::optional<TrackId> by_last_folders(std::string_view folder, std::string_view name) {
    if (!indexed_) index();
    const auto found = folders_.find(fold(split_last(folder).second));
    if (found == folders_.end()) return std::nullopt;
    std::optional<TrackId> best;
    std::size_t most = 0, looked = 0;
    for (const auto& [id, path] : found->second) {
      if (++looked > most_folders) break;
      const std::size_t common = alike(folder, path);
      if (common <= most) continue;
      if (const auto track = in_folder(id, name)) {
        best = track;
        most = common;
      }
    }
    return best;
  }

  void index() {
    indexed_ = true;
    session_.each<Int, std::string>("SELECT id, path FROM library_folder", [&](Int id, std::string path) {
      auto key = fold(split_last(path).second);
      folders_[std::move(key)].emplace_back(id, std::move(path));
    });
  }

  std::optional<TrackId> by_name(const ListItem& item) {
    std::string question;
    const auto add = [&](const char* column, const std::string& text) {
      std::string words;
      for (const auto& word : raw_words(text)) words += (words.empty() ? "\"" : " ") + word;
      if (!words.empty())
        question += (question.empty() ? "" : " AND ") + std::string(column) + " : " + words + '"';
    };
    add("title", item.title);
    if (question.empty() || item.artist.empty()) return std::nullopt;
    add("artist", item.artist);
    const std::string title = plain_letters(item.title), artist = plain_letters(item.artist);
    std::optional<TrackId> best;
    Int nearest = item.duration_ms ? length_differs_ms + 1 : 1;
    session_.each<TrackId, std::string, std::string, Int>(
        "SELECT t.id, t.title, t.artist, t.duration_ms FROM library_track_text x JOIN library_track t ON "
        "t.id = "
        "x.rowid WHERE " +
            text_matches(session_.kind(), ":question") + " AND t.state = 0 LIMIT :most",
        [&](TrackId id, const std::string& its_title, const std::string& its_artist, Int duration) {
          if (plain_letters(its_title) != title || !plain_letters(its_artist).starts_with(artist)) return;
          const Int apart = item.duration_ms ? std::abs(duration - *item.duration_ms) : 0;
          if (apart >= nearest) return;
          nearest = apart;
          best = id;
        },
        text_question(session_.kind(), question), most_named);
    return best;
  }

  store::Session& session_;
  bool indexed_ = false;
  std::unordered_map<std::string, std::vector<std::pair<Int, std::string>>> folders_;
};

std::string said(const ListItem& item) {
  if (!item.location.empty()) return text::to_utf8(item.location);
  return item.artist.empty() ? item.title : item.artist + " - " + item.title;
}

}  // namespace

MatchedList match_list(store::Session& session, const ListFile& file) {
  Matcher matcher(session);
  MatchedList matched;
  for (const auto& item : file.items) {
    if (const auto track = matcher.find(item)) {
      matched.tracks.push_back(*track);
    } else {
      matched.missing.push_back(said(item));
    }
  }
  return matched;
}

ListFile list_of(store::Session& session, std::string_view title, std::span<const TrackId> tracks) {
  ListFile list{.title = std::string(title), .items = {}};
  const Roots roots = load_roots(session);
  for (const TrackId track : tracks) {
    session.each<std::string, std::string, std::string, std::string, std::string, Int>(
        "SELECT f.path, t.name, t.title, t.artist, t.album, t.duration_ms FROM library_track t JOIN "
        "library_folder f "
        "ON f.id = t.folder_id WHERE t.id = :id",
        [&](const std::string& folder, const std::string& name, std::string its_title, std::string artist,
            std::string album, Int duration) {
          const std::string path = folder + '/' + name;
          const std::string relative = roots.relative(path);
          list.items.push_back({relative.empty() ? path : relative, std::move(its_title), std::move(artist),
                                std::move(album), duration});
        },
        track);
  }
  return list;
}

}  // namespace longwave::library
