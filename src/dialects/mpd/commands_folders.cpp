// SPDX-License-Identifier: Apache-2.0
#include "api/lists.hpp"
#include "dialects/mpd/call.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace longwave::mpd {
namespace {

/// The folder that an argument names; "" and "/" are the top. Nothing: it is the name of none.
std::optional<std::string> folder_of(const Call& call) {
  if (call.args.empty() || call.args[0] == "/") return std::string{};
  const auto& uri = call.args[0];
  if (uri.starts_with('/') || uri.ends_with('/')) return std::nullopt;
  return uri;
}

bool within(std::string_view folder, std::string_view top) {
  return top.empty() || (folder.size() > top.size() && folder.starts_with(top) && folder[top.size()] == '/');
}

/// Directly in it, not deeper.
bool child_of(std::string_view folder, std::string_view top) {
  return within(folder, top) && folder.find('/', top.empty() ? 0 : top.size() + 1) == std::string_view::npos;
}

Refusal no_folder() {
  return refuse(Ack::no_exist, "No such directory");
}

using PrintSong = void (*)(std::string&, const Song&, const TagMask&);

void print_uri(std::string& out, const Song& song, const TagMask&) {
  line(out, "file", song.uri);
}
void print_file(std::string& out, const Song& song, const TagMask&) {
  line(out, "file", song.name());
  out += fmt::format("size: {}\n", song.size_bytes);
  line(out, "Last-Modified", iso_time(song.modified_s));
}

/// What stands in the folder and no deeper.
Answer<std::string> level(Database& database, const std::string& folder, const TagMask& mask,
                          PrintSong print_one, bool whole_path) {
  if (!folder.empty()) {
    if (const auto one = database.song(folder)) {
      std::string out;
      print_one(out, *one, mask);
      return out;
    }
  }
  const auto songs = database.below(folder);
  if (!songs) return no_folder();
  std::string out;
  for (const auto& song : *songs) {
    if (song.folder() == folder) print_one(out, song, mask);
  }
  for (const auto& each : database.folders()) {
    if (!child_of(each, folder)) continue;
    line(out, "directory", whole_path || folder.empty() ? each : each.substr(folder.size() + 1));
  }
  return out;
}

/// The folder and everything below, each folder before what is in it.
Answer<std::string> tree(Database& database, const std::string& folder, const TagMask& mask,
                         PrintSong print_one) {
  if (!folder.empty()) {
    if (const auto one = database.song(folder)) {
      std::string out;
      print_one(out, *one, mask);
      return out;
    }
  }
  const auto songs = database.below(folder);
  if (!songs) return no_folder();
  std::string out;
  const auto folders = database.folders();
  auto next = folders.begin();
  const auto tell_folders = [&](const auto& until) {
    for (; next != folders.end() && until(*next); ++next) {
      if (*next == folder || within(*next, folder)) line(out, "directory", *next);
    }
  };
  for (const auto& song : *songs) {
    tell_folders([&](const std::string& each) { return !folder_before(song.folder(), each); });
    print_one(out, song, mask);
  }
  tell_folders([](const std::string&) { return true; });
  return out;
}

void list_all(const CallPtr& call) {
  const auto folder = folder_of(*call);
  if (!folder) return call->fail(no_folder());
  const PrintSong print_one = call->command == "listall" ? print_uri : print;
  call->answer([folder = *folder, mask = call->client->tags, print_one](Database& database) {
    return tree(database, folder, mask, print_one);
  });
}

void list_files(const CallPtr& call) {
  const auto folder = folder_of(*call);
  if (!folder) return call->fail(no_folder());
  call->answer([folder = *folder, mask = call->client->tags](Database& database) {
    return level(database, folder, mask, print_file, false);
  });
}

/// At the top the stored lists stand behind the folders, as clients of old expect.
void list_info(const CallPtr& call) {
  const auto folder = folder_of(*call);
  if (!folder) return call->fail(no_folder());
  call->read<std::string>([folder = *folder, mask = call->client->tags](
                              Database& database) { return level(database, folder, mask, print, true); },
                          [call, top = folder->empty()](const std::string& text) {
                            call->out += text;
                            call->ok();
                          });
}

}  // namespace

std::vector<Command> folder_commands() {
  return {
      {"listall", may_read, 0, 1, list_all},
      {"listallinfo", may_read, 0, 1, list_all},
      {"listfiles", may_read, 0, 1, list_files},
      {"lsinfo", may_read, 0, 1, list_info},
  };
}

}  // namespace longwave::mpd
