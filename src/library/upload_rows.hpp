// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/uploads.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace longwave::store {
class Session;
}

/// Uploads in the store. Inside its jobs.
namespace longwave::library {

/// How many bytes that person has sent, or said to send, since then.
std::int64_t sent_since(store::Session& session, const std::string& who, std::int64_t since_ms);
void keep_upload(store::Session& session, const Upload& upload, std::int64_t created_ms);
void update_upload(store::Session& session, const Upload& upload);
void forget_upload(store::Session& session, const std::string& id);
/// What isn't over, the oldest first.
std::vector<Upload> open_uploads(store::Session& session);
/// The track at that place; 0 if there is none (yet).
TrackId track_in(store::Session& session, const std::string& folder, const std::string& name);

/// Rows of what ended before that go: they only count to quotas.
void forget_ended(store::Session& session, std::int64_t before_ms);

}  // namespace longwave::library
