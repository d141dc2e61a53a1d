// For programs with Qt 5 or 6 (link Qt Core): started calls run in Qt's event loop, on the thread of `parent`.
//
//   ostia::qt::drive(loop, this);
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include "ostia/loop.hpp"

namespace ostia::qt {

/// Polls `loop` whenever it has something to do, as long as `parent` lives. Either may be destroyed first, also in a
/// completion, `parent` before `loop`. No exception may leave a completion here: Qt has no place for one.
inline void drive(Loop& loop, QObject* parent) {
  auto* notifier = new QSocketNotifier(loop.descriptor(), QSocketNotifier::Read, parent);
  QObject::connect(notifier, &QSocketNotifier::activated, parent, [&loop] { loop.poll(); });
}

}  // namespace ostia::qt
