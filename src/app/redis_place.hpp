// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "io/tls_client.hpp"
#include "redis/address.hpp"

#include <memory>

namespace longwave::app {

struct Config;

/// The Redis of the configuration, with who we are to it. Fails with a sentence for whoever configured it.
Result<redis::Address> redis_address(const Config& config);
/// Null without TLS.
Result<std::unique_ptr<io::TlsClientContext>> redis_tls(const Config& config, const redis::Address& address);

}  // namespace longwave::app
