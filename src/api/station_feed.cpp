// SPDX-License-Identifier: Apache-2.0
#include "api/station_feed.hpp"

#include "api/playback.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;

namespace {

constexpr std::string_view prefix = "station:";

StationFeed::Text text_of(const json::object& value) {
  return std::make_shared<const std::string>(json::serialize(value));
}

}  // namespace

StationFeed::StationFeed(schedule::Keeper& keeper, TrackBook& book, const Clock& clock, Publish publish,
                         std::function<std::string(std::string_view)> accent)
    : keeper_(keeper),
      clock_(clock),
      publish_(std::move(publish)),
      accent_(std::move(accent)),
      book_(book),
      feed_(book) {
  on_queue_ = keeper_.queue_changed.connect([this](const schedule::QueueChanged& event) {
    feed_.add(tracks_of(event.change), [this, event](const TrackBook::Tracks& tracks) {
      if (const auto* programmer = keeper_.programmer(event.station)) {
        publish_(channel(*programmer), "queue.changed",
                 text_of(change_json(*programmer, event.change, tracks)));
      }
    });
  });
  on_now_ =
      keeper_.now_changed.connect([this](const schedule::NowChanged& event) { publish_now(event.station); });
  on_state_ = keeper_.station_changed.connect([this](const schedule::StationChanged& event) {
    const auto& what = event.what;
    const bool cutting = event.before && event.before->cutting != event.view->cutting;
    const bool set = what.state || what.modes || what.volume || what.list || what.random;
    // Where a held item stands may become known a moment after the pause.
    const auto& item = event.view->on_air;
    if (what.position && item && !item->running) publish_now(event.view->id);
    if (!set && !what.cursor && !cutting) return;
    feed_.add({}, [this, view = event.view](const TrackBook::Tracks&) {
      publish_(std::string(prefix) + view->slug, "station.state", text_of(state_json(*view)));
    });
  });
  const auto changed = [this](std::string_view station, std::string_view what) {
    feed_.add({}, [this, data = text_of({{"station", station}, {"what", what}})](const TrackBook::Tracks&) {
      publish_("server", "stations.changed", data);
    });
  };
  on_opened_ = keeper_.station_opened.connect(
      [this, changed](StationId id) { changed(keeper_.programmer(id)->station().slug, "made"); });
  on_renamed_ = keeper_.station_renamed.connect([this, changed](StationId id) {
    changed(keeper_.programmer(id)->station().slug, "renamed");
    publish_now(id);
  });
  on_closed_ = keeper_.station_closed.connect([this, changed](const schedule::StationClosed& event) {
    audiences_.erase(event.station);
    feed_.add({}, [this, slug = event.slug](const TrackBook::Tracks&) {
      publish_(std::string(prefix) + slug, "station.removed", text_of({{"station", slug}}));
    });
    changed(event.slug, "removed");
  });
  on_programme_ = keeper_.programme_changed.connect([this](const schedule::ProgrammeChanged& event) {
    feed_.add({}, [this, event](const TrackBook::Tracks&) {
      if (const auto* programmer = keeper_.programmer(event.station))
        publish_(channel(*programmer), "programme.changed", text_of({{"version", event.version}}));
    });
  });
  on_history_ = keeper_.history_added.connect([this](const schedule::HistoryAdded& event) {
    feed_.add({event.row.track}, [this, event](const TrackBook::Tracks& tracks) {
      if (const auto* programmer = keeper_.programmer(event.station)) {
        publish_(channel(*programmer), "history.added", text_of({{"item", history_json(event.row, tracks)}}));
      }
    });
  });
}

std::string StationFeed::channel(const schedule::Programmer& programmer) {
  return std::string(prefix) + programmer.station().slug;
}

void StationFeed::look(const std::vector<StationId>& stations, Task then) {
  air_ ? air_->look(stations, std::move(then)) : then();
}

schedule::NowView StationFeed::on_air(StationId station) const {
  auto elsewhere = air_ ? air_->on_air(station) : std::nullopt;
  return elsewhere ? std::move(*elsewhere) : keeper_.programmer(station)->now();
}

json::object StationFeed::now(StationId station, const TrackBook::Tracks& tracks) const {
  const auto& programmer = *keeper_.programmer(station);
  return now_json(programmer, on_air(station),
                  {.name = programmer.station().name,
                   .moment = {.now = clock_.now(), .wall = clock_.wall()},
                   .listeners = listeners(station),
                   .accent = accent_},
                  tracks);
}

int StationFeed::listeners(StationId station) const {
  const auto found = audiences_.find(station);
  return found == audiences_.end() ? 0 : found->second.total;
}

void StationFeed::publish_now(StationId station) {
  if (!keeper_.programmer(station)) return;
  feed_.add(tracks_of(on_air(station)), [this, station](const TrackBook::Tracks& tracks) {
    if (const auto* there = keeper_.programmer(station))
      publish_(channel(*there), "station.now", text_of(now(station, tracks)));
  });
}

json::object StationFeed::audience_json(StationId station) const {
  const auto found = audiences_.find(station);
  const Audience audience = found == audiences_.end() ? Audience{} : found->second;
  return {{"total", audience.total}, {"mounts", {{"mp3", audience.mp3}, {"opus", audience.opus}}}};
}

void StationFeed::present_values(const std::string& name, UniqueFunction<void(Values)> answer) {
  const auto station = keeper_.find(std::string_view(name).substr(std::min(prefix.size(), name.size())));
  if (!station) return answer({});
  Task tell = [this, station = *station, answer = std::move(answer)]() mutable {
    const auto* programmer = keeper_.programmer(station);
    if (!programmer) return answer({});
    auto needs = tracks_of(programmer->queue().entries());
    const auto more = tracks_of(on_air(station));
    needs.insert(needs.end(), more.begin(), more.end());
    feed_.add(std::move(needs), [this, station,
                                 answer = std::move(answer)](const TrackBook::Tracks& tracks) mutable {
      Values values;
      if (!keeper_.programmer(station)) return answer({});
      values.emplace_back("station.now", text_of(now(station, tracks)));
      values.emplace_back("station.state", text_of(state_json(*keeper_.view(station))));
      values.emplace_back("queue.changed", text_of(reset_json(*keeper_.programmer(station), tracks)));
      values.emplace_back("listeners.changed", text_of(audience_json(station)));
      answer(std::move(values));
    });
  };
  air_ ? air_->follow(*station, std::move(tell)) : tell();
}

void StationFeed::set_audience(StationId station, Audience audience) {
  if (!keeper_.programmer(station)) return;  // the last to leave a station that is gone
  audiences_[station] = audience;
  feed_.add({}, [this, station](const TrackBook::Tracks&) {
    if (const auto* programmer = keeper_.programmer(station)) {
      publish_(channel(*programmer), "listeners.changed", text_of(audience_json(station)));
    }
  });
}

void StationFeed::accents_changed() {
  for (const StationId station : keeper_.stations()) publish_now(station);
}

void StationFeed::library_changed() {
  book_.forget();
}

}  // namespace longwave::api
