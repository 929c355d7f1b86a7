// SPDX-License-Identifier: Apache-2.0
#include "library/painter.hpp"

#include "base/log.hpp"
#include "library/artwork.hpp"
#include "library/colours.hpp"
#include "store/store.hpp"

#include <sys/resource.h>

#include <exception>
#include <string>

namespace longwave::library {

namespace {

const Colours plain{"#101010", "#F0F0F0", "#909090"};

std::vector<std::string> unseen(store::Session& session) {
  std::vector<std::string> pictures;
  session.each<std::string>(
      "SELECT DISTINCT t.art FROM library_track t WHERE t.art <> '' AND t.state = 0 AND NOT EXISTS "
      "(SELECT 1 FROM library_art_colour c WHERE c.art = t.art) LIMIT 16",
      [&](std::string art) { pictures.push_back(std::move(art)); });
  return pictures;
}

std::vector<std::int64_t> keep(store::Session& session, const std::string& art, const Colours& colours) {
  session.run(
      "INSERT INTO library_art_colour(art, background, foreground, highlight) VALUES (:art, :background, "
      ":foreground, :highlight) ON CONFLICT(art) DO NOTHING",
      art, colours.background, colours.foreground, colours.highlight);
  std::vector<std::int64_t> albums;
  session.each<std::int64_t>(
      "SELECT DISTINCT album_id FROM library_track WHERE art = :art AND art <> '' AND album_id <> 0",
      [&](std::int64_t id) { albums.push_back(id); }, art);
  return albums;
}

}  // namespace

Painter::~Painter() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Painter::start() {
  if (busy_.exchange(true)) return;
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([this, stop = stop_.get_token()] {
    ::setpriority(PRIO_PROCESS, 0, 10);  // sound comes first
    try {
      run(stop);
    } catch (const std::exception& e) {
      log::warn("library: no colours for pictures: {}", e.what());
    }
    busy_ = false;
  });
}

void Painter::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto pictures = store_.read_now(unseen);
    if (pictures.empty()) return;
    for (const auto& art : pictures) {
      if (stop.stop_requested()) return;
      const auto sources =
          store_.read_now([&](store::Session& session) { return artwork_sources(session, art); });
      Colours colours = plain;  // also of a picture that can't be read: it is asked once only
      if (const auto picture = read_artwork(sources, art)) {
        if (auto found = colours_of(picture->bytes)) colours = std::move(*found);
      }
      auto albums = store_.write_now([&](store::Session& session) { return keep(session, art, colours); });
      if (!albums.empty()) painted_(std::move(albums));
    }
  }
}

}  // namespace longwave::library
