// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace longwave {

template <class Signature>
class UniqueFunction;

/// A callable that can be moved but not copied (C++23's std::move_only_function, for C++20): what is posted
/// to a loop or kept as a completion may own things. Empty when default-constructed; calling an empty one is
/// a bug.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  UniqueFunction(std::nullptr_t) {}
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, UniqueFunction> &&
                                              std::is_invocable_r_v<R, std::decay_t<F>&, Args...>>>
  UniqueFunction(F&& f) : call_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(f))) {}

  R operator()(Args... args) { return call_->invoke(std::forward<Args>(args)...); }
  explicit operator bool() const { return call_ != nullptr; }

 private:
  struct Callable {
    virtual ~Callable() = default;
    virtual R invoke(Args... args) = 0;
  };
  template <class F>
  struct Holder final : Callable {
    template <class G>
    explicit Holder(G&& g) : f(std::forward<G>(g)) {}
    R invoke(Args... args) override { return f(std::forward<Args>(args)...); }
    F f;
  };
  std::unique_ptr<Callable> call_;
};

using Task = UniqueFunction<void()>;

/// How a room reaches another thread without knowing its loop: hand it work, it runs there later, in order.
using Post = std::function<void(Task)>;

}  // namespace longwave
