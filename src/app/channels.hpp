// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/jwt.hpp"
#include "api/hooks.hpp"
#include "base/result.hpp"
#include "hub/rules.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the configuration says about channels and those who use them, as the rooms want it. Errors are
/// sentences that name the option.
namespace longwave::app {

struct Config;

/// A setting of a [[channel]] table, for the documents.
struct ChannelSetting {
  std::string_view name;
  std::string_view value;
  std::string_view help;
};
std::span<const ChannelSetting> channel_settings();
/// A table of them with their defaults.
std::string channel_settings_markdown();

using ChannelRule = std::pair<std::string, hub::ChannelConfig>;
/// The rules in their order. What a rule leaves out is as the rules that are built in have it.
Result<std::vector<ChannelRule>> channel_rules(const Config& config);

/// Reads the key files.
Result<access::Tokens> tokens_of(const Config& config);

/// Null: there is no hook.
Result<std::optional<api::HookOptions>> hook_options(const Config& config);

/// All of it, and the key of back ends.
Result<void> check_channels(const Config& config);

}  // namespace longwave::app
