// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "fleet/bus.hpp"
#include "redis/address.hpp"

#include <cstdint>
#include <memory>

namespace longwave::io {
class Loop;
class TlsClientContext;
}  // namespace longwave::io

namespace longwave::fleet {

/// An end on Redis: one connection that is subscribed and one that publishes, both made again whenever they
/// are lost. It is up when both are. Belongs to the loop's thread; may be destroyed when that has stopped.
/// `tls` is needed for an address with TLS, and outlives this.
std::unique_ptr<Bus> make_redis_bus(io::Loop& loop, const Clock& clock, const redis::Address& address,
                                    const io::TlsClientContext* tls, std::uint64_t seed);

}  // namespace longwave::fleet
