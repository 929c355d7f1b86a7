// SPDX-License-Identifier: Apache-2.0
#include "api/track_book.hpp"

#include "api/json.hpp"
#include "base/log.hpp"
#include "library/queries.hpp"
#include "store/store.hpp"

#include <boost/json.hpp>

#include <utility>

namespace longwave::api {
namespace {

constexpr std::size_t most_known = 20'000;

boost::json::object vanished(TrackId id) {
  library::Track track;
  track.id = id;
  track.title = "(no longer in the library)";
  track.state = library::TrackState::missing;
  return to_json(track);
}

}  // namespace

TrackBook::Tracks TrackBook::view(Known tracks) {
  return [tracks = std::move(tracks)](TrackId id) -> const boost::json::object& {
    if (const auto found = tracks.find(id); found != tracks.end()) return *found->second;
    static const boost::json::object nothing = vanished(TrackId{});
    return nothing;
  };
}

void TrackBook::with(const std::vector<TrackId>& ids, Use use) {
  Known known;  // forget() may come while the store is asked for the others
  std::vector<TrackId> unknown;
  for (const TrackId id : ids) {
    if (const auto found = known_.find(id); found != known_.end()) {
      known.emplace(id, found->second);
    } else {
      unknown.push_back(id);
    }
  }
  if (unknown.empty()) {
    use(view(std::move(known)));
    return;
  }
  struct Asked {
    Known known;
    std::vector<TrackId> unknown;
    std::vector<library::Track> found;
    Use use;
  };
  auto asked = std::make_shared<Asked>(Asked{std::move(known), std::move(unknown), {}, std::move(use)});
  store_.read([asked](store::Session& session) { asked->found = library::tracks(session, asked->unknown); },
              [this, asked, age = age_](std::exception_ptr problem) {
                if (problem) log::warn("tracks could not be read for a notification");
                post_([this, asked, age] {
                  Known read;
                  for (const TrackId id : asked->unknown)
                    read[id] = std::make_shared<boost::json::object>(vanished(id));
                  for (const auto& track : asked->found)
                    read[track.id] = std::make_shared<boost::json::object>(to_json(track));
                  if (known_.size() > most_known) known_.clear();
                  // What was read may be older than a change that came meanwhile.
                  if (age == age_) known_.insert(read.begin(), read.end());
                  asked->known.merge(read);
                  asked->use(view(std::move(asked->known)));
                });
              });
}

void TrackBook::forget() {
  known_.clear();
  ++age_;
}

}  // namespace longwave::api
