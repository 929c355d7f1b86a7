// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/table.hpp"
#include "schedule/commands.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

/// What the methods that steer a station have in common: a call becomes one command, answered when it is on
/// disk.
namespace longwave::api {

struct Context;

rpc::Handler steering(Context& context, std::function<schedule::Command(const rpc::Call&)> command);
/// Who calls, for people.
std::string name_of(const rpc::Call& call);
/// The result of steering.
rpc::Field steered();

rpc::Field where_param();
schedule::Where where_of(const rpc::Call& call);
std::size_t size_of(const rpc::Call& call, std::string_view name);

}  // namespace longwave::api
