import Measurement

/// The cache that a core has beside its nearest one.
enum SecondCache {
  /// What blocks are cut for on this machine: 1 MiB where the system tells of none, and no more than was measured.
  static let bytes = min(2 << 20, Machine.caches().first { $0.level == 2 && $0.bytes > 0 }?.bytes ?? 1 << 20)
}
