// SPDX-License-Identifier: Apache-2.0
#include "api/json.hpp"
#include "api/playlist.hpp"

#include <boost/json.hpp>

namespace longwave::api {

namespace json = boost::json;

namespace {

const char* text_of(library::PlaylistAction action) {
  switch (action) {
    case library::PlaylistAction::add:
      return "add";
    case library::PlaylistAction::insert:
      return "insert";
    case library::PlaylistAction::remove:
      return "remove";
    case library::PlaylistAction::clear:
      return "clear";
    case library::PlaylistAction::move:
      return "move";
    case library::PlaylistAction::replace:
      return "replace";
    case library::PlaylistAction::shuffle:
    case library::PlaylistAction::sort:
    case library::PlaylistAction::update:
      break;
  }
  return "update";
}

const char* text_of(library::CollectionAction action) {
  switch (action) {
    case library::CollectionAction::add:
      return "create";
    case library::CollectionAction::update:
      return "update";
    case library::CollectionAction::rename:
      return "rename";
    case library::CollectionAction::remove:
      break;
  }
  return "delete";
}

}  // namespace

std::pair<std::string, json::object> list_event(const library::Event& event) {
  if (const auto* changed = std::get_if<library::PlaylistChanged>(&event)) {
    json::object data{{"name", clean(changed->name)}, {"action", text_of(changed->action)}};
    if (changed->track) data["track"] = changed->track.value;
    if (changed->position >= 0) data["position"] = changed->position;
    if (changed->new_position >= 0) data["new_position"] = changed->new_position;
    return {"playlist.changed", std::move(data)};
  }
  if (const auto* changed = std::get_if<library::CollectionChanged>(&event)) {
    json::object data{{"name", clean(changed->name)}, {"action", text_of(changed->action)}};
    if (!changed->new_name.empty()) data["new_name"] = clean(changed->new_name);
    const bool list = changed->space == library::CollectionSpace::playlists;
    return {list ? "playlist.changed" : "collection.changed", std::move(data)};
  }
  return {};
}

}  // namespace longwave::api
