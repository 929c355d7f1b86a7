// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/words.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace longwave::player {
namespace {

namespace json = boost::json;

json::object change_json(const PlaylistChanged& event) {
  json::object out{{"type", event.type}, {"name", event.name}};
  if (event.id) out["id"] = *event.id;
  if (event.position) out["position"] = *event.position;
  if (event.new_position) out["newposition"] = *event.new_position;
  return out;
}

json::object change_json(const CollectionChanged& event) {
  json::object out{{"type", event.type}, {"name", event.name}, {"namespace", event.name_space}};
  if (event.new_name) out["newname"] = *event.new_name;
  return out;
}

struct Teller {
  Broadcast operator()(const StatusChanged& e) const {
    return {"broadcast.playback_status", std::to_string(e.status)};
  }
  Broadcast operator()(const CurrentId& e) const {
    return {"broadcast.playback_current_id", std::to_string(e.id)};
  }
  Broadcast operator()(const VolumeChanged& e) const {
    return {"broadcast.playback_volume_changed", json::serialize(to_json(e.channels))};
  }
  Broadcast operator()(const PositionChanged& e) const {
    return {"broadcast.playlist_current_pos", json::serialize(to_json(e.place))};
  }
  Broadcast operator()(const PlaylistChanged& e) const {
    return {"broadcast.playlist_changed", json::serialize(change_json(e))};
  }
  Broadcast operator()(const PlaylistLoaded& e) const {
    return {"broadcast.playlist_loaded", json::serialize(json::string(e.name))};
  }
  Broadcast operator()(const CollectionChanged& e) const {
    return {"broadcast.collection_changed", json::serialize(change_json(e))};
  }
  Broadcast operator()(const EntryAdded& e) const {
    return {"broadcast.medialib_entry_added", std::to_string(e.id)};
  }
  Broadcast operator()(const EntryChanged& e) const {
    return {"broadcast.medialib_entry_changed", std::to_string(e.id)};
  }
  Broadcast operator()(const EntryRemoved& e) const {
    return {"broadcast.medialib_entry_removed", std::to_string(e.id)};
  }
  Broadcast operator()(const ReaderStatus& e) const {
    return {"broadcast.mediainfo_reader_status", std::to_string(e.running)};
  }
  Broadcast operator()(const ConfigChanged& e) const {
    return {"broadcast.config_value_changed", json::serialize(json::object{{e.key, e.value}})};
  }
};

}  // namespace

Broadcast broadcast_of(const Event& event) {
  return std::visit(Teller{}, event);
}

json::object to_json(const Place& place) {
  return {{"position", place.position}, {"name", place.name}};
}

json::object to_json(const Volumes& volumes) {
  json::object out;
  int sum = 0;
  for (const auto& [channel, value] : volumes) {
    out[channel] = value;
    sum += value;
  }
  if (!volumes.empty() && !volumes.contains("master"))
    out["master"] = std::lround(static_cast<double>(sum) / static_cast<double>(volumes.size()));
  return out;
}

std::string broadcast_frame(std::string_view method, std::string_view payload) {
  std::string text = "{\"jsonrpc\":\"2.0\",\"method\":\"";
  text.append(method).append("\",\"id\":null,\"result\":").append(payload).append("}");
  return text;
}

std::string poll_answer(std::string_view method, std::string_view payload) {
  std::string text = "{\"";
  text.append(method).append("\":").append(payload).append("}");
  return text;
}

rpc::Fault fault_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid:
      return {rpc::invalid_params, error.message, {}};
    case Errc::cancelled:
      return {rpc::cancelled, error.message, {}};
    case Errc::unavailable:
      return {rpc::unavailable, error.message, {}};
    case Errc::refused:
      return {rpc::refused, error.message, {}};
    default:
      return {rpc::internal_error, error.message, {}};
  }
}

}  // namespace longwave::player
