// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace longwave {

/// A number that is one kind of name and can't be mixed up with another. 0 is never given to anything.
template <class Tag>
struct Id {
  std::int64_t value = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
  explicit operator bool() const { return value != 0; }
};

using TrackId = Id<struct TrackTag>;  ///< a row of the library; stable over rescans and moves
using EntryId = Id<struct EntryTag>;  ///< an entry of a queue, and the item that is played from it
using StationId = Id<struct StationTag>;

}  // namespace longwave

template <class Tag>
struct std::hash<longwave::Id<Tag>> {
  std::size_t operator()(longwave::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
