// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/analysis.hpp"
#include "base/ids.hpp"

#include <functional>
#include <optional>

namespace longwave::store {
class Session;
}

/// What is known of a track's sound, kept by the identity of its payload: it outlives moves, new tags and
/// rescans, and two copies of a file share it. Inside a job of the store.
namespace longwave::library {

/// Nothing if the track was never analysed, or by an older program whose results aren't understood any more.
std::optional<audio::Analysis> analysis_of(store::Session& session, TrackId track);

/// Every playable track whose sound is known, with what audio::gain_for() asks about and nothing else.
void each_loudness(store::Session& session, const std::function<void(TrackId, const audio::Analysis&)>& each);

/// Partial analyses are not kept. Also corrects the track's duration, and says "ok" of a track that was
/// broken.
void keep_analysis(store::Session& session, TrackId track, const audio::Analysis& analysis);

}  // namespace longwave::library
