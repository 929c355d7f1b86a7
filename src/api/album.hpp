// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// album.get, album.change, artist.get.
void add_album_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
