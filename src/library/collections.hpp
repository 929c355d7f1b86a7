// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "library/queries.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Saved queries: what is in one is asked when it is looked at. docs/lists.md.
namespace longwave::library {

class Changes;

struct Collection {
  std::int64_t id = 0;
  std::string name;
  std::string query;  ///< in the language of query.hpp; was correct when it was saved
  std::int64_t changed_ms = 0;
};

std::vector<Collection> collections(store::Session& session);                   ///< by name
Result<Collection> collection(store::Session& session, std::string_view name);  ///< not_found
/// Its tracks now. not_found.
Result<Page<Track>> collection_tracks(store::Session& session, std::string_view name, std::int64_t now_ms,
                                      const Listing& listing = {});
Result<std::vector<TrackId>> collection_ids(store::Session& session, std::string_view name,
                                            std::int64_t now_ms);

/// Inside Library::edit. Errors: invalid (the name; the query, with the place), conflict (create: the name is
/// taken), full, not_found.
Result<Collection> create_collection(store::Session& session, std::string_view name, std::string_view query,
                                     std::int64_t now_ms, Changes& changes);
Result<Collection> change_collection(store::Session& session, std::string_view name, std::string_view query,
                                     std::int64_t now_ms, Changes& changes);
Result<Collection> rename_collection(store::Session& session, std::string_view name, std::string_view to,
                                     std::int64_t now_ms, Changes& changes);
Result<void> delete_collection(store::Session& session, std::string_view name, Changes& changes);

}  // namespace longwave::library
