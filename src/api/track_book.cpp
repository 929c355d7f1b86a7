// SPDX-License-Identifier: Apache-2.0
#include "api/track_book.hpp"

#include "api/json.hpp"
#include "base/log.hpp"
#include "library/queries.hpp"
#include "store/store.hpp"

#include <boost/json.hpp>

#include <algorithm>

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

TrackBook::Tracks TrackBook::view(const std::vector<TrackId>& ids) const {
  std::unordered_map<TrackId, Shown> held;  // forget() may come while somebody still looks
  for (const TrackId id : ids) {
    if (const auto found = known_.find(id); found != known_.end()) held.emplace(id, found->second);
  }
  return [held = std::move(held)](TrackId id) -> const boost::json::object& {
    if (const auto found = held.find(id); found != held.end()) return *found->second;
    static const boost::json::object nothing = vanished(TrackId{});
    return nothing;
  };
}

void TrackBook::with(const std::vector<TrackId>& ids, Use use) {
  std::vector<TrackId> unknown;
  for (const TrackId id : ids) {
    if (!known_.contains(id)) unknown.push_back(id);
  }
  if (unknown.empty()) {
    use(view(ids));
    return;
  }
  struct Asked {
    std::vector<TrackId> ids, unknown;
    std::vector<library::Track> found;
    Use use;
  };
  auto asked = std::make_shared<Asked>(Asked{ids, std::move(unknown), {}, std::move(use)});
  store_.read([asked](store::Session& session) { asked->found = library::tracks(session, asked->unknown); },
              [this, asked, age = age_](std::exception_ptr problem) {
                if (problem) log::warn("tracks could not be read for a notification");
                post_([this, asked, age] {
                  if (known_.size() > most_known) known_.clear();
                  for (const TrackId id : asked->unknown)
                    known_[id] = std::make_shared<boost::json::object>(vanished(id));
                  for (const auto& track : asked->found) {
                    known_[track.id] = std::make_shared<boost::json::object>(to_json(track));
                  }
                  const auto tracks = view(asked->ids);
                  if (age != age_) known_.clear();  // what was read may be older than the change
                  asked->use(tracks);
                });
              });
}

void TrackBook::forget() {
  known_.clear();
  ++age_;
}

}  // namespace longwave::api
