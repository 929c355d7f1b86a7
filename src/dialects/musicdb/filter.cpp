// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/filter.hpp"

#include "dialects/musicdb/records.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace longwave::musicdb {
namespace {

namespace json = boost::json;

bool subgenre_on(const Kept& kept, const std::string& genre, const std::string& name) {
  const auto set = kept.subgenres.find(genre);
  if (set == kept.subgenres.end()) return true;
  const auto found = set->second.find(name);
  return found == set->second.end() || found->second;
}

const schedule::GenreFilter* find(std::span<const schedule::GenreFilter> on, std::int64_t genre) {
  const auto found =
      std::find_if(on.begin(), on.end(), [&](const auto& each) { return each.genre == genre; });
  return found == on.end() ? nullptr : &*found;
}

}  // namespace

bool shown(std::span<const library::Assigned> tags, std::span<const schedule::GenreFilter> on) {
  bool any = false;
  for (const auto& each : tags) {
    if (each.tag.kind != library::TagClass::genre) continue;
    if (find(on, each.tag.id)) return true;
    any = true;
  }
  return !any;
}

json::object filter_json(const std::vector<library::Tag>& tags, std::span<const schedule::GenreFilter> on,
                         const Kept& kept) {
  json::array genres;
  json::object subgenres;
  for (const auto& genre : tags) {
    if (genre.kind != library::TagClass::genre) continue;
    const auto* filter = find(on, genre.id);
    if (filter) genres.push_back(clean(genre.name));
    const auto ids =
        filter && !filter->subgenres.empty() ? filter->subgenres : genre_filter(tags, genre, kept).subgenres;
    json::array names;
    for (const auto& tag : tags) {
      if (std::find(ids.begin(), ids.end(), tag.id) != ids.end()) names.push_back(clean(tag.name));
    }
    subgenres[clean(genre.name)] = std::move(names);
  }
  return {{"GenreFilter", std::move(genres)}, {"SubgenreFilter", std::move(subgenres)}};
}

schedule::GenreFilter genre_filter(const std::vector<library::Tag>& tags, const library::Tag& genre,
                                   const Kept& kept) {
  schedule::GenreFilter filter{.genre = genre.id, .subgenres = {}};
  for (const auto& tag : tags) {
    if (tag.kind == library::TagClass::subgenre && tag.parent == genre.id &&
        subgenre_on(kept, genre.name, tag.name))
      filter.subgenres.push_back(tag.id);
  }
  return filter;
}

}  // namespace longwave::musicdb
