// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// track.get, .set, .unset, .mark, .rate, .lyrics, .set_lyrics, .related, .remove, .restore, .write_tags.
void add_track_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
