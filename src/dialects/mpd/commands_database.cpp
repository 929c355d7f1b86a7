// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace longwave::mpd {
namespace {

void find(const CallPtr& call) {
  auto selection = need(call, parse_selection(call->args, call->command == "search"));
  if (!selection) return;
  call->answer([selection = std::move(*selection),
                mask = call->client->tags](Database& database) -> Answer<std::string> {
    const auto& base = selection.filter.hints().base;
    auto songs = database.songs(selection.filter);
    if (songs.empty() && base && !database.below(trimmed(*base))) {
      return refuse(Ack::no_exist, "No such directory");
    }
    sort(songs, selection.sorting);
    cut(songs, selection.window);
    std::string out;
    for (const auto& song : songs) print(out, song, mask);
    return out;
  });
}

/// Every value of a tag that a song has; an empty one when there is none. Without an album artist the artist
/// is it.
std::vector<std::string> values(const Song& song, Tag tag) {
  std::vector<std::string> found;
  for (const auto& [which, value] : song.tags) {
    if (which == tag) found.push_back(value);
  }
  if (found.empty() && tag == Tag::album_artist) return values(song, Tag::artist);
  if (found.empty()) found.emplace_back();
  return found;
}

/// `group TAG …` at the end of the words, from the last to the first.
Answer<std::vector<Tag>> take_groups(std::vector<std::string>& words) {
  std::vector<Tag> groups;
  while (words.size() >= 2 && words[words.size() - 2] == "group") {
    const auto tag = tag_named(words.back());
    if (!tag) return refuse(Ack::arg, "Unknown tag type: " + words.back());
    if (std::find(groups.begin(), groups.end(), *tag) != groups.end()) {
      return refuse(Ack::arg, "Conflicting group");
    }
    groups.insert(groups.begin(), *tag);
    words.resize(words.size() - 2);
  }
  return groups;
}

/// Values in levels: each tag below the ones before it.
struct Level {
  std::map<std::string, Level> below;
  std::int64_t songs = 0;
  std::int64_t duration_ms = 0;
};

void put(Level& level, const Song& song, std::span<const Tag> tags) {
  ++level.songs;
  level.duration_ms += song.duration_ms;
  if (tags.empty()) return;
  for (const auto& value : values(song, tags.front())) put(level.below[value], song, tags.subspan(1));
}

void print_values(std::string& out, const Level& level, std::span<const Tag> tags) {
  for (const auto& [value, below] : level.below) {
    line(out, to_string(tags.front()), value);
    if (tags.size() > 1) print_values(out, below, tags.subspan(1));
  }
}

void print_counts(std::string& out, const Level& level, std::span<const Tag> tags) {
  if (tags.empty()) {
    out += fmt::format("songs: {}\nplaytime: {}\n", level.songs, level.duration_ms / 1000);
    return;
  }
  for (const auto& [value, below] : level.below) {
    line(out, to_string(tags.front()), value);
    print_counts(out, below, tags.subspan(1));
  }
}

Answer<Filter> rest_of(const std::vector<std::string>& words) {
  if (words.empty()) return Filter{};
  return Filter::parse(words, false);
}

void list_files(const CallPtr& call, const std::vector<std::string>& words) {
  auto filter = need(call, rest_of(words));
  if (!filter) return;
  call->answer([filter = std::move(*filter)](Database& database) -> Answer<std::string> {
    std::string out;
    for (const auto& song : database.songs(filter)) line(out, "file", song.uri);
    return out;
  });
}

void list(const CallPtr& call) {
  std::vector<std::string> words(call->args.begin() + 1, call->args.end());
  const auto& what = call->args[0];
  if (what == "file" || what == "filename") return list_files(call, words);
  const auto tag = tag_named(what);
  if (!tag) return call->fail(Ack::arg, "Unknown tag type: " + what);
  std::vector<Tag> tags;
  if (words.size() == 1 && !words.front().starts_with('(')) {  // as of old: list album ARTIST
    if (*tag != Tag::album) return call->fail(Ack::arg, "should be \"Album\" for 3 arguments");
    words.insert(words.begin(), "artist");
  } else {
    auto groups = need(call, take_groups(words));
    if (!groups) return;
    if (std::find(groups->begin(), groups->end(), *tag) != groups->end()) {
      return call->fail(Ack::arg, "Conflicting group");
    }
    tags = std::move(*groups);
  }
  tags.push_back(*tag);
  auto filter = need(call, rest_of(words));
  if (!filter) return;
  call->answer([filter = std::move(*filter), tags](Database& database) -> Answer<std::string> {
    Level top;
    for (const auto& song : database.songs(filter)) put(top, song, tags);
    std::string out;
    print_values(out, top, tags);
    return out;
  });
}

void count(const CallPtr& call) {
  std::vector<std::string> words = call->args;
  auto groups = need(call, take_groups(words));
  if (!groups) return;
  auto filter =
      need(call, words.empty() && !groups->empty() ? Answer<Filter>(Filter{}) : Filter::parse(words, false));
  if (!filter) return;
  call->answer(
      [filter = std::move(*filter), groups = std::move(*groups)](Database& database) -> Answer<std::string> {
        Level top;
        for (const auto& song : database.songs(filter)) put(top, song, groups);
        std::string out;
        print_counts(out, top, groups);
        return out;
      });
}

void read_comments(const CallPtr& call) {
  call->answer([uri = call->args[0]](Database& database) -> Answer<std::string> {
    const auto song = database.song(uri);
    if (!song) return refuse(Ack::no_exist, "No such song");
    std::string out;
    for (const auto& [tag, value] : song->tags) line(out, to_string(tag), value);
    return out;
  });
}

}  // namespace

std::vector<Command> database_commands() {
  return {
      {"count", may_read, 1, -1, count},
      {"find", may_read, 1, -1, find},
      {"getfingerprint", may_read, 1, 1,
       [](const CallPtr& call) { call->fail(Ack::system, "fingerprints are not made here"); }},
      {"list", may_read, 1, -1, list},
      {"readcomments", may_read, 1, 1, read_comments},
      {"search", may_read, 1, -1, find},
  };
}

}  // namespace longwave::mpd
