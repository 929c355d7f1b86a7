// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/events.hpp"
#include "library/query.hpp"
#include "rpc/table.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <utility>

namespace longwave::api {

struct Context;

/// playlist.list, .get, .create, .load, .save, .add, .remove, .move, .clear, .rename, .delete, .import,
/// .export and the event playlist.changed.
void add_playlist_methods(rpc::Table& table, Context& context);

/// collection.list, .get, .create, .change, .rename, .delete, query.check and the event collection.changed.
void add_collection_methods(rpc::Table& table, Context& context);

/// A place of a query that isn't understood, for results: null if there is none.
boost::json::value problem_json(const std::string& text, const std::optional<library::QueryProblem>& problem);
rpc::Field problem_field();

/// What of the library's events is told of playlists and collections: the event's name and its data; an empty
/// name for all others.
std::pair<std::string, boost::json::object> list_event(const library::Event& event);

}  // namespace longwave::api
