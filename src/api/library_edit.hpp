// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/context.hpp"
#include "library/library.hpp"
#include "rpc/method.hpp"
#include "rpc/table.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace longwave::api {

using LibraryJob =
    std::function<Result<boost::json::value>(store::Session&, library::Changes&, const rpc::Call&)>;

/// A handler that changes the library: `job` runs as one write job with the checked call; answered when it is
/// on disk and everybody was told. An error changes nothing.
rpc::Handler changing(Context& context, LibraryJob job);

/// What the library's event says on the channel `library`: its name and its data; nothing for what others
/// tell.
std::optional<std::pair<std::string, boost::json::object>> library_event(const library::Event& event);

/// The events of the channel.
void add_library_events(rpc::Table& table);

}  // namespace longwave::api
