// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/function.hpp"

#include <unordered_map>

namespace longwave::musicdb {

std::vector<const Function*> all_functions() {
  std::vector<const Function*> out;
  for (const auto section :
       {reading_functions(), search_functions(), configuration_functions(), tag_functions(), song_functions(),
        queue_functions(), video_functions(), file_functions(), upload_functions()}) {
    for (const auto& function : section) out.push_back(&function);
  }
  return out;
}

const Function* find_function(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const Function*> map;
    for (const auto* function : all_functions()) map.emplace(function->name, function);
    return map;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

}  // namespace longwave::musicdb
