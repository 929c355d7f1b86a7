// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/track.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace longwave::library {

/// A folder with music, and the names in it that a scan looks at.
struct Listed {
  std::string path;
  std::vector<std::string> music;   ///< names that end like music; may turn out to be anything
  std::vector<std::string> lyrics;  ///< names that end in .lrc, in order
  std::vector<std::string> videos;  ///< names that end like videos
  std::string picture;              ///< the name that looks most like its cover, or empty
};

struct WalkSink {
  std::function<void(Listed)> folder;
  std::function<void(Problem)> problem;
};

/// Lists the music under the folders: within a folder files first, then folders by name. Hidden names are
/// left out. A symbolic link is followed after everything that is really there, and never to a folder or file
/// that was seen already, so that circles end and nothing is taken twice. No deeper than 64 folders. Opens
/// folders only.
void walk(const std::vector<std::filesystem::path>& roots, std::stop_token stop, const WalkSink& sink);

/// Lists these folders alone: not what lies below them, and no links. What isn't there any more is told as
/// `gone`.
void walk_only(const std::vector<std::string>& folders, std::stop_token stop, const WalkSink& sink,
               const std::function<void(const std::string&)>& gone);

/// ".mp3", ".FLAC" …
bool is_music_name(std::string_view name);
/// ".mkv", ".webm" … but not ".mp4", which music has as well.
bool is_video_name(std::string_view name);

}  // namespace longwave::library
