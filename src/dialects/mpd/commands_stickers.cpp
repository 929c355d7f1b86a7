// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "dialects/mpd/call.hpp"
#include "dialects/mpd/stickers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace longwave::mpd {
namespace {

Answer<TrackId> song_id(Database& database, const std::string& uri) {
  const auto song = database.song(uri);
  if (!song) return refuse(Ack::no_exist, "No such song");
  return song->id;
}

std::string sticker_line(std::string_view name, std::string_view value) {
  std::string out;
  line(out, "sticker", fmt::format("{}={}", name, value));
  return out;
}

void get(const CallPtr& call) {
  call->answer([uri = call->args[2], name = call->args[3]](Database& database) -> Answer<std::string> {
    const auto id = song_id(database, uri);
    if (!id) return id.error();
    const auto value = sticker(database.session(), *id, name);
    if (!value) return refuse(Ack::no_exist, "no such sticker");
    return sticker_line(name, *value);
  });
}

void list(const CallPtr& call) {
  call->answer([uri = call->args[2]](Database& database) -> Answer<std::string> {
    const auto id = song_id(database, uri);
    if (!id) return id.error();
    std::string out;
    for (const auto& [name, value] : stickers(database.session(), *id)) out += sticker_line(name, value);
    return out;
  });
}

void finish_change(const CallPtr& call) {
  call->desk.tell(Subsystem::sticker);
  call->ok();
}

void set(const CallPtr& call) {
  const auto& name = call->args[3];
  const auto& value = call->args[4];
  if (name.empty() || name.size() > longest_sticker || value.size() > longest_sticker) {
    return call->fail(Ack::arg, "a sticker's name or value is empty or too long");
  }
  if (!text::valid_utf8(name) || !text::valid_utf8(value)) return call->fail(Ack::arg, "Invalid UTF-8");
  call->write<bool>(
      [uri = call->args[2], name, value](Database& database) -> Answer<bool> {
        const auto id = song_id(database, uri);
        if (!id) return id.error();
        if (!set_sticker(database.session(), *id, name, value)) {
          return refuse(Ack::system, "the song has too many stickers");
        }
        return true;
      },
      [call](bool) { finish_change(call); });
}

void erase(const CallPtr& call) {
  call->write<bool>(
      [uri = call->args[2], name = argument(*call, 3)](Database& database) -> Answer<bool> {
        const auto id = song_id(database, uri);
        if (!id) return id.error();
        const auto view = name ? std::optional<std::string_view>(*name) : std::nullopt;
        if (remove_stickers(database.session(), *id, view) == 0) {
          return refuse(Ack::no_exist, "no such sticker");
        }
        return true;
      },
      [call](bool) { finish_change(call); });
}

/// A value as it is compared: as a text, whatever it says.
bool fits(char compare, std::string_view value, std::string_view wanted) {
  switch (compare) {
    case '=':
      return value == wanted;
    case '<':
      return value < wanted;
    case '>':
      return value > wanted;
    default:
      return true;
  }
}

void find(const CallPtr& call) {
  char compare = 0;
  std::string wanted;
  if (call->args.size() == 6) {
    if (call->args[4].size() != 1 || std::string_view("=<>").find(call->args[4]) == std::string_view::npos) {
      return call->fail(Ack::arg, "bad operator");
    }
    compare = call->args[4].front();
    wanted = call->args[5];
  }
  call->answer([base = std::string(trimmed(call->args[2])), name = call->args[3], compare,
                wanted](Database& database) -> Answer<std::string> {
    const auto found = with_sticker(database.session(), name);
    std::vector<TrackId> ids;
    for (const auto& [id, value] : found) ids.push_back(id);
    std::vector<std::pair<std::string, std::string>> lines;  // path, value
    const auto songs = database.songs(ids);
    for (std::size_t i = 0; i < songs.size(); ++i) {
      const auto& uri = songs[i].uri;
      const bool below = base.empty() || uri == base || uri.starts_with(base + "/");
      if (!uri.empty() && below && fits(compare, found[i].second, wanted))
        lines.emplace_back(uri, found[i].second);
    }
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const auto& [uri, value] : lines) {
      line(out, "file", uri);
      out += sticker_line(name, value);
    }
    return out;
  });
}

void sticker_command(const CallPtr& call) {
  const auto& what = call->args[0];
  const auto count = call->args.size();
  if (call->args[1] != "song") return call->fail(Ack::arg, "unknown sticker domain");
  if (what == "get" && count == 4) return get(call);
  if (what == "list" && count == 3) return list(call);
  if (what == "set" && count == 5) return set(call);
  if (what == "delete" && (count == 3 || count == 4)) return erase(call);
  if (what == "find" && (count == 4 || count == 6)) return find(call);
  call->fail(Ack::arg, "bad request");
}

}  // namespace

std::vector<Command> sticker_commands() {
  return {{"sticker", may_admin, 3, -1, sticker_command}};
}

}  // namespace longwave::mpd
