// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "hub/rules.hpp"
#include "rpc/method.hpp"

#include <string>

namespace longwave::api {

/// Who may do what with a channel: the one place that judges it, for /rpc and for the REST API. Pure.
///
/// `granted`: a token of the caller names the channel. What its name begins with comes before its rule:
/// `$…` needs a token for it; `#ada` is read by ada only; `station:…`, `library` and `server` are published
/// on by the server only. A back end (rpc::Caller::server) may do everything but the last. Above that, the
/// rule of the channel says who (hub::Who); `token` is whoever has shown one, `user` whoever is known by
/// name, and a dj or administrator may what a user may. Errors: refused, and a sentence that says why.
Result<void> may_subscribe(const rpc::Caller& caller, bool granted, const std::string& channel,
                           const hub::ChannelConfig& config);
Result<void> may_publish(const rpc::Caller& caller, bool granted, const std::string& channel,
                         const hub::ChannelConfig& config);

/// May edit and delete what others have said.
bool moderates(const rpc::Caller& caller);

}  // namespace longwave::api
