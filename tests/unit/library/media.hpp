// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "library/queries.hpp"
#include "library/scan.hpp"
#include "store/store.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Small files of every format, made here byte by byte, tagged with TagLib. They hold no sound that could be
/// decoded.
namespace longwave::library {

class Music {
 public:
  Music();
  ~Music();
  std::filesystem::path path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct Media {
  std::map<std::string, std::string> tags = {};  ///< TagLib's names: TITLE, ARTIST, ALBUMARTIST …
  int seconds = 3;
  int sound = 1;             ///< the same number is the same payload
  std::string picture = {};  ///< embedded, or empty
};

inline const std::vector<std::string> all_formats = {"mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff"};

/// The bytes of an untagged file of that format.
std::string bare(const std::string& format, int seconds = 3, int sound = 1);
/// Writes the file; the format goes by the path's ending. Makes its folder.
void make(const std::filesystem::path& path, const Media& media = {});
/// Changes the tags of a file that exists.
void retag(const std::filesystem::path& path, const std::map<std::string, std::string>& tags,
           const std::string& picture = {});

void write(const std::filesystem::path& path, const std::string& bytes);
std::string jpeg(int number);  ///< begins like one, different for each number

/// A store in memory and what tests do with it.
class Shelf {
 public:
  Shelf();
  ScanReport scan(const std::vector<std::filesystem::path>& roots, const ScanOptions& more = {},
                  std::stop_token stop = {});
  template <class F>
  auto read(F f) {
    return store.read_now(f);
  }
  std::vector<Track> all();              ///< every track, in the order of ids
  Track only(const std::string& title);  ///< fails the test if there isn't exactly one
  std::string path(TrackId id);

  store::Store store;
  SystemClock clock;
  std::vector<Problem> problems;  ///< of the last scan
};

}  // namespace longwave::library
