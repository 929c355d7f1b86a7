// SPDX-License-Identifier: Apache-2.0
#include "schedule/randy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace longwave::schedule {

namespace {

void put(std::vector<Blacklists::Listed>& list, std::int64_t id, int length, WallTime now) {
  if (id != 0 && length > 0) list.push_back({id, now});
  const auto most = static_cast<std::size_t>(std::max(length, 0));
  if (list.size() > most) list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(most));
}

/// Only as many as the rules say now, and none that is too old.
bool listed(const std::vector<Blacklists::Listed>& list, std::int64_t id, int length,
            const RandomRules& rules, WallTime now) {
  const auto oldest = now - std::chrono::hours{rules.max_age_hours};
  auto left = length;
  for (auto one = list.rbegin(); one != list.rend() && left > 0; ++one, --left) {
    if (one->id == id && one->at >= oldest) return true;
  }
  return false;
}

/// The genre filter, for quick questions.
class Filter {
 public:
  Filter(const RandomRules& rules, const Tags& tags) : tags_(tags) {
    for (const auto& one : rules.genres) {
      active_.insert(one.genre);
      active_.insert(one.subgenres.begin(), one.subgenres.end());
      chosen_[one.genre] = !one.subgenres.empty();
    }
  }
  bool off() const { return active_.empty(); }

  /// It carries a genre that is on, and if subgenres of that one are chosen, one of them or none at all.
  bool album(const std::vector<std::int64_t>& tags) const {
    const bool bare =
        std::none_of(tags.begin(), tags.end(), [this](auto id) { return tags_.parents.contains(id); });
    return std::any_of(tags.begin(), tags.end(), [&](std::int64_t id) {
      const auto genre = chosen_.find(id);
      if (genre == chosen_.end()) return false;
      if (!genre->second || bare) return true;
      return std::any_of(tags.begin(), tags.end(), [&](std::int64_t sub) {
        const auto parent = tags_.parents.find(sub);
        return parent != tags_.parents.end() && parent->second == id && active_.contains(sub);
      });
    });
  }

  /// Its genres, if it has any, and its subgenres, if it has any, meet those that are on.
  bool song(const std::vector<std::int64_t>& tags) const {
    bool genres = false, genre = false, subgenres = false, subgenre = false;
    for (const auto id : tags) {
      const bool sub = tags_.parents.contains(id);
      (sub ? subgenres : genres) = true;
      if (active_.contains(id)) (sub ? subgenre : genre) = true;
    }
    return (!genres || genre) && (!subgenres || subgenre);
  }

 private:
  const Tags& tags_;
  std::unordered_set<std::int64_t> active_;
  std::unordered_map<std::int64_t, bool> chosen_;  ///< genre -> some of its subgenres are chosen
};

bool allowed(const Candidate& song, const RandomRules& rules, const AlbumContext& context) {
  if (!song.playable || !(song.weight > 0)) return false;
  if ((rules.no_disabled && song.disabled) || (rules.no_hated && song.favourite < 0) ||
      (rules.no_bad_audio && song.bad_audio) || (rules.no_live && song.live)) {
    return false;
  }
  const auto seconds = song.duration_ms / 1000;
  if (seconds < rules.min_song_s || seconds > rules.max_song_s) return false;
  if (!context.avoided) return true;
  const auto failed = context.avoided->find(song.track);
  return failed == context.avoided->end() || failed->second <= context.at;
}

class Draw {
 public:
  Draw(const Catalogue& catalogue, const RandomRules& rules, const Blacklists& lists,
       const AlbumContext& context, Random& random)
      : catalogue_(catalogue),
        rules_(rules),
        lists_(lists),
        context_(context),
        random_(random),
        filter_(rules, catalogue.tags()) {}

  std::optional<Pick> of_any() {
    std::vector<std::size_t> albums;
    for (std::size_t i = 0; i < catalogue_.albums(); ++i) {
      const auto& first = row(catalogue_.album_rows(i).front());
      if (first.hidden_album) continue;
      if (filter_.off() || filter_.album(catalogue_.tag_set(first.album_tags))) albums.push_back(i);
    }
    for (int attempt = 0; attempt < rules_.max_tries && !albums.empty(); ++attempt) {
      const auto* song = song_of(catalogue_.album_rows(albums[random_.below(albums.size())]), !filter_.off());
      if (!song || listed(lists_.artists, song->artist, rules_.artist_list, rules_, context_.now) ||
          listed(lists_.albums, song->album, rules_.album_list, rules_, context_.now) || on_list(*song)) {
        continue;
      }
      return picked(*song, albums.size(), fmt::format("A song of one of {} albums", albums.size()));
    }
    return std::nullopt;
  }

  std::optional<Pick> of_one(std::int64_t album) {
    const auto rows = catalogue_.rows_of(album);
    const Candidate* song = nullptr;
    for (int attempt = 0; attempt < rules_.max_tries; ++attempt) {
      song = song_of(rows, false);
      if (!song || !on_list(*song)) break;
    }
    if (!song) return std::nullopt;
    return picked(*song, rows.size(), "A song of this album");
  }

 private:
  const Candidate& row(std::uint32_t index) const { return catalogue_.rows()[index]; }
  bool on_list(const Candidate& song) const {
    return listed(lists_.songs, song.track.value, rules_.song_list, rules_, context_.now);
  }
  const Candidate* song_of(std::span<const std::uint32_t> rows, bool filtered) {
    std::vector<const Candidate*> songs;
    for (const auto index : rows) {
      const auto& song = row(index);
      if (allowed(song, rules_, context_) && (!filtered || filter_.song(catalogue_.tag_set(song.song_tags))))
        songs.push_back(&song);
    }
    return songs.empty() ? nullptr : songs[random_.below(songs.size())];
  }
  static Pick picked(const Candidate& song, std::size_t from, std::string text) {
    Reason reason;
    reason.rule = rule::album;
    reason.text = std::move(text);
    reason.candidates = static_cast<std::int64_t>(from);
    return Pick{song, std::move(reason)};
  }

  const Catalogue& catalogue_;
  const RandomRules& rules_;
  const Blacklists& lists_;
  const AlbumContext& context_;
  Random& random_;
  Filter filter_;
};

}  // namespace

void Blacklists::add(const RandomRules& rules, const Candidate& song, WallTime now) {
  put(songs, song.track.value, rules.song_list, now);
  put(albums, song.album, rules.album_list, now);
  put(artists, song.artist, rules.artist_list, now);
}

std::optional<Pick> pick_by_album(const Catalogue& catalogue, const RandomRules& rules,
                                  const Blacklists& lists, const AlbumContext& context, Random& random) {
  Draw draw(catalogue, rules, lists, context, random);
  return context.album ? draw.of_one(*context.album) : draw.of_any();
}

}  // namespace longwave::schedule
