// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/browse.hpp"
#include "library/queries.hpp"
#include "library/scan.hpp"
#include "library/track.hpp"
#include "rpc/schema.hpp"
#include "rpc/table.hpp"

#include <boost/json/value.hpp>

/// How the library's values look in the API, once for the JSON and once for its description.
namespace longwave::api {

boost::json::object to_json(const library::Track& track);
boost::json::object to_json(const library::Album& album);
boost::json::object to_json(const library::Artist& artist);
boost::json::object to_json(const library::BrowseRow& row);
boost::json::object to_json(const library::Totals& totals);
boost::json::object to_json(const library::ScanProgress& progress);
boost::json::object to_json(const library::ScanReport& report);

template <class T>
boost::json::array to_json(const std::vector<T>& items) {
  boost::json::array out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(to_json(item));
  return out;
}

/// Text that came from a file, made fit for JSON.
boost::json::string clean(const std::string& text);

/// Adds the shapes Track, Album, Artist and BrowseRow.
void add_library_shapes(rpc::Table& table);

}  // namespace longwave::api
