// SPDX-License-Identifier: Apache-2.0
#include "library/events.hpp"

#include <algorithm>

namespace longwave::library {

template <class E>
E& Changes::last() {
  if (events_.empty() || !std::holds_alternative<E>(events_.back())) events_.emplace_back(E{});
  return std::get<E>(events_.back());
}

void Changes::track_added(TrackId track) {
  last<TracksAdded>().tracks.push_back(track);
}

void Changes::track_changed(TrackId track, unsigned what) {
  if (events_.empty() || !std::holds_alternative<TracksChanged>(events_.back()) ||
      std::get<TracksChanged>(events_.back()).what != what) {
    events_.emplace_back(TracksChanged{{}, what});
  }
  auto& tracks = std::get<TracksChanged>(events_.back()).tracks;
  if (tracks.empty() || tracks.back() != track) tracks.push_back(track);
}

void Changes::track_removed(TrackId track) {
  last<TracksRemoved>().tracks.push_back(track);
}

void Changes::album_changed(std::int64_t album) {
  if (album == 0) return;
  auto& albums = last<AlbumsChanged>().albums;
  if (std::find(albums.begin(), albums.end(), album) == albums.end()) albums.push_back(album);
}

void Changes::video_changed(std::int64_t video) {
  auto& videos = last<VideosChanged>().videos;
  if (videos.empty() || videos.back() != video) videos.push_back(video);
}

void Changes::tags_changed() {
  (void)last<TagsChanged>();
}

bool Changes::catalogue() const {
  return std::any_of(events_.begin(), events_.end(), [](const Event& event) {
    if (const auto* changed = std::get_if<TracksChanged>(&event)) {
      return (changed->what & (aspect_properties | aspect_tags | aspect_marks | aspect_file)) != 0;
    }
    return !std::holds_alternative<PlaylistChanged>(event) &&
           !std::holds_alternative<CollectionChanged>(event) && !std::holds_alternative<VideosChanged>(event);
  });
}

}  // namespace longwave::library
