// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"

namespace longwave::api {

struct Context;

/// channel.subscribe, .unsubscribe, .presence, .info, .list, and the events of channels.
void add_channel_methods(rpc::Table& table, Context& context);
/// Takes part in what back ends ask of all nodes. Once, before the loops start; the hub is attached.
void connect_channels(Context& context);
/// channel.publish, .history, .edit, .delete.
void add_message_methods(rpc::Table& table, Context& context);

}  // namespace longwave::api
