// SPDX-License-Identifier: Apache-2.0
#include "app/redis_place.hpp"

#include "app/config.hpp"

namespace longwave::app {

Result<redis::Address> redis_address(const Config& config) {
  auto address = redis::Address::parse(config.redis);
  if (!address) return error(Errc::invalid, "redis: " + address.error().message);
  if (!address->password.empty())
    return error(Errc::invalid,
                 "redis: the password doesn't belong into the address, where others see it: use "
                 "redis-password-file=PATH or LONGWAVE_REDIS_PASSWORD");
  if (!config.redis_user.empty()) address->user = config.redis_user;
  address->password = config.redis_password;
  return address;
}

Result<std::unique_ptr<io::TlsClientContext>> redis_tls(const Config& config, const redis::Address& address) {
  if (!address.tls) return std::unique_ptr<io::TlsClientContext>{};
  auto made = io::TlsClientContext::make({.ca_file = config.redis_ca});
  if (!made) return error(Errc::invalid, "redis-ca: " + made.error().message);
  return made;
}

}  // namespace longwave::app
