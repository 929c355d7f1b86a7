// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "dialects/channelstream/rest.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <vector>

/// How failures and lists read in the answers of the second generation: the one file that turns errors into
/// its words.
namespace longwave::channelstream::g2 {

boost::json::array json_list(const std::vector<std::string>& texts);
/// Values as JSON texts, as the hub keeps them.
std::map<std::string, std::string> state_texts(const boost::json::object& state);
/// The connection ended while it was being answered.
Error gone();
void fail(Call&& call, const Error& error);

}  // namespace longwave::channelstream::g2
