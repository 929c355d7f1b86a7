// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "dialects/musicdb/arguments.hpp"
#include "dialects/musicdb/scene.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace longwave::store {
class Session;
}
namespace longwave::library {
class Changes;
}

namespace longwave::musicdb {

class Core;

/// A connection: the net loop it belongs to, and its number there.
struct ClientId {
  std::size_t loop = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const ClientId&, const ClientId&) = default;
};

using Value = Result<boost::json::value>;
using Answer = UniqueFunction<void(Value)>;

/// What a function does, by where it runs.
/// Reads the library: a reading thread of the store.
using Read = Value (*)(store::Session&, const Scene&, const Arguments&);
/// Changes the library: one write job of the store; the events are told after the commit.
using Edit = Value (*)(store::Session&, library::Changes&, const Scene&, const Arguments&);
/// On the station loop; may answer later.
using Act = void (*)(Core&, ClientId, const Arguments&, Answer);

/// What follows a function that succeeded.
struct Follow {
  std::string_view getter = {};  ///< its result takes the place of the function's; same arguments
  bool forced = false;           ///< goes to everybody as a broadcast, however the function was called
};

/// A row of the table: everything this program knows of a function.
struct Function {
  std::string_view name;
  std::vector<Parameter> parameters;
  std::variant<Read, Edit, Act> handler;
  Follow follow = {};
};

/// The sections of the table, a file each.
std::span<const Function> reading_functions();
std::span<const Function> search_functions();
std::span<const Function> tag_functions();
std::span<const Function> song_functions();
std::span<const Function> video_functions();
std::span<const Function> queue_functions();
std::span<const Function> configuration_functions();
std::span<const Function> file_functions();
std::span<const Function> upload_functions();

/// nullptr: there is none of that name.
const Function* find_function(std::string_view name);
/// All, in the order of the sections.
std::vector<const Function*> all_functions();

}  // namespace longwave::musicdb
