// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/format.hpp"
#include "audio/rendition.hpp"
#include "base/result.hpp"

/// What is sent when there is nothing else to send.
namespace longwave::audio {

/// Eight seconds of soft surf (about -38 LUFS, so that no watchdog calls it silence), made so that its last
/// frame runs on into its first: send its frames round and round. Takes about 0.2 s; make it once at the
/// start.
Result<RenditionPtr> make_filler(Format format);

/// One second of digital silence, loopable in the same way.
Result<RenditionPtr> make_silence(Format format);

}  // namespace longwave::audio
