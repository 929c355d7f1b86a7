// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// library.search, .artists, .albums, .album, .track, .problems, .scan.
void add_library_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
