// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "rpc/json.hpp"
#include "rpc/method.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// From C++ signatures to parameters of the table and back. Used by methods.hpp only.
namespace longwave::rpc::typed {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};
template <class T>
struct IsResult : std::false_type {};
template <class T, class E>
struct IsResult<boost::system::result<T, E>> : std::true_type {};

/// The declared type of a C++ type. What isn't known here (a struct with tag_invoke) is any value, and looked
/// at when it is read.
template <class T>
Field field_of(std::string name) {
  if constexpr (IsOptional<T>::value) {
    return field_of<typename T::value_type>(std::move(name)).optional();
  } else if constexpr (std::is_same_v<T, bool>) {
    return boolean(std::move(name));
  } else if constexpr (std::is_integral_v<T>) {
    Field field = integer(std::move(name));
    if constexpr (std::is_unsigned_v<T>) field.least = 0;
    if constexpr (sizeof(T) < sizeof(std::int64_t)) {
      field.least = static_cast<double>(std::numeric_limits<T>::min());
      field.most = static_cast<double>(std::numeric_limits<T>::max());
    }
    return field;
  } else if constexpr (std::is_floating_point_v<T>) {
    return number(std::move(name));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return string(std::move(name));
  } else if constexpr (IsVector<T>::value) {
    return array(std::move(name), field_of<typename T::value_type>({}));
  } else if constexpr (IsMap<T>::value) {
    return map(std::move(name), field_of<typename T::mapped_type>({}));
  } else if constexpr (std::is_same_v<T, boost::json::array>) {
    return array(std::move(name), any().or_null());
  } else if constexpr (std::is_same_v<T, boost::json::object>) {
    return map(std::move(name), any().or_null());
  } else {
    return any(std::move(name)).or_null();
  }
}

/// Reads a checked argument; throws what Boost.JSON throws when a user's own type doesn't fit.
template <class T>
T read(const Json* value) {
  if constexpr (IsOptional<T>::value) {
    if (!value || value->is_null()) return std::nullopt;
    return read<typename T::value_type>(value);
  } else {
    return boost::json::value_to<T>(*value);
  }
}

/// Answers with whatever a method returned.
template <class R>
void answer(const Responder& responder, R&& outcome) {
  using Plain = std::remove_cvref_t<R>;
  if constexpr (!IsResult<Plain>::value) {
    responder.finish(boost::json::value_from(std::forward<R>(outcome)));
  } else if (!outcome) {
    responder.fail(outcome.error());
  } else if constexpr (std::is_void_v<typename Plain::value_type>) {
    responder.finish(nullptr);
  } else {
    responder.finish(boost::json::value_from(*std::forward<R>(outcome)));
  }
}

template <class T>
struct ValueOf {
  using Type = T;
};
template <class T, class E>
struct ValueOf<boost::system::result<T, E>> {
  using Type = T;
};

/// What a method answers, for the documents.
template <class R>
Field result_field() {
  using Value = typename ValueOf<std::remove_cvref_t<R>>::Type;
  if constexpr (std::is_void_v<Value>) {
    return any().or_null();
  } else {
    return field_of<Value>({});
  }
}

template <class... T>
struct List {};

/// Takes a signature apart: what it returns, and its parameters without reference and const.
template <class F>
struct Signature {  // of a lambda
  using Result = typename Signature<decltype(&F::operator())>::Result;
  using Parameters = typename Signature<decltype(&F::operator())>::Parameters;
  static constexpr bool member = false;
};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Result = R;
  using Parameters = List<std::remove_cvref_t<A>...>;
  static constexpr bool member = false;
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)> {
  using Result = R;
  using Parameters = List<std::remove_cvref_t<A>...>;
  static constexpr bool member = true;
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (C::*)(A...)> {};

/// Splits parameters into: the service (of functions that aren't members), the call, the arguments, the
/// responder.
template <class S, bool WantsService, bool WantsCall, bool WantsResponder, class... Arguments>
struct Form {
  static constexpr bool wants_service = WantsService;
  static constexpr bool wants_call = WantsCall;
  static constexpr bool wants_responder = WantsResponder;
  static constexpr std::size_t count = sizeof...(Arguments);
  using Values = std::tuple<Arguments...>;
};

template <class S, bool Service, bool Call_, class Done, class Rest>
struct Split;
template <class S, bool Service, bool Call_, class... Done>
struct Split<S, Service, Call_, List<Done...>, List<>> {
  using Type = Form<S, Service, Call_, false, Done...>;
};
template <class S, bool Service, bool Call_, class... Done>
struct Split<S, Service, Call_, List<Done...>, List<Responder>> {
  using Type = Form<S, Service, Call_, true, Done...>;
};
template <class S, bool Service, bool Call_, class... Done, class First, class... Rest>
struct Split<S, Service, Call_, List<Done...>, List<First, Rest...>> {
  static auto next() {
    if constexpr (std::is_same_v<First, S> && !Service && !Call_ && sizeof...(Done) == 0)
      return Split<S, true, false, List<>, List<Rest...>>{};
    else if constexpr (std::is_same_v<First, Call> && !Call_ && sizeof...(Done) == 0)
      return Split<S, Service, true, List<>, List<Rest...>>{};
    else
      return Split<S, Service, Call_, List<Done..., First>, List<Rest...>>{};
  }
  using Type = typename decltype(next())::Type;
};

}  // namespace longwave::rpc::typed
